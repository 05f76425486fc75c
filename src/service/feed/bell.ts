/** Wakes the reader of a feed. A ring while nobody waits is remembered. */
export class Bell {
  #isRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, at the latest after a time. Rejects with the signal's reason. */
  async wait(withinMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isRung) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      const timer = setTimeout(wake, withinMs);
      signal.addEventListener('abort', wake);
      this.#wake = wake;
      await promise;
      this.#wake = undefined;
      signal.removeEventListener('abort', wake);
      clearTimeout(timer);
    }
    this.#isRung = false;
    signal.throwIfAborted();
  }
}
