import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import type { Page } from '../../base/paging.ts';
import type { TextSeal } from '../../context/seal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { OpenTurnCounts } from '../../observe/turns.ts';
import type { ListedItem } from '../../store/conversations/port.ts';
import { cursorDetail, pageParams, type ItemsRequest } from '../conversations/items-request.ts';
import type { ResponseRecord, TurnWriter } from '../../store/responses/port.ts';
import type { Store } from '../../store/store.ts';
import { Background, type BackgroundOptions } from '../background/background.ts';
import type { EventText } from '../background/event-text.ts';
import { Followers } from '../background/followers.ts';
import type { ContextWindows } from '../context-window/context-windows.ts';
import { assertMayCreate } from '../may-create.ts';
import type { McpServers } from '../../tools/mcp-servers.ts';
import type { AuditTrail } from '../audit.ts';
import type { Job } from '../jobs/jobs.ts';
import type { Models } from '../models/models.ts';
import { ApprovedRuns } from './approved-runs.ts';
import { Pace } from './pace.ts';
import { prepareTurn, type PreparingOptions } from './prepare-turn.ts';
import { targetOf } from './target.ts';
import { storageOf } from './commit.ts';
import { DetachedTurns, type DetachedTurn } from './detached-turns.ts';
import { RunningTurn } from './running-turn.ts';
import {
  listResponses,
  withOutputItems,
  type ListRequest,
  type ServedResponse,
  type StoredResponse,
} from './stored-responses.ts';
import { OpenTurns, type TurnObserver } from './turn-watch.ts';
import { Turns, type WhenBusy } from './turns.ts';

const ID_PREFIX = 'resp';

export interface ResponsesOptions extends BackgroundOptions {
  readonly store: Store;
  readonly authorizer: Authorizer;
  readonly models: Models;
  readonly seal: TextSeal;
  readonly tools: McpServers;
  /** Receives each call of a tool; `undefined` without an audit log. */
  readonly audit: Pick<AuditTrail, 'recordToolCall'> | undefined;
  readonly observer: TurnObserver;
  readonly windows: ContextWindows;
  readonly defaultModel: string | undefined;
  readonly turnWaitMs: number;
  readonly onDisconnect: 'cancel' | 'finish';
  /** Whether the request's own items must fit the history. */
  readonly history: 'strict' | 'repair';
}

export interface BeginOptions {
  readonly whenBusy: WhenBusy;
  /** Aborted when the call is stopped. */
  readonly signal: AbortSignal;
  /** Whether that was since the client has gone away. */
  readonly isClientGone: () => boolean;
  /** Replaces the setting for this turn. */
  readonly onDisconnect?: ResponsesOptions['onDisconnect'];
  /** Receives the turn when it goes on without its client. */
  readonly onDetached?: (turn: DetachedTurn) => void;
  /** Stores what the turn brings; left out for the store itself. */
  readonly writer?: TurnWriter;
}

/** A turn that has begun, and what was changed in what its model is shown. */
export interface BegunTurn {
  readonly turn: RunningTurn;
  /** Counts of repairs by rule, as in `duplicate_id=1, truncated_turn=3`; empty without any. */
  readonly repairs: string;
}

/**
 * The operations on responses. Every method checks what the principal may do, and throws an `ApiError` when the
 * operation is refused.
 */
export class Responses {
  readonly background: Background;
  readonly #options: ResponsesOptions;
  /** The turns of conversations in this process. */
  readonly turns: Turns;
  readonly #detached = new DetachedTurns();
  readonly #open: OpenTurns;
  readonly #preparing: PreparingOptions;

  constructor(options: ResponsesOptions) {
    this.#options = options;
    const { store, turnWaitMs, observer } = options;
    this.#open = new OpenTurns(observer);
    this.#preparing = { ...options, pace: new Pace(), runs: new ApprovedRuns(store.approvedCalls) };
    this.turns = new Turns(store.turns, store.conversations, {
      waitMs: turnWaitMs,
      onFree: (key) => this.background.runner.freed(key),
      onInterrupt: (key) => this.background.runner.interrupted(key),
    });
    const context = {
      ...options,
      turns: this.turns,
      openTurns: this.#open,
      preparing: this.#preparing,
      followers: new Followers(),
    };
    this.background = new Background(context, options);
  }

  /** Numbers of turns that have begun and not ended. */
  get openTurns(): OpenTurnCounts {
    return this.#open.counts;
  }

  /**
   * Begins a turn: waits for its conversation, reads the history, and sends it to the model server. Resolves when the
   * model server has begun to answer. `signal` ends what it waits for, and `stop` the turn itself.
   */
  async begin(
    principal: Principal,
    request: ResponseRequest,
    options: BeginOptions,
  ): Promise<BegunTurn> {
    const model = request.model ?? this.#options.defaultModel;
    if (model === undefined) throw apiError('missing_required_parameter', { param: 'model' });
    const { authorizer, store, models } = this.#options;
    const server = await models.serverOf(model);
    const isNamed = model === this.#options.defaultModel || server.isNamedFor(model);
    const watch = this.#open.begin(server, model, isNamed);
    const targets = { store, authorizer, turns: this.turns };
    const target = await targetOf(targets, principal, request, options).catch((error: unknown) => {
      watch.stopped(error, options.signal);
      throw error;
    });
    watch.taken(request.conversationId);
    let running: RunningTurn | undefined;
    try {
      const { destination, history } = target;
      if (destination.kind !== 'conversation') assertMayCreate(authorizer, principal);
      const { writer = store.responses } = options;
      const { turn, repairs } = await prepareTurn(this.#preparing, principal, request, {
        server,
        head: {
          id: newId(ID_PREFIX),
          createdAt: Date.now(),
          model,
          conversationId: request.conversationId,
          echo: request.echo,
        },
        history,
        storage: storageOf({ store: { responses: writer }, principal, destination }),
        firstEvent: 0,
        stop: this.#stopOf(options),
        lost: destination.kind === 'conversation' ? destination.turn.lost : undefined,
        watch,
      });
      running = new RunningTurn(turn, {
        ...options,
        onDisconnect: options.onDisconnect ?? this.#options.onDisconnect,
        detach: (detached, underWay) => {
          watch.detached();
          const going = this.#detached.add(detached, underWay);
          options.onDetached?.(going);
        },
      });
      await running.start();
      return { turn: running, repairs: repairs() };
    } catch (error) {
      if (running?.isDetached === true) throw error;
      if (target.destination.kind === 'conversation') await target.destination.turn.release();
      watch.stopped(error, options.signal);
      throw error;
    }
  }

  /** Work that is to be done over and over while the server runs. */
  get jobs(): readonly Job[] {
    return this.background.jobs;
  }

  /** Begins no further response in the background: the server is about to stop. */
  stopTaking(): void {
    this.background.runner.stopTaking();
  }

  /** Waits for the turns that go on without their clients, and ends them after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    await Promise.all([this.#detached.close(withinMs), this.background.runner.close(withinMs)]);
  }

  /** Returns a response with its output items, as they are stored. One that has not ended has none yet. */
  async get(principal: Principal, id: string, hasOutput = true): Promise<ServedResponse> {
    const ended = await this.#found(principal, id);
    const data = ended === null ? await this.background.snapshot(principal, id) : null;
    if (data !== null) return { data, rest: null, output: [] };
    // One that was made in the background may have ended between the two.
    const response = ended ?? (await this.find(principal, id));
    if (!hasOutput) return { ...response, output: [] };
    return withOutputItems(this.#options, principal, response);
  }

  /** Returns a page of the stored responses of a conversation, ordered by creation, with their output items. */
  list(
    principal: Principal,
    conversationId: string,
    request: ListRequest,
  ): Promise<Page<StoredResponse>> {
    return listResponses(this.#options, principal, conversationId, request);
  }

  /** Returns a response that has ended. Throws `response_not_found`. */
  async find(principal: Principal, id: string): Promise<ResponseRecord> {
    const response = await this.#found(principal, id);
    if (response === null) throw apiError('response_not_found', { id });
    return response;
  }

  /** Returns the events of a response in the background after a number, as lists, until it has ended. */
  events(
    principal: Principal,
    id: string,
    after: number,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<readonly EventText[], void, undefined>> {
    const stored = (): Promise<ResponseRecord> => this.find(principal, id);
    return this.background.events(principal, id, after, { signal, stored });
  }

  /** Cancels a response that is made in the background. One that is cancelled already stays so. */
  cancel(principal: Principal, id: string): Promise<void> {
    return this.background.cancel(principal, id, () => this.find(principal, id));
  }

  /** Deletes a response, and its items if no conversation shows them. */
  async delete(principal: Principal, id: string): Promise<void> {
    const ended = await this.#found(principal, id);
    if (ended === null && (await this.background.snapshot(principal, id)) !== null) {
      throw apiError('cannot_delete_in_flight');
    }
    const { tenant, conversationId } = ended ?? (await this.find(principal, id));
    const access = this.#options.authorizer.filter(principal, 'delete');
    const isDeleted = await this.#options.store.responses.delete({
      tenant,
      conversationId,
      access,
      responseId: id,
    });
    if (!isDeleted) throw apiError('response_not_found', { id });
  }

  /** Returns a page of the items that the model was shown for a response, besides what was repaired. */
  async inputItems(
    principal: Principal,
    id: string,
    request: ItemsRequest,
  ): Promise<Page<ListedItem>> {
    const { tenant, conversationId, firstOutput: until } = await this.find(principal, id);
    const access = this.#options.authorizer.filter(principal, 'read');
    const ref = { tenant, conversationId, access };
    const within = { from: 0, until };
    const result = await this.#options.store.conversations.listItems({
      ...ref,
      ...pageParams(request),
      within,
      isCurrent: true,
    });
    if (result.absent === undefined) {
      this.#options.observer.transferred('read', result.page.entries);
      return result.page;
    }
    throw result.absent === 'cursor'
      ? apiError('cursor_not_found', cursorDetail(request))
      : apiError('response_not_found', { id });
  }

  /** Makes the controller that stops a turn: with its call, unless it goes on without its client. */
  #stopOf({ signal, isClientGone, ...options }: BeginOptions): AbortController {
    const { onDisconnect = this.#options.onDisconnect } = options;
    const stop = new AbortController();
    const stopped = (): void => {
      if (onDisconnect === 'cancel' || !isClientGone()) stop.abort(signal.reason);
    };
    if (signal.aborted) stopped();
    else signal.addEventListener('abort', stopped, { once: true });
    return stop;
  }

  #found(principal: Principal, id: string): Promise<ResponseRecord | null> {
    const { authorizer, store } = this.#options;
    const access = authorizer.filter(principal, 'read');
    return store.responses.find({ tenant: principal.tenant, responseId: id, access });
  }
}
