import type { ServerResponse } from 'node:http';
import type { StreamAnswer } from './answer.ts';
import type { Producer } from './producer.ts';
import { afterStop, type CallLimits } from './signal.ts';

/** Headers of streams: names and values in alternation. The last keeps nginx from collecting the body. */
export const STREAM_HEADERS = ['x-accel-buffering', 'no'];

/**
 * The body of a stream, as it is written to Node's response. Memory is bounded: one chunk is pulled at a time, and
 * none while the connection is full.
 */
export class StreamBody {
  readonly #response: ServerResponse;
  readonly #producer: Producer;
  readonly #signal: AbortSignal;
  readonly #graceMs: number;
  readonly #keepAlive: NodeJS.Timeout;
  bytes = 0;

  /** The response must have its head. Until `write` has ended, comments are written while nothing else is. */
  constructor(
    response: ServerResponse,
    producer: Producer,
    signal: AbortSignal,
    { keepAlive }: Pick<StreamAnswer, 'keepAlive'>,
    { graceMs, keepAliveMs }: CallLimits,
  ) {
    this.#response = response;
    this.#producer = producer;
    this.#signal = signal;
    this.#graceMs = graceMs;
    this.#keepAlive = setInterval(() => {
      // A client that takes nothing gets no comments: they would accumulate without limit.
      if (response.writableLength === 0) this.#write(keepAlive);
    }, keepAliveMs);
    response.once('close', () => producer.abandon());
  }

  /**
   * Writes `first` and the chunks after it, and resolves with the terminal event, which is not yet written. Rejects
   * with the producer's error, and with the signal's reason when the producer had to be abandoned.
   */
  async write(first: IteratorResult<string, string>): Promise<string> {
    let chunk = first;
    try {
      while (chunk.done !== true) {
        this.#write(chunk.value);
        if (this.#response.writableNeedDrain) await this.#drained();
        chunk = await this.#producer.next();
      }
      return chunk.value;
    } finally {
      clearInterval(this.#keepAlive);
    }
  }

  /**
   * Writes the terminal event and ends the body. Resolves when the response is closed, with true if the connection
   * took all of it. The client of a stopped call gets the grace time for that; then its connection is closed.
   */
  end(terminal: string): Promise<boolean> {
    const response = this.#response;
    if (response.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      let isSent = false;
      const cancel = afterStop(this.#signal, this.#graceMs, () => response.destroy());
      response.once('close', () => {
        cancel();
        resolve(isSent);
      });
      this.bytes += Buffer.byteLength(terminal);
      response.write(terminal, (error) => {
        isSent = !(error instanceof Error);
      });
      response.end();
    });
  }

  #write(text: string): void {
    this.bytes += Buffer.byteLength(text);
    this.#response.write(text);
    this.#keepAlive.refresh();
  }

  #drained(): Promise<void> {
    return this.#producer.unlessAbandoned(
      () => new Promise((resolve) => void this.#response.once('drain', resolve)),
    );
  }
}
