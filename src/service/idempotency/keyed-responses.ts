import { setTimeout as sleep } from 'node:timers/promises';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { KeptOutcome, KeyRef, NewKey } from '../../store/idempotency/port.ts';
import type { Store } from '../../store/store.ts';
import type { DetachedTurn } from '../responses/detached-turns.ts';
import type { QueuedResponse } from '../background/background.ts';
import type { Job } from '../jobs/jobs.ts';
import type { BeginOptions, Responses } from '../responses/responses.ts';
import type { ServedResponse } from '../responses/stored-responses.ts';
import type { RunningTurn } from '../responses/running-turn.ts';
import { AWAITED_WITHIN_MS, HeldKey, LEASE_MS, NOTE_EVERY_MS } from './held-key.ts';
import { keptResponses } from './kept-responses.ts';
import { outcomeUnder, storedKey, type RequestKey } from './request-key.ts';

/** Time for which an attempt goes on without its client and without a repetition that waits for it. */
const GRACE_MS = 10_000;
/** Pause between two deletions of keys. One whose time is over counts as absent before it is deleted. */
const SWEEP_EVERY_MS = 10 * 60_000;
/** Bounds of the pause between two looks at the attempt of another process. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/** A turn that answers a request. */
export type AnsweringTurn = Pick<RunningTurn, 'step' | 'whole' | 'failure' | 'leave'>;

/** The answer to a request: a turn that has begun, or what an earlier attempt has stored. */
export type KeyedAnswer =
  | { readonly kind: 'turn'; readonly turn: AnsweringTurn; readonly repairs: string }
  | { readonly kind: 'queued'; readonly queued: QueuedResponse }
  | { readonly kind: 'replay'; readonly responseId: string; readonly response: ServedResponse };

export interface KeyedResponsesOptions {
  readonly responses: Responses;
  readonly store: Pick<Store, 'responses' | 'idempotency'>;
  readonly onDisconnect: 'cancel' | 'finish';
}

/** Responses that clients may request again under the same key. The model is asked once for all of these requests. */
export class KeyedResponses {
  readonly #options: KeyedResponsesOptions;
  /** The end of each attempt of this process, by its key. */
  readonly #attempts = new Map<string, Promise<void>>();
  readonly #goingOn = new Set<Promise<void>>();

  constructor(options: KeyedResponsesOptions) {
    this.#options = options;
  }

  get jobs(): readonly Job[] {
    const { idempotency } = this.#options.store;
    return [{ name: 'sweep_keys', everyMs: SWEEP_EVERY_MS, run: () => idempotency.sweep() }];
  }

  /**
   * Begins a turn, or waits for the attempt under the same key and resolves with its response. Without a key, and for a
   * response that is not stored, it begins a turn. Throws an `ApiError` when the key belongs to another request.
   */
  async begin(
    principal: Principal,
    request: ResponseRequest,
    key: RequestKey | undefined,
    options: BeginOptions,
  ): Promise<KeyedAnswer> {
    const { responses, store } = this.#options;
    if (key === undefined || !request.store) {
      if (request.background) return this.#queue(principal, request, options);
      return { kind: 'turn', ...(await responses.begin(principal, request, options)) };
    }
    const own = storedKey(principal, key);
    for (;;) {
      const { token, used } = await store.idempotency.hold({ ...own, leaseMs: LEASE_MS });
      if (token !== undefined) {
        const ref = { ...own, token };
        return request.background
          ? this.#queue(principal, request, options, new HeldKey(store.idempotency, ref))
          : this.#attempt(principal, request, ref, options);
      }
      const outcome = outcomeUnder(used, own) ?? (await this.#outcome(own, options.signal));
      if (outcome === undefined) continue;
      if (outcome.kind !== 'response') throw apiError('idempotency_key_reused');
      const { responseId } = outcome;
      const response = await responses.get(principal, responseId);
      key.onReplay();
      return { kind: 'replay', responseId, response };
    }
  }

  /** Adds a response that is made in the background, which is the outcome of its request at once. */
  async #queue(
    principal: Principal,
    request: ResponseRequest,
    { whenBusy }: BeginOptions,
    held?: HeldKey,
  ): Promise<KeyedAnswer> {
    const { background } = this.#options.responses;
    const key = held === undefined ? {} : { key: held.ref };
    try {
      const queued = await background.queue(principal, request, { whenBusy, ...key });
      held?.keep();
      return { kind: 'queued', queued };
    } finally {
      await held?.end();
    }
  }

  /** Waits for the turns that go on without their clients, and ends them after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    await this.#options.responses.close(withinMs);
    await Promise.all(this.#goingOn);
  }

  /** Waits for the attempt that holds the key. Resolves with its outcome; `undefined` when it has none. */
  async #outcome(own: NewKey, signal: AbortSignal): Promise<KeptOutcome | undefined> {
    const { idempotency } = this.#options.store;
    let notedAt = -Infinity;
    for (;;) {
      if (performance.now() - notedAt > NOTE_EVERY_MS) {
        await idempotency.await(own);
        notedAt = performance.now();
      }
      await this.#pause(own, signal);
      const used = await idempotency.find(own);
      if (used === null) return undefined;
      const outcome = outcomeUnder(used, own);
      if (outcome !== undefined) return outcome;
    }
  }

  /** Waits for the end of an attempt of this process, or a moment. */
  async #pause(own: KeyRef, signal: AbortSignal): Promise<void> {
    const attempt = this.#attempts.get(nameOf(own));
    const chosen = SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
    const pauseMs = attempt === undefined ? chosen : NOTE_EVERY_MS;
    const pause = sleep(pauseMs, undefined, { signal });
    await (attempt === undefined ? pause : Promise.race([attempt, pause]));
    // The pause that was not waited for may be stopped later.
    pause.catch(() => undefined);
  }

  async #attempt(
    principal: Principal,
    request: ResponseRequest,
    ref: HeldKey['ref'],
    options: BeginOptions,
  ): Promise<KeyedAnswer> {
    const { responses, store } = this.#options;
    const held = new HeldKey(store.idempotency, ref);
    const name = nameOf(ref);
    this.#attempts.set(name, held.ended);
    void held.ended.then(() => this.#attempts.delete(name));
    let isDetached = false;
    try {
      const { turn, repairs } = await responses.begin(principal, request, {
        ...options,
        writer: keptResponses(store.responses, held),
        // The client may have lost the answer alone, and is about to repeat the request.
        onDisconnect: 'finish',
        onDetached: (detached) => {
          isDetached = true;
          this.#goOn(held, detached);
        },
      });
      return { kind: 'turn', turn: ending(turn, held), repairs };
    } catch (error) {
      if (!isDetached) await held.end();
      throw error;
    }
  }

  #goOn(held: HeldKey, detached: DetachedTurn): void {
    const going = this.#untilEnd(held, detached).finally(() => this.#goingOn.delete(going));
    this.#goingOn.add(going);
  }

  /** Waits for the end of a turn that goes on without its client, and stops one that nothing waits for. */
  async #untilEnd(held: HeldKey, { ended, cancel }: DetachedTurn): Promise<void> {
    if (this.#options.onDisconnect === 'cancel') {
      let isOver = await within(ended, GRACE_MS);
      while (!isOver && (await held.isAwaited())) isOver = await within(ended, AWAITED_WITHIN_MS);
      if (!isOver) await cancel();
    }
    await ended;
    await held.end();
  }
}

/** Has the key's attempt end with the turn, before the answer of a turn that has failed. */
function ending(turn: RunningTurn, held: HeldKey): AnsweringTurn {
  const left = async (): Promise<void> => {
    if (!turn.isDetached) await held.end();
  };
  return {
    step: () => turn.step(),
    failure: (error) => turn.failure(error),
    whole: () => turn.whole().finally(left),
    leave: () => turn.leave().finally(left),
  };
}

function nameOf({ tenant, id }: KeyRef): string {
  return `${tenant}\n${id}`;
}

/** Waits for the end of work, for so many milliseconds. Resolves with whether it has ended. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  const timeout = new AbortController();
  const options = { signal: timeout.signal, ref: false };
  const late = sleep(ms, false, options).catch(() => false);
  const hasEnded = await Promise.race([work.then(() => true), late]);
  timeout.abort();
  return hasEnded;
}
