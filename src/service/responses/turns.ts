/** The right to run a turn in a conversation: waiting for it, keeping it, giving it back. */

import { setTimeout as sleep } from 'node:timers/promises';
import { apiError } from '../../contract/errors/registry.ts';
import type { ConversationReader, ConversationRef } from '../../store/conversations/port.ts';
import type { TurnRef, TurnStore } from '../../store/turns/port.ts';

/** Time for which a turn is kept without a renewal: that of a process that has stopped. */
const LEASE_MS = 15_000;
const RENEW_EVERY_MS = LEASE_MS / 3;
/** Bounds of the pause between two attempts, by chance, since several processes wait for one conversation. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;
/** Pause between two attempts to give a turn back to a database that is away. */
const RELEASE_PAUSE_MS = 500;

export type WhenBusy = 'wait' | 'reject';

/** Reason of the signal of a turn that another process has taken. */
export class TurnLost extends Error {
  constructor() {
    super('the turn was lost');
  }
}

export interface HeldTurnOptions {
  /** Resolves with whether the conversation is there. */
  readonly isThere: () => Promise<boolean>;
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

  /** Aborted with a `TurnLost` when another process has taken the turn. */
  get lost(): AbortSignal {
    return this.#lost.signal;
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
    // Without its conversation the turn goes on, so that its answer is delivered. Nothing is stored of it.
    const isThere = await this.#options.isThere().catch(() => true);
    if (isThere && !this.#isOver) this.#lost.abort(new TurnLost());
  }
}

/** The turns of this process, each waiting behind the earlier ones of its conversation, and for other processes. */
export class Turns {
  readonly #store: TurnStore;
  readonly #conversations: Pick<ConversationReader, 'get'>;
  readonly #waitMs: number;
  /** The end of the last turn of each conversation that this process runs or waits for. */
  readonly #lastOf = new Map<string, Promise<void>>();

  constructor(
    store: TurnStore,
    conversations: Pick<ConversationReader, 'get'>,
    { waitMs }: { readonly waitMs: number },
  ) {
    this.#store = store;
    this.#conversations = conversations;
    this.#waitMs = waitMs;
  }

  /**
   * Waits for the turn of a conversation and takes it; `null` when the conversation is absent. Throws
   * `conversation_locked` when it stays busy, and the signal's reason.
   */
  async take(
    ref: ConversationRef,
    whenBusy: WhenBusy,
    signal: AbortSignal,
  ): Promise<HeldTurn | null> {
    const key = JSON.stringify([ref.tenant, ref.conversationId]);
    const isThere = async (): Promise<boolean> => (await this.#conversations.get(ref)) !== null;
    // Only those who may see the conversation may notice that it is busy.
    if (this.#lastOf.has(key) && !(await isThere())) return null;
    // Read after that: others may have come meanwhile, and go ahead.
    const earlier = this.#lastOf.get(key);
    if (earlier !== undefined && whenBusy === 'reject') throw apiError('conversation_locked');
    const deadline = performance.now() + (whenBusy === 'wait' ? this.#waitMs : 0);
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const last = Promise.all([earlier, over]).then(() => undefined);
    this.#lastOf.set(key, last);
    void last.then(() => {
      if (this.#lastOf.get(key) === last) this.#lastOf.delete(key);
    });
    try {
      if (earlier !== undefined) await within(earlier, deadline, signal);
      const token = await this.#token(ref, deadline, signal);
      if (token !== null) {
        return new HeldTurn(this.#store, { ...keyOf(ref), token }, { isThere, onEnd: end });
      }
      end();
      return null;
    } catch (error) {
      end();
      throw error;
    }
  }

  async #token(
    ref: ConversationRef,
    deadline: number,
    signal: AbortSignal,
  ): Promise<string | null> {
    for (;;) {
      const taken = await this.#store.take({ ...ref, leaseMs: LEASE_MS });
      if (taken.refused === undefined) return taken.token;
      if (taken.refused === 'conversation_absent') return null;
      const remaining = deadline - performance.now();
      if (remaining <= 0) throw apiError('conversation_locked');
      await sleep(Math.min(pause(), remaining), undefined, { signal });
    }
  }
}

function keyOf({ tenant, conversationId }: ConversationRef) {
  return { tenant, conversationId };
}

function pause(): number {
  return SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
}

/** Resolves with the work. Rejects with `conversation_locked` at the deadline, and with the signal's reason. */
async function within(work: Promise<void>, deadline: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const timeout = sleep(Math.max(0, deadline - performance.now()), undefined, {
    signal: stop,
  }).then(() => {
    throw apiError('conversation_locked');
  });
  try {
    await Promise.race([work, timeout]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    timeout.catch(() => undefined);
  }
}
