/** Runs the job that the parent process sends, and sends it the result. */
export function answerJob<Job, Result>(run: (job: Job) => Promise<Result>): void {
  process.on('message', (job: Job) => {
    run(job).then(
      (measured) => process.send?.({ measured }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
