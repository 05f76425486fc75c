let end: Promise<void> | undefined;

/**
 * Resolves at the end of this turn of the event loop, for all who wait together. Answers that go out one behind the
 * other wake up their readers once; each by itself, between the work for two requests, it would do that each time.
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
