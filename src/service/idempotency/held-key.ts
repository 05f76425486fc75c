import type { HeldKeyRef, IdempotencyStore } from '../../store/idempotency/port.ts';

/** Time for which a key is held without a renewal: that of a process that has stopped. */
export const LEASE_MS = 15_000;
const RENEW_EVERY_MS = LEASE_MS / 3;
/** A request that waits notes it so often. */
export const NOTE_EVERY_MS = 2_000;
/** Time after its last note for which a request counts as waiting. */
export const AWAITED_WITHIN_MS = 5_000;

type KeyHolding = Pick<IdempotencyStore, 'renew' | 'release'>;

/** The key of an attempt of this process. It is renewed until the attempt ends. */
export class HeldKey {
  readonly ref: HeldKeyRef;
  readonly #store: KeyHolding;
  readonly #renewal: NodeJS.Timeout;
  readonly #end = Promise.withResolvers<void>();
  #isKept = false;
  #isOver = false;

  constructor(store: KeyHolding, ref: HeldKeyRef) {
    this.ref = ref;
    this.#store = store;
    this.#renewal = setInterval(() => void this.isAwaited(), RENEW_EVERY_MS).unref();
  }

  /** Resolves when the attempt has ended. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  /** Renews the key, and resolves with whether a request waits for its outcome. */
  async isAwaited(): Promise<boolean> {
    const times = { leaseMs: LEASE_MS, awaitedWithinMs: AWAITED_WITHIN_MS };
    // A database that is away for a moment ends nothing.
    const state = await this.#store.renew({ ...this.ref, ...times }).catch(() => 'awaited');
    return state === 'awaited';
  }

  /** Notes that the outcome is stored under the key. */
  keep(): void {
    this.#isKept = true;
    clearInterval(this.#renewal);
  }

  /** Ends the attempt, and frees the key unless an outcome is kept. A key that cannot be freed ends with its time. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#renewal);
    if (!this.#isKept) await this.#store.release(this.ref).catch(() => undefined);
    this.#end.resolve();
  }
}
