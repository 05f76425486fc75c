import type { StreamAnswer } from './answer.ts';
import { afterStop, causingStop } from './signal.ts';

type Chunk = IteratorResult<string, string>;

/** The producer of a stream. It is abandoned when its call was stopped and it has not ended within the grace time. */
export class Producer {
  readonly #chunks: StreamAnswer['chunks'];
  readonly #signal: AbortSignal;
  readonly #cancel: () => void;
  #pull: Promise<Chunk> | undefined;
  #interrupt: (() => void) | undefined;
  #isAbandoned = false;
  #hasEnded = false;
  /** The error that `next` has rejected with. */
  #thrown: unknown;

  constructor(chunks: StreamAnswer['chunks'], signal: AbortSignal, graceMs: number) {
    this.#chunks = chunks;
    this.#signal = signal;
    this.#cancel = afterStop(signal, graceMs, () => this.abandon());
  }

  /** Resolves with the next chunk. Rejects with the producer's error, or as `unlessAbandoned` does. */
  async next(): Promise<Chunk> {
    try {
      return await this.unlessAbandoned(() => (this.#pull = this.#pulled()));
    } catch (error) {
      this.#thrown = error;
      throw error;
    }
  }

  async #pulled(): Promise<Chunk> {
    try {
      const chunk = await this.#chunks.next();
      this.#hasEnded = chunk.done === true;
      return chunk;
    } catch (error) {
      this.#hasEnded = true;
      throw error;
    }
  }

  /** Resolves with the result of `work`. Rejects with the signal's reason when the producer is abandoned before. */
  unlessAbandoned<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#interrupt = () => reject(this.#signal.reason);
      if (this.#isAbandoned) this.#interrupt();
      else work().then(resolve, reject);
    });
  }

  /** Waits for the producer no longer. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#interrupt?.();
  }

  /**
   * Ends the producer. Resolves when its `finally` has run, with the error of that. Errors that `next` has thrown
   * or the stop has caused do not count.
   */
  async close(): Promise<unknown> {
    this.#cancel();
    const returned = this.#hasEnded ? undefined : this.#chunks.return?.();
    const results = await Promise.allSettled([this.#pull, returned]);
    return results
      .flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
      .find(
        (error) =>
          error !== this.#thrown && causingStop(error, { signal: this.#signal }) === undefined,
      );
  }
}
