import { setTimeout as sleep } from 'node:timers/promises';

/** Requests of this process that wait for the next events of a response. */
export class Followers {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Wakes those that wait for events of a response. */
  wake(responseId: string): void {
    const waiting = this.#waiting.get(responseId);
    this.#waiting.delete(responseId);
    for (const wake of waiting ?? []) wake();
  }

  /** Resolves when events may be there, at the latest after a time. Rejects with the signal's reason. */
  async wait(responseId: string, withinMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const over = new AbortController();
    const waiting = this.#waiting.get(responseId) ?? new Set();
    this.#waiting.set(responseId, waiting.add(resolve));
    const stop = AbortSignal.any([signal, over.signal]);
    const timeout = sleep(withinMs, undefined, { signal: stop });
    try {
      await Promise.race([promise, timeout]);
    } finally {
      over.abort();
      timeout.catch(() => undefined);
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(responseId) === waiting) {
        this.#waiting.delete(responseId);
      }
    }
    signal.throwIfAborted();
  }
}
