/** Responses that are made without their clients. */

import type { Principal } from '../../access/principal.ts';
import { apiError, type ApiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import { isJsonObject } from '../../base/json-object.ts';
import type { BackgroundResponse } from '../../store/background/port.ts';
import type { HeldKeyRef } from '../../store/idempotency/port.ts';
import type { EventsRef } from '../../store/response-events/port.ts';
import type { ResponseRecord } from '../../store/responses/port.ts';
import type { Job } from '../jobs/jobs.ts';
import { responseOf, type ResponseHead } from '../responses/turn-response.ts';
import type { WhenBusy } from '../responses/turns.ts';
import type { BackgroundContext } from './context.ts';
import { BackgroundEnds } from './ends.ts';
import type { EventText } from './event-text.ts';
import { follow, type FollowParams } from './follow.ts';
import { queued } from './queueing.ts';
import { BackgroundRunner } from './runner.ts';
import { headOf, storedRequest } from './stored-request.ts';

const TAKE_UP_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 30_000;
/** Time for which interrupted turns are remembered: several renewals of the turn. */
const INTERRUPTED_KEPT_MS = 10 * 60_000;

export interface BackgroundOptions {
  readonly backgroundLimit: number;
  readonly streamReplayMs: number;
  readonly streamReplayBytes: number;
}

/** A response that was added, as its client gets it. */
export interface QueuedResponse {
  readonly json: string;
  readonly ref: EventsRef;
  readonly head: ResponseHead;
}

/** The operations on responses in the background. Every method throws an `ApiError` when it is refused. */
export class Background {
  readonly #context: BackgroundContext;
  readonly #options: BackgroundOptions;
  readonly #ends: BackgroundEnds;
  readonly runner: BackgroundRunner;

  constructor(context: BackgroundContext, options: BackgroundOptions) {
    this.#context = context;
    this.#options = options;
    this.#ends = new BackgroundEnds(context);
    this.runner = new BackgroundRunner(context, this.#ends, options.backgroundLimit);
  }

  get jobs(): readonly Job[] {
    const { store } = this.#context;
    const { streamReplayMs, streamReplayBytes } = this.#options;
    return [
      {
        name: 'take_up_background',
        everyMs: TAKE_UP_EVERY_MS,
        run: () => this.runner.takeUp(),
      },
      {
        name: 'sweep_events',
        everyMs: SWEEP_EVERY_MS,
        run: async () => {
          await store.responseEvents.sweep({
            olderThanMs: streamReplayMs,
            maxBytes: streamReplayBytes,
          });
          await store.turns.forgetInterrupted(INTERRUPTED_KEPT_MS);
        },
      },
    ];
  }

  /** Adds a response, which is made as soon as there is room and its conversation is free. */
  async queue(
    principal: Principal,
    request: ResponseRequest,
    { whenBusy, key: heldKey }: { readonly whenBusy: WhenBusy; readonly key?: HeldKeyRef },
  ): Promise<QueuedResponse> {
    const { models, defaultModel } = this.#context;
    const model = request.model ?? defaultModel;
    if (model === undefined) throw apiError('missing_required_parameter', { param: 'model' });
    await models.serverOf(model);
    const given = { request, model, key: heldKey };
    const queueing = { ...this.#context, runner: this.runner };
    const { key, response, stored } = await queued(queueing, principal, given, whenBusy);
    const head = headOf(response, stored);
    const json = JSON.stringify(responseOf(head, { status: 'queued' }, []));
    return { json, head, ref: { ...key, responseId: response.id } };
  }

  /** Returns a response that has not ended, as JSON without output; `null` when there is none. */
  async snapshot(principal: Principal, id: string): Promise<string | null> {
    const response = await this.#find(principal, id);
    return response === null ? null : snapshotOf(response);
  }

  /** Cancels a response. Throws an `ApiError` when it has ended otherwise. `stored` finds one that has ended. */
  async cancel(
    principal: Principal,
    id: string,
    stored: () => Promise<Pick<ResponseRecord, 'status' | 'data'>>,
  ): Promise<void> {
    const response = await this.#find(principal, id);
    if (response !== null) {
      const access = this.#context.authorizer.filter(principal, 'read', 'update');
      if (await this.#ends.cancel(response, storedRequest(response), access)) {
        this.runner.cancelled(id);
        return;
      }
      // It has ended meanwhile, or may be read and not changed.
      if ((await this.#find(principal, id)) !== null) throw apiError('response_not_found', { id });
    }
    const { status, data } = await stored();
    if (!isOfBackground(data)) throw apiError('cannot_cancel_synchronous');
    if (status !== 'cancelled') throw apiError('cannot_cancel_ended', { status });
  }

  /**
   * Returns the events of a response after a number, as lists. `stored` finds one that has ended. Throws an `ApiError`
   * when its events are not stored, or no longer.
   */
  async events(
    principal: Principal,
    id: string,
    after: number,
    options: {
      readonly signal: AbortSignal;
      readonly stored: () => Promise<ResponseRecord>;
    },
  ): Promise<AsyncGenerator<readonly EventText[], void, undefined>> {
    const { signal, stored } = options;
    const running = await this.#find(principal, id);
    if (running !== null) {
      if (!running.isStreamed) throw apiError('cannot_stream_unstreamed');
      const { tenant, conversationId } = running;
      const head = headOf(running, storedRequest(running));
      return this.follow({ ref: { tenant, conversationId, responseId: id }, head }, after, signal);
    }
    const ended = await stored();
    if (!isOfBackground(ended.data)) throw apiError('cannot_stream_synchronous');
    const { tenant, conversationId } = ended;
    const ref = { tenant, conversationId, responseId: id };
    const [first] = await this.#context.store.responseEvents.read({ ...ref, from: 0, limit: 1 });
    if (first === undefined) throw this.#noEvents(ended);
    return this.follow({ ref, head: undefined }, after, signal);
  }

  /** Yields the events of a response after a number, until it has ended. */
  follow(
    { ref, head }: Pick<FollowParams, 'ref' | 'head'>,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly EventText[], void, undefined> {
    return follow(this.#context, { ref, head, after, signal });
  }

  #noEvents({ createdAt }: ResponseRecord): ApiError {
    const isOld = Date.now() - createdAt > this.#options.streamReplayMs;
    return apiError(isOld ? 'stream_expired' : 'cannot_stream_unstreamed');
  }

  #find(principal: Principal, responseId: string): Promise<BackgroundResponse | null> {
    const { store, authorizer } = this.#context;
    const access = authorizer.filter(principal, 'read');
    return store.background.find({ tenant: principal.tenant, responseId, access });
  }
}

function snapshotOf(response: BackgroundResponse): string {
  const head = headOf(response, storedRequest(response));
  const status = response.token === undefined ? 'queued' : 'in_progress';
  return JSON.stringify(responseOf(head, { status }, []));
}

/** Checks that a response, as it is stored, was made in the background. */
function isOfBackground(data: string): boolean {
  const response: unknown = JSON.parse(data);
  return isJsonObject(response) && response['background'] === true;
}
