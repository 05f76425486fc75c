let end: Promise<void> | undefined;

/**
 * Resolves at the end of this iteration of the event loop, for all waiting requests together. Answers written back
 * to back wake up a client once; answers written between the work for other requests wake it up each time.
 */
export function endOfTick(): Promise<void> {
  end ??= new Promise((resolve) => {
    setImmediate(() => {
      end = undefined;
      resolve();
    });
  });
  return end;
}
