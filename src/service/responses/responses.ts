import type { Authorizer } from '../../access/policy/authorizer.ts';
import { resourceToCreate } from '../../access/policy/decide.ts';
import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import type { Page, PageRequest } from '../../base/paging.ts';
import type { AssembledContext } from '../../context/assemble.ts';
import { sealReasoning } from '../../context/sealed-reasoning.ts';
import type { TextSeal } from '../../context/seal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { ModelServer } from '../../model/model-server.ts';
import { currentNotes } from '../../observe/request-notes.ts';
import type { OpenTurnCounts } from '../../observe/turns.ts';
import type { ItemRecord } from '../../store/conversations/port.ts';
import type { ResponseItem, ResponseRecord } from '../../store/responses/port.ts';
import type { Store } from '../../store/store.ts';
import type { McpServers } from '../../tools/mcp-servers.ts';
import type { AuditTrail } from '../audit.ts';
import type { Models } from '../models/models.ts';
import { ApprovedRuns } from './approved-runs.ts';
import { Pace } from './pace.ts';
import { targetOf, type Destination, type Target } from './target.ts';
import { turnAnswer } from './turn-answer.ts';
import { contextOf, requestPath } from './turn-context.ts';
import { DetachedTurns } from './detached-turns.ts';
import { RunningTurn } from './running-turn.ts';
import { OpenTurns, type TurnObserver, type TurnWatch } from './turn-watch.ts';
import { Turn } from './turn.ts';
import { Turns, type WhenBusy } from './turns.ts';

const ID_PREFIX = 'resp';

export interface ResponsesOptions {
  readonly store: Store;
  readonly authorizer: Authorizer;
  readonly models: Models;
  readonly seal: TextSeal;
  readonly tools: McpServers;
  /** Receives each call of a tool; `undefined` without an audit log. */
  readonly audit: Pick<AuditTrail, 'recordToolCall'> | undefined;
  readonly observer: TurnObserver;
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
  /** Counts of repairs by rule; empty without any. */
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
  readonly #runs = new ApprovedRuns();

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
      this.#assertMayCreate(principal, target.destination);
      const { turn, repairs } = await this.#prepared(principal, request, options, {
        model,
        server,
        target,
        watch,
      });
      running = new RunningTurn(turn, {
        ...options,
        onDisconnect: this.#options.onDisconnect,
        detach: (detached, underWay) => {
          watch.detached();
          this.#detached.add(detached, underWay);
        },
      });
      await running.start();
      return { turn: running, repairs };
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
    const response = await this.#find(principal, id);
    const { firstOutput: from, endPosition: until } = response;
    const output = await this.#itemsWithin(principal, response, { from, until });
    return { ...response, output };
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
  #stopOf({ signal, isClientGone }: BeginOptions): AbortController {
    const stop = new AbortController();
    const stopped = (): void => {
      if (this.#options.onDisconnect === 'cancel' || !isClientGone()) stop.abort(signal.reason);
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

  async #itemsWithin(
    principal: Principal,
    { tenant, conversationId, id }: ResponseRecord,
    within: { readonly from: number; readonly until: number },
  ): Promise<readonly ItemRecord[]> {
    const access = this.#options.authorizer.filter(principal, 'read');
    const items: ItemRecord[] = [];
    for (let after: string | undefined; ; after = items.at(-1)?.id) {
      const page = { order: 'asc', limit: 1_000, after } as const;
      const result = await this.#options.store.conversations.listItems({
        tenant,
        conversationId,
        access,
        page,
        within,
        isCurrent: true,
      });
      if (result.absent !== undefined) throw apiError('response_not_found', { id });
      items.push(...result.page.entries);
      if (!result.page.hasMore) break;
    }
    this.#options.observer.transferred('read', items);
    return items;
  }

  /** Makes a turn, with its request to the model server, which nothing keeps after it is sent. */
  async #prepared(
    principal: Principal,
    request: ResponseRequest,
    options: BeginOptions,
    { model, server, target, watch }: Preparing,
  ): Promise<{ readonly turn: Turn; readonly repairs: string }> {
    const { destination, history } = target;
    await this.#pace.wait();
    const { context, input, tools } = await contextOf(this.#options, principal, request, {
      model,
      history,
    });
    const stop = this.#stopOf(options);
    const signal =
      destination.kind === 'conversation'
        ? AbortSignal.any([stop.signal, destination.turn.lost])
        : stop.signal;
    const { tools: servers, audit } = this.#options;
    const requestId = currentNotes()?.id;
    const answer = turnAnswer(
      {
        servers,
        runs: this.#runs,
        principal,
        request,
        server,
        history: tools,
        signal,
        report: (call) => {
          watch.called(call);
          audit?.recordToolCall({ ...call, requestId, principal, server: call.label });
        },
      },
      { ...request.generation, model, items: context.items },
    );
    const turn = this.#turn(principal, request, {
      model,
      destination,
      input,
      context,
      answer,
      stop,
      watch,
    });
    return { turn, repairs: context.repairs };
  }

  #turn(
    principal: Principal,
    request: ResponseRequest,
    begun: {
      readonly model: string;
      readonly destination: Destination;
      readonly input: readonly ResponseItem[];
      readonly context: AssembledContext;
      readonly answer: ConstructorParameters<typeof Turn>[0]['answer'];
      readonly stop: AbortController;
      readonly watch: TurnWatch;
    },
  ): Turn {
    const { store, seal } = this.#options;
    const { context, model, ...rest } = begun;
    const { inputIndexes } = context;
    const wantsSealed = request.include.includes('reasoning.encrypted_content');
    return new Turn({
      ...rest,
      store,
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
      requestPath: (path) => requestPath(path, inputIndexes),
    });
  }

  #assertMayCreate(principal: Principal, { kind }: Destination): void {
    if (kind === 'conversation') return;
    const { authorizer } = this.#options;
    const { allowed } = authorizer.decide(principal, 'create', resourceToCreate(principal));
    if (!allowed) throw apiError('create_forbidden');
  }
}

/** A response with the texts of its output items. */
export interface StoredResponse extends ResponseRecord {
  readonly output: readonly ItemRecord[];
}
