import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import type { Page, PageRequest } from '../../base/paging.ts';
import { sealCompaction } from '../../context/sealed-compaction.ts';
import { sealReasoning } from '../../context/sealed-reasoning.ts';
import type { TextSeal } from '../../context/seal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { ModelServer } from '../../model/model-server.ts';
import type { OpenTurnCounts } from '../../observe/turns.ts';
import type { ItemRecord, Positions } from '../../store/conversations/port.ts';
import type { ResponseItem, ResponseRecord, TurnWriter } from '../../store/responses/port.ts';
import type { Store } from '../../store/store.ts';
import { firstItems } from '../conversations/read-items.ts';
import type { ContextWindows } from '../context-window/context-windows.ts';
import { assertMayCreate } from '../may-create.ts';
import type { Models } from '../models/models.ts';
import { modelAnswer } from '../context-window/model-answer.ts';
import { Pace } from './pace.ts';
import { targetOf, type Destination, type Target } from './target.ts';
import { contextOf, requestPath } from './turn-context.ts';
import { DetachedTurns, type DetachedTurn } from './detached-turns.ts';
import { RunningTurn } from './running-turn.ts';
import {
  listResponses,
  withOutputItems,
  type ListRequest,
  type StoredResponse,
} from './stored-responses.ts';
import { OpenTurns, type TurnObserver, type TurnWatch } from './turn-watch.ts';
import { Turn } from './turn.ts';
import { Turns, type WhenBusy } from './turns.ts';

const ID_PREFIX = 'resp';

export interface ResponsesOptions {
  readonly store: Store;
  readonly authorizer: Authorizer;
  readonly models: Models;
  readonly seal: TextSeal;
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

/** What is known of a turn before its context is. */
interface Preparing {
  readonly model: string;
  readonly server: ModelServer;
  readonly target: Target;
  readonly watch: TurnWatch;
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
  readonly #options: ResponsesOptions;
  readonly #turns: Turns;
  readonly #detached = new DetachedTurns();
  readonly #open: OpenTurns;
  readonly #pace = new Pace();

  constructor(options: ResponsesOptions) {
    this.#options = options;
    const { store, turnWaitMs, observer } = options;
    this.#open = new OpenTurns(observer);
    this.#turns = new Turns(store.turns, store.conversations, { waitMs: turnWaitMs });
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
    const targets = { store, authorizer, turns: this.#turns };
    const target = await targetOf(targets, principal, request, options).catch((error: unknown) => {
      watch.stopped(error, options.signal);
      throw error;
    });
    watch.taken(request.conversationId);
    let running: RunningTurn | undefined;
    try {
      if (target.destination.kind !== 'conversation')
        assertMayCreate(this.#options.authorizer, principal);
      const { turn, repairs } = await this.#prepared(principal, request, options, {
        model,
        server,
        target,
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

  /** Waits for the turns that go on without their clients, and ends them after `withinMs`. */
  close(withinMs: number): Promise<void> {
    return this.#detached.close(withinMs);
  }

  /** Returns a stored response with its output items, as they are stored. */
  async get(principal: Principal, id: string): Promise<StoredResponse> {
    return withOutputItems(this.#options, principal, await this.#find(principal, id));
  }

  /** Returns a page of the responses of a conversation, ordered by creation, with their output items. */
  list(
    principal: Principal,
    conversationId: string,
    request: ListRequest,
  ): Promise<Page<StoredResponse>> {
    return listResponses(this.#options, principal, conversationId, request);
  }

  /** Deletes a response, and its items if no conversation shows them. */
  async delete(principal: Principal, id: string): Promise<void> {
    const { tenant, conversationId } = await this.#find(principal, id);
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
  async inputItems(principal: Principal, id: string, page: PageRequest): Promise<Page<ItemRecord>> {
    const { tenant, conversationId, firstOutput: until } = await this.#find(principal, id);
    const access = this.#options.authorizer.filter(principal, 'read');
    const ref = { tenant, conversationId, access };
    const within = { from: 0, until };
    const result = await this.#options.store.conversations.listItems({
      ...ref,
      page,
      within,
      isCurrent: true,
    });
    if (result.absent === undefined) {
      this.#options.observer.transferred('read', result.page.entries);
      return result.page;
    }
    throw result.absent === 'cursor'
      ? apiError('cursor_not_found', { id: page.after ?? '', param: 'after' })
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

  async #find({ tenant, ...principal }: Principal, id: string): Promise<ResponseRecord> {
    const { authorizer, store } = this.#options;
    const access = authorizer.filter({ tenant, ...principal }, 'read');
    const response = await store.responses.find({ tenant, responseId: id, access });
    if (response === null) throw apiError('response_not_found', { id });
    return response;
  }

  /** Makes a turn, with its request to the model server, which nothing keeps after it is sent. */
  async #prepared(
    principal: Principal,
    request: ResponseRequest,
    options: BeginOptions,
    { model, server, target, watch }: Preparing,
  ): Promise<{ readonly turn: Turn; readonly repairs: () => string }> {
    const { destination, history } = target;
    await this.#pace.wait();
    const { context, input } = await contextOf(this.#options, principal, request, {
      model,
      history,
    });
    const stop = this.#stopOf(options);
    const signal =
      destination.kind === 'conversation'
        ? AbortSignal.any([stop.signal, destination.turn.lost])
        : stop.signal;
    const { inputIndexes, repairs, events } = modelAnswer(this.#options.windows, {
      ref: { server, model, conversationId: history?.conversation.conversationId },
      request: { ...request.generation, model },
      context,
      isTruncated: request.echo.truncation === 'auto',
      compaction: request.compaction,
      seal: (compaction) => sealCompaction(this.#options.seal, principal.tenant, compaction),
      signal,
    });
    const turn = this.#turn(principal, request, {
      model,
      destination,
      input,
      inputIndexes,
      answer: events,
      stop,
      watch,
      writer: options.writer,
    });
    return { turn, repairs };
  }

  #turn(
    principal: Principal,
    request: ResponseRequest,
    begun: {
      readonly model: string;
      readonly destination: Destination;
      readonly input: readonly ResponseItem[];
      readonly inputIndexes: () => readonly (number | null)[];
      readonly answer: ConstructorParameters<typeof Turn>[0]['answer'];
      readonly stop: AbortController;
      readonly watch: TurnWatch;
      readonly writer: TurnWriter | undefined;
    },
  ): Turn {
    const { store, seal } = this.#options;
    const { inputIndexes, model, writer = store.responses, ...rest } = begun;
    const wantsSealed = request.include.includes('reasoning.encrypted_content');
    return new Turn({
      ...rest,
      store: { responses: writer },
      principal,
      id: newId(ID_PREFIX),
      createdAt: Date.now(),
      model,
      conversationId: request.conversationId,
      echo: request.echo,
      includesLogprobs: request.include.includes('message.output_text.logprobs'),
      seal: ({ texts, encrypted }) =>
        wantsSealed || encrypted !== undefined
          ? sealReasoning(seal, principal.tenant, { texts, encrypted, model })
          : undefined,
      requestPath: (path) => requestPath(path, inputIndexes()),
    });
  }
}
