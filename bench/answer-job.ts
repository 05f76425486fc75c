/** Runs the job that the parent process sends, and sends it the result. */
export function answerJob(run: (job: never) => Promise<object>): void {
  process.on('message', (job: unknown) => {
    // Sound: the parent sends the job of this program.
    run(job as never).then(
      (measured) => process.send?.({ measured }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
