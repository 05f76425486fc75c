/** The right to run a turn in a conversation: waiting for it, and taking it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { apiError } from '../../contract/errors/registry.ts';
import type {
  ConversationKey,
  ConversationReader,
  ConversationRef,
} from '../../store/conversations/port.ts';
import type { TurnRef, TurnStore } from '../../store/turns/port.ts';
import { HeldTurn, LEASE_MS, type HeldTurnOptions } from './held-turn.ts';

/** Bounds of the pause between two attempts, by chance, since several processes wait for one conversation. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/** Treatment of a turn that runs: waiting for its end, refusing the request, or ending it. */
export type WhenBusy = 'wait' | 'reject' | 'interrupt';

export interface TakeOptions {
  readonly whenBusy: WhenBusy;
  /** Aborted when the turn is no longer wanted. */
  readonly signal: AbortSignal;
  /** Whether the turn ends with its conversation. Otherwise it goes on, so that its answer is delivered. */
  readonly endsWithConversation?: boolean;
}

export interface TurnsOptions {
  readonly waitMs: number;
  /** Called when this process neither runs nor waits for a turn of a conversation any longer. */
  readonly onFree?: (key: ConversationKey) => void;
  /** Called when a turn of a conversation has been taken from one that may have run. */
  readonly onInterrupt?: (key: ConversationKey) => Promise<void>;
}

/** The turns of this process, each waiting for the earlier ones of its conversation, and for other processes. */
export class Turns {
  readonly #store: TurnStore;
  readonly #conversations: Pick<ConversationReader, 'get'>;
  readonly #options: TurnsOptions;
  /** The end of the last turn of each conversation that this process runs or waits for. */
  readonly #lastOf = new Map<string, Promise<void>>();
  readonly #held = new Map<string, HeldTurn>();

  constructor(
    store: TurnStore,
    conversations: Pick<ConversationReader, 'get'>,
    options: TurnsOptions,
  ) {
    this.#store = store;
    this.#conversations = conversations;
    this.#options = options;
  }

  /**
   * Waits for the turn of a conversation and takes it; `null` when the conversation is absent. Throws
   * `conversation_locked` when it stays busy, and the signal's reason.
   */
  async take(ref: ConversationRef, options: TakeOptions): Promise<HeldTurn | null> {
    const { whenBusy, signal } = options;
    const key = textOf(ref);
    // Only those who may see the conversation may notice that it is busy.
    if (this.#lastOf.has(key) && !(await this.#isThere(ref))) return null;
    // Read after that: others may have come meanwhile, and go ahead.
    const earlier = this.#lastOf.get(key);
    if (earlier !== undefined && whenBusy === 'reject') throw apiError('conversation_locked');
    const deadline = performance.now() + (whenBusy === 'reject' ? 0 : this.#options.waitMs);
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#follow(ref, earlier, over);
    try {
      if (earlier !== undefined && whenBusy === 'wait') await within(earlier, deadline, signal);
      const token = await this.#token(ref, deadline, options);
      if (token !== null) {
        if (whenBusy === 'interrupt') this.#held.get(key)?.lose(true);
        const held = this.#hold(
          { ...keyOf(ref), token },
          {
            goesOn: async () =>
              options.endsWithConversation !== true && !(await this.#isThere(ref)),
            end,
          },
        );
        if (whenBusy === 'interrupt') await this.#options.onInterrupt?.(keyOf(ref));
        return held;
      }
      end();
      return null;
    } catch (error) {
      end();
      throw error;
    }
  }

  /**
   * Takes a turn in the transaction of `write`, which gets the milliseconds of the lease, or `undefined` when a turn of
   * this process runs or waits in the conversation. Resolves with what was written, and the turn if it was taken.
   */
  async takeWith<Written extends { readonly token?: string | undefined }>(
    key: ConversationKey,
    write: (leaseMs: number | undefined) => Promise<Written>,
  ): Promise<{ readonly written: Written; readonly held: HeldTurn | undefined }> {
    if (this.#lastOf.has(textOf(key))) return { written: await write(undefined), held: undefined };
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#follow(key, undefined, over);
    try {
      const written = await write(LEASE_MS);
      const { token } = written;
      if (token === undefined) end();
      const options = { goesOn: async () => false, end };
      return {
        written,
        held: token === undefined ? undefined : this.#hold({ ...key, token }, options),
      };
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Makes the turns that come later wait for one. */
  #follow(ref: ConversationKey, earlier: Promise<void> | undefined, over: Promise<void>): void {
    const key = textOf(ref);
    const last = Promise.all([earlier, over]).then(() => undefined);
    this.#lastOf.set(key, last);
    void last.then(() => {
      if (this.#lastOf.get(key) !== last) return;
      this.#lastOf.delete(key);
      this.#options.onFree?.(keyOf(ref));
    });
  }

  #hold(
    ref: TurnRef,
    { goesOn, end }: Pick<HeldTurnOptions, 'goesOn'> & { readonly end: () => void },
  ): HeldTurn {
    const key = textOf(ref);
    const held = new HeldTurn(this.#store, ref, {
      goesOn,
      onEnd: () => {
        if (this.#held.get(key) === held) this.#held.delete(key);
        end();
      },
    });
    this.#held.set(key, held);
    return held;
  }

  async #token(
    ref: ConversationRef,
    deadline: number,
    { whenBusy, signal }: TakeOptions,
  ): Promise<string | null> {
    const interrupts = whenBusy === 'interrupt';
    for (;;) {
      const taken = await this.#store.take({ ...ref, leaseMs: LEASE_MS, interrupts });
      if (taken.refused === undefined) return taken.token;
      if (taken.refused === 'conversation_absent') return null;
      const remaining = deadline - performance.now();
      if (remaining <= 0) throw apiError('conversation_locked');
      await sleep(Math.min(pause(), remaining), undefined, { signal });
    }
  }

  async #isThere(ref: ConversationRef): Promise<boolean> {
    return (await this.#conversations.get(ref)) !== null;
  }
}

function keyOf({ tenant, conversationId }: ConversationKey): ConversationKey {
  return { tenant, conversationId };
}

function textOf({ tenant, conversationId }: ConversationKey): string {
  return JSON.stringify([tenant, conversationId]);
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
