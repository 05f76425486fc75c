import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { creationTime } from '../../base/creation-time.ts';
import { newId } from '../../base/ids.ts';
import type { ForkRequest, RewindRequest } from '../../contract/conversations/branches.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { Observer } from '../../observe/observer.ts';
import type { BranchLimits, ItemPlace, RewindResult, TooLong } from '../../store/branches/port.ts';
import type { ConversationRef, ItemRecord } from '../../store/conversations/port.ts';
import type { Store } from '../../store/store.ts';
import { CONVERSATION_PREFIX } from '../conversations/ids.ts';
import { refusalError } from '../conversations/refusals.ts';
import { absenceOf, onRevision, type Precondition } from '../conversations/preconditions.ts';
import {
  keptUnder,
  repeatedConversation,
  repeatedRewind,
  type Repetition,
} from '../conversations/repetitions.ts';
import { storedKey, type RequestKey } from '../idempotency/request-key.ts';
import { assertMayCreate } from '../may-create.ts';
import type { HeldTurn } from '../responses/held-turn.ts';
import type { Turns, WhenBusy } from '../responses/turns.ts';
import type { RetentionRules } from '../retention/rules.ts';
import { Origins, type ShownConversation } from './origins.ts';

/** What a rewind has done. */
export interface RewoundConversation {
  readonly deletedIds: readonly string[];
  readonly deletedCount: number;
  readonly items: readonly ItemRecord[];
  /** `undefined` for a repetition: the conversation may have changed since. */
  readonly revision: number | undefined;
}

export interface BranchesOptions {
  readonly store: Pick<Store, 'branches' | 'conversations' | 'idempotency'>;
  readonly authorizer: Authorizer;
  readonly turns: Turns;
  readonly observer: Pick<Observer, 'transferred'>;
  readonly rules: RetentionRules;
  readonly maxHistoryItems: number;
  readonly maxHistoryBytes: number;
}

export interface RewindOptions {
  readonly key: RequestKey | undefined;
  readonly precondition: Precondition | undefined;
  readonly whenBusy: WhenBusy;
  readonly signal: AbortSignal;
}

/**
 * Forks and rewinds. Both methods check what the principal may do, and throw an `ApiError` when the operation is
 * refused.
 */
export class Branches {
  readonly #options: BranchesOptions;
  readonly #origins: Origins;

  constructor(options: BranchesOptions) {
    this.#options = options;
    this.#origins = new Origins(options.store.branches, options.authorizer);
  }

  /** Makes a conversation of the principal's that begins with a copy of another one. */
  async fork(
    principal: Principal,
    sourceId: string,
    { until, metadata, items }: ForkRequest,
    key: RequestKey | undefined,
  ): Promise<ShownConversation> {
    const { store, authorizer, observer, rules } = this.#options;
    assertMayCreate(authorizer, principal);
    const { tenant, owner, attributes } = principal;
    const readable = authorizer.filter(principal, 'read');
    const result = await store.branches.fork({
      tenant,
      conversationId: newId(CONVERSATION_PREFIX),
      owner,
      attributes,
      readable,
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
      createdAt: creationTime(),
      items,
      expiry: rules.ofNew(tenant, undefined),
      source: { conversationId: sourceId, access: readable, until },
      limits: this.#limits,
      ...keptUnder(principal, key),
    });
    switch (result.refused) {
      case undefined:
        observer.transferred('written', result.items);
        return result.conversation;
      case 'key_used': {
        // As after the first attempt, which needed no permission to read the fork.
        const access = { kind: 'owner', subject: owner } as const;
        const repetition = { key, used: result.used, tenant, access };
        const conversation = await repeatedConversation(store.conversations, repetition);
        return this.#origins.shown(principal, conversation);
      }
      case 'place_absent':
        throw placeError(until);
      case 'too_long':
        throw this.#tooLong(result);
      default:
        throw refusalError(result, sourceId, items);
    }
  }

  /** Removes the items of a conversation from a place on, and appends others. Waits for the turn that runs there. */
  async rewind(
    principal: Principal,
    id: string,
    request: RewindRequest,
    options: RewindOptions,
  ): Promise<RewoundConversation> {
    const { store, authorizer, turns } = this.#options;
    const { key, precondition } = options;
    const access = authorizer.filter(principal, 'read', 'update');
    const conversation = { tenant: principal.tenant, conversationId: id, access };
    // A repetition must not wait for a turn that has begun since.
    const used = key === undefined ? null : await store.idempotency.find(storedKey(principal, key));
    if (used !== null) return this.#repeated({ ...conversation, key, used });
    const target = onRevision(conversation, precondition);
    const turn = await turns.take(target, options);
    if (turn === null) throw await absenceOf(store.conversations, conversation, precondition);
    const result = await this.#rewind(principal, { target, request, key }, turn);
    switch (result.refused) {
      case undefined:
        this.#options.observer.transferred('written', result.items);
        return result;
      case 'key_used':
        return this.#repeated({ ...conversation, key, used: result.used });
      case 'conversation_absent':
        throw await absenceOf(store.conversations, conversation, precondition);
      case 'place_absent':
        throw placeError(request.from);
      case 'too_long':
        throw this.#tooLong(result);
      case 'changed':
        throw apiError('history_changed');
      case 'turn_lost':
        throw apiError('conversation_locked');
      default:
        throw refusalError(result, id, request.items);
    }
  }

  /** Rewinds under a turn, and gives that back. */
  async #rewind(
    principal: Principal,
    {
      target,
      request,
      key,
    }: {
      readonly target: ConversationRef;
      readonly request: RewindRequest;
      readonly key: RequestKey | undefined;
    },
    turn: HeldTurn,
  ): Promise<RewindResult> {
    const { store, authorizer } = this.#options;
    try {
      const result = await store.branches.rewind({
        ...target,
        ...request,
        readable: authorizer.filter(principal, 'read'),
        token: turn.ref.token,
        createdAt: creationTime(),
        limits: this.#limits,
        ...keptUnder(principal, key),
      });
      if (result.refused === undefined) turn.end();
      return result;
    } finally {
      await turn.release();
    }
  }

  async #repeated(repetition: Repetition & ConversationRef): Promise<RewoundConversation> {
    const repeated = await repeatedRewind(this.#options.store.conversations, repetition);
    return { ...repeated, revision: undefined };
  }

  #tooLong({ limit }: TooLong): Error {
    const { maxHistoryItems, maxHistoryBytes } = this.#options;
    const most = limit === 'items' ? `${maxHistoryItems} items` : `${maxHistoryBytes} bytes`;
    return apiError('conversation_too_long', { limit: most });
  }

  get #limits(): BranchLimits {
    const { maxHistoryItems: maxItems, maxHistoryBytes: maxBytes } = this.#options;
    return { maxItems, maxBytes };
  }
}

function placeError(place: ItemPlace | undefined): Error {
  return apiError('place_not_found', { id: place?.itemId ?? '', param: place?.side ?? 'after' });
}
