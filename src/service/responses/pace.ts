/** Turns that may go on in one iteration of the event loop. */
const AT_ONCE = 32;

/**
 * The pace at which turns read their histories. One commit takes the turns of up to hundreds of requests, and their
 * histories must not all be in memory at the same time.
 */
export class Pace {
  #remaining = AT_ONCE;
  #next: Promise<void> | undefined;

  /** Resolves when the turn may go on. */
  async wait(): Promise<void> {
    while (this.#remaining === 0) await this.#next;
    this.#remaining -= 1;
    this.#next ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#remaining = AT_ONCE;
        this.#next = undefined;
        resolve();
      });
    });
  }
}
