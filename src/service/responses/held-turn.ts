import { setTimeout as sleep } from 'node:timers/promises';
import type { TurnRef, TurnStore } from '../../store/turns/port.ts';

/** Time for which a turn is kept without a renewal: that of a process that has stopped. */
export const LEASE_MS = 15_000;
const RENEW_EVERY_MS = LEASE_MS / 3;
/** Pause between two attempts to give a turn back to a database that is away. */
const RELEASE_PAUSE_MS = 500;

/** Reason of the signal of a turn whose place another one has taken. */
export class TurnLost extends Error {
  /** Whether that was meant to end this one. */
  readonly isInterrupted: boolean;

  constructor(isInterrupted: boolean) {
    super('the turn was lost');
    this.isInterrupted = isInterrupted;
  }
}

export interface HeldTurnOptions {
  /** Resolves with whether a turn that is no longer there goes on, since its conversation is gone too. */
  readonly goesOn: () => Promise<boolean>;
  readonly onEnd: () => void;
}

/** A turn of this process. It is renewed until it ends. */
export class HeldTurn {
  readonly ref: TurnRef;
  readonly #store: TurnStore;
  readonly #lost = new AbortController();
  readonly #renewal: NodeJS.Timeout;
  readonly #options: HeldTurnOptions;
  #isOver = false;

  constructor(store: TurnStore, ref: TurnRef, options: HeldTurnOptions) {
    this.ref = ref;
    this.#store = store;
    this.#options = options;
    this.#renewal = setInterval(() => void this.#renew(), RENEW_EVERY_MS).unref();
  }

  /** Aborted with a `TurnLost` when another turn has taken the place of this one. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Notes that another turn has taken the place of this one. */
  lose(isInterrupted: boolean): void {
    clearInterval(this.#renewal);
    if (!this.#isOver) this.#lost.abort(new TurnLost(isInterrupted));
  }

  /** Checks that a turn which is lost was ended for another one. */
  wasInterrupted(): Promise<boolean> {
    return this.#store.wasInterrupted(this.ref).catch(() => false);
  }

  /** Ends a turn that a commit has given back. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#renewal);
    this.#options.onEnd();
  }

  /** Gives the turn back. One that cannot be given back now is given back later, or ends with its time. */
  async release(): Promise<void> {
    if (this.#isOver) return;
    clearInterval(this.#renewal);
    await this.#store.release(this.ref).catch(() => void this.#releaseLater());
    this.end();
  }

  async #releaseLater(): Promise<void> {
    const expiresAt = performance.now() + LEASE_MS;
    let isReleased = false;
    while (!isReleased && performance.now() < expiresAt) {
      await sleep(RELEASE_PAUSE_MS, undefined, { ref: false });
      isReleased = await this.#store.release(this.ref).then(
        () => true,
        () => false,
      );
    }
  }

  async #renew(): Promise<void> {
    // A database that is away for a moment takes no turn from anyone.
    const isKept = await this.#store.renew({ ...this.ref, leaseMs: LEASE_MS }).catch(() => true);
    if (isKept || this.#isOver) return;
    clearInterval(this.#renewal);
    const isInterrupted = await this.wasInterrupted();
    const goesOn = !isInterrupted && (await this.#options.goesOn().catch(() => false));
    if (!goesOn) this.lose(isInterrupted);
  }
}
