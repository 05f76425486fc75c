import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { AssembledContext } from '../../context/assemble.ts';
import { turnsOf } from '../../context/chunks.ts';
import { itemBytes } from '../../context/measure.ts';
import { sealCompaction } from '../../context/sealed-compaction.ts';
import type { CompactionParams } from '../../contract/responses/compaction.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import { ModelServerError } from '../../model/failure.ts';
import type { ModelRequest } from '../../model/port.ts';
import type { ContextWindows, WindowRef } from '../context-window/context-windows.ts';
import { fitting } from '../context-window/fitted-answer.ts';
import { requestTokens } from '../context-window/request-size.ts';
import { summarise } from '../context-window/summarise.ts';
import { assertMayCreate } from '../may-create.ts';
import { failureError } from '../models/failures.ts';
import type { Models } from '../models/models.ts';
import { historyOf } from './target.ts';
import { contextOf, requestPath, type ContextOptions } from './turn-context.ts';
import type { Store } from '../../store/store.ts';

const ID_PREFIX = 'resp';
/** Part of a request for which messages of the user are kept word for word. */
const KEPT_SHARE = 1 / 2;

export interface ContextsOptions extends ContextOptions {
  readonly store: Store;
  readonly authorizer: Authorizer;
  readonly models: Models;
  readonly windows: ContextWindows;
  readonly defaultModel: string | undefined;
}

/** What a model would be shown for a request. */
interface Prepared {
  readonly ref: WindowRef;
  readonly request: Omit<ModelRequest, 'items'>;
  readonly context: AssembledContext;
}

/** The operations on what a model is shown. They store nothing, and throw an `ApiError` when they are refused. */
export class Contexts {
  readonly #options: ContextsOptions;

  constructor(options: ContextsOptions) {
    this.#options = options;
  }

  /** Has a model summarise a conversation. Returns the items to go on with: messages of the user, and the summary. */
  async compact(
    principal: Principal,
    request: ResponseRequest,
    signal: AbortSignal,
  ): Promise<CompactionParams> {
    const { authorizer, windows, seal } = this.#options;
    assertMayCreate(authorizer, principal);
    const createdAt = Date.now();
    const prepared = await this.#prepared(principal, request);
    const { items } = prepared.context;
    if (turnsOf(items).turns.length === 0) throw apiError('nothing_to_compact');
    const { text: summary, usage } = await summarise({ windows, ...prepared, items, signal });
    const blob = sealCompaction(seal, principal.tenant, { summary, coversAll: false, kept: [] });
    const compaction = { id: newId('cmp'), type: 'compaction', encrypted_content: blob };
    const output = [...(await this.#keptMessages(prepared)), compaction];
    return { id: newId(ID_PREFIX), createdAt, output, usage: usage ?? null };
  }

  /** Returns the tokens of what a model would be shown, as its server counts them. */
  async countTokens(
    principal: Principal,
    request: ResponseRequest,
    signal: AbortSignal,
  ): Promise<number> {
    const { ref, request: sent, context } = await this.#prepared(principal, request);
    const isTruncated = request.echo.truncation === 'auto';
    const { items, inputIndexes } = await fitting(
      { windows: this.#options.windows, ref, request: sent, isTruncated },
      context,
    );
    try {
      const tokens = await ref.server.countTokens({ ...sent, items }, signal);
      if (tokens !== undefined) return tokens;
    } catch (error) {
      if (!(error instanceof ModelServerError)) throw error;
      throw failureError(error.failure, {
        model: ref.model,
        requestPath: (path) => requestPath(path, inputIndexes),
      });
    }
    throw apiError('tokens_not_counted', { model: ref.model });
  }

  async #prepared(principal: Principal, request: ResponseRequest): Promise<Prepared> {
    const { models, defaultModel } = this.#options;
    const model = request.model ?? defaultModel;
    if (model === undefined) throw apiError('missing_required_parameter', { param: 'model' });
    const server = await models.serverOf(model);
    const history = await historyOf(this.#options, principal, request);
    const { context } = await contextOf(this.#options, principal, request, { model, history });
    const conversationId = history?.conversation.conversationId;
    return {
      ref: { server, model, conversationId },
      request: { ...request.generation, model },
      context,
    };
  }

  /** Returns the leading messages, and the newest messages of the user that leave enough of the context. */
  async #keptMessages({ ref, request, context }: Prepared): Promise<readonly JsonObject[]> {
    const { windows } = this.#options;
    const { items, sources } = context;
    const length = await windows.length(ref);
    const tokens = length === undefined ? Infinity : requestTokens(length, request) * KEPT_SHARE;
    let remaining = tokens * windows.bytesPerToken(ref);
    const leading = turnsOf(items).leading.length;
    const kept: JsonObject[] = [];
    for (let index = items.length - 1; index >= leading; index -= 1) {
      const [item, source] = [items[index], sources[index]];
      if (item?.type !== 'message' || item.role !== 'user' || source === undefined) continue;
      remaining -= itemBytes(item);
      if (remaining < 0) break;
      kept.unshift(source);
    }
    const guidance = sources.slice(0, leading).filter(({ type }) => type === 'message');
    return [...guidance, ...kept];
  }
}
