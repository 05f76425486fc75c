/** Runs the job that the parent process sends, and sends it the result. */
export function answerJob(run: (job: never) => Promise<object>): void {
  process.on('message', (job: never) => {
    run(job).then(
      (measured) => process.send?.({ measured }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
