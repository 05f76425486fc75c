import type { IdempotencyStore } from '../../store/idempotency/port.ts';

/** Pause between two deletions. A key whose time is over counts as absent before it is deleted. */
const PAUSE_MS = 10 * 60_000;

/** Deletes the keys whose time is over, while a server runs. */
export class KeySweeper implements AsyncDisposable {
  readonly #store: Pick<IdempotencyStore, 'sweep'>;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(store: Pick<IdempotencyStore, 'sweep'>) {
    this.#store = store;
    this.#wait();
  }

  #wait(): void {
    // By chance, since several processes delete from one database.
    const pauseMs = PAUSE_MS * (0.5 + Math.random());
    this.#timer = setTimeout(() => {
      // A database that is away keeps its old keys until the next time.
      this.#sweeping = this.#store.sweep().then(
        () => this.#wait(),
        () => this.#wait(),
      );
    }, pauseMs).unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sweeping;
    clearTimeout(this.#timer);
  }
}
