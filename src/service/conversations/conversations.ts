import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Action } from '../../access/policy/rule.ts';
import type { Principal } from '../../access/principal.ts';
import type { ExpiryOptions } from '../../base/expiry.ts';
import { creationTime } from '../../base/creation-time.ts';
import { apiError } from '../../contract/errors/registry.ts';
import { newId } from '../../base/ids.ts';
import type { Observer } from '../../observe/observer.ts';
import type { Page } from '../../base/paging.ts';
import type {
  ConversationRecord,
  ConversationRef,
  ConversationStore,
  ItemRecord,
  ListedItem,
  Metadata,
  NewItem,
} from '../../store/conversations/port.ts';
import { newExpiry } from '../../store/conversations/records.ts';
import type { RetentionRules } from '../retention/rules.ts';
import type { RequestKey } from '../idempotency/request-key.ts';
import { CONVERSATION_PREFIX } from './ids.ts';
import { absenceOf, onRevision, type Precondition } from './preconditions.ts';
import { refusalError } from './refusals.ts';
import { keptUnder, repeatedConversation, repeatedItems } from './repetitions.ts';
import { cursorDetail, pageParams, type ItemsRequest } from './items-request.ts';
import { listParams, type ListRequest } from './list-request.ts';
import { permitted, type PermittedConversation } from './permitted.ts';
import { assertMayCreate } from '../may-create.ts';
import { Origins, type ShownConversation } from '../branches/origins.ts';
import type { Store } from '../../store/store.ts';

interface ConversationsOptions {
  readonly store: Pick<Store, 'conversations' | 'branches'>;
  readonly authorizer: Authorizer;
  readonly observer: Pick<Observer, 'transferred'>;
  readonly rules: RetentionRules;
}

interface NewConversation {
  readonly metadata: Metadata;
  readonly items: readonly NewItem[];
  /** Left out for what the rules of the tenant provide. */
  readonly expiresAfter?: ExpiryOptions | undefined;
}

interface ConversationChanges {
  /** `undefined` to leave it as it is. */
  readonly metadata: Metadata | undefined;
  /** `undefined` to leave it as it is, null to take it off. */
  readonly expiresAfter: ExpiryOptions | null | undefined;
}

/** What a client may demand of a write. */
export interface WriteOptions {
  readonly key?: RequestKey | undefined;
  readonly precondition?: Precondition | undefined;
}

export interface AppendedItems {
  readonly items: readonly ItemRecord[];
  /** `undefined` when the conversation may have changed since: after a repetition or a lost commit. */
  readonly revision: number | undefined;
}

/**
 * The operations on conversations. Every method checks what the principal may do, and throws an `ApiError`
 * when the operation is refused.
 */
export class Conversations {
  readonly #store: ConversationStore;
  readonly #authorizer: Authorizer;
  readonly #observer: Pick<Observer, 'transferred'>;
  readonly #origins: Origins;
  readonly #rules: RetentionRules;

  constructor({ store, authorizer, observer, rules }: ConversationsOptions) {
    this.#store = store.conversations;
    this.#authorizer = authorizer;
    this.#observer = observer;
    this.#origins = new Origins(store.branches, authorizer);
    this.#rules = rules;
  }

  async create(
    principal: Principal,
    input: NewConversation,
    key?: RequestKey,
  ): Promise<ShownConversation> {
    const id = newId(CONVERSATION_PREFIX);
    assertMayCreate(this.#authorizer, principal);
    const metadata = JSON.stringify(input.metadata);
    const createdAt = creationTime();
    const expiry = this.#rules.ofNew(principal.tenant, input.expiresAfter);
    const result = await this.#store.create({
      tenant: principal.tenant,
      conversationId: id,
      owner: principal.owner,
      attributes: principal.attributes,
      readable: this.#authorizer.filter(principal, 'read'),
      metadata,
      createdAt,
      items: input.items,
      expiry,
      ...keptUnder(principal, key),
    });
    if (result.refused === 'key_used') {
      // As after the first attempt, which needed no permission to read.
      const access = { kind: 'owner', subject: principal.owner } as const;
      const { tenant } = principal;
      const repetition = { key, used: result.used, tenant, access };
      return this.#shown(principal, await repeatedConversation(this.#store, repetition));
    }
    if (result.refused !== undefined) throw refusalError(result, id, input.items);
    this.#observer.transferred('written', result.items);
    return { id, metadata, createdAt, revision: 0, ...newExpiry(expiry, createdAt) };
  }

  /** Returns the conversations that the principal may read, or restore from the trash. */
  async list(principal: Principal, request: ListRequest): Promise<Page<PermittedConversation>> {
    const more: readonly Action[] = request.isTrash === true ? ['delete'] : [];
    const { cursor, forkedFrom } = request;
    // As the forks themselves, the list names a source only to those who may read it.
    if (forkedFrom !== undefined && !(await this.#origins.isReadable(principal, forkedFrom))) {
      return { entries: [], hasMore: false };
    }
    const page = await this.#store.list({
      ...listParams(request),
      tenant: principal.tenant,
      access: this.#authorizer.filter(principal, 'read', ...more),
    });
    if (page !== null) {
      const shown = await this.#origins.allShown(principal, page.entries);
      return {
        ...page,
        entries: shown.map((entry) => permitted(this.#authorizer, principal, entry)),
      };
    }
    throw apiError('conversation_cursor_not_found', {
      id: cursor?.id ?? '',
      param: cursor?.side ?? 'after',
    });
  }

  async get(
    principal: Principal,
    id: string,
    options: { readonly hasDetails?: boolean } = {},
  ): Promise<PermittedConversation> {
    const ref = { ...this.#accessed(principal, 'read', id), ...options };
    const conversation = await this.#store.get(ref);
    if (conversation === null) throw apiError('conversation_not_found', { id });
    return permitted(this.#authorizer, principal, await this.#shown(principal, conversation));
  }

  /** Replaces the whole metadata, or how long the conversation is kept. */
  async update(
    principal: Principal,
    id: string,
    { metadata, expiresAfter }: ConversationChanges,
    { key, precondition }: WriteOptions = {},
  ): Promise<ShownConversation> {
    const conversation = this.#accessed(principal, 'update', id);
    const result = await this.#store.update({
      ...onRevision(conversation, precondition),
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
      expiry:
        expiresAfter === undefined
          ? undefined
          : this.#rules.ofChanged(principal.tenant, expiresAfter),
      ...keptUnder(principal, key),
    });
    if (result.refused === 'conversation_absent') {
      throw await absenceOf(this.#store, conversation, precondition);
    }
    if (result.refused === 'expired_already') throw apiError('expired_already');
    const record =
      result.refused === undefined
        ? result.conversation
        : await repeatedConversation(this.#store, { ...conversation, key, used: result.used });
    return this.#shown(principal, record);
  }

  /** Deletes the conversation with all its items, or moves it into the trash if there is one. */
  async delete(
    principal: Principal,
    id: string,
    { isPermanent, precondition }: WriteOptions & { readonly isPermanent: boolean },
  ): Promise<void> {
    const conversation = this.#accessed(principal, 'delete', id);
    const isDeleted = await this.#store.delete({
      ...onRevision(conversation, precondition),
      trashMs: isPermanent ? 0 : this.#rules.trashMs(principal.tenant),
      mayBeTrashed: isPermanent,
    });
    if (isDeleted) return;
    const presence = isPermanent ? 'reachable' : 'live';
    throw await absenceOf(this.#store, { ...conversation, presence }, precondition);
  }

  /** Appends all items, in order and next to each other, or none. Returns them as they are stored. */
  async appendItems(
    principal: Principal,
    id: string,
    items: readonly NewItem[],
    { key, precondition }: WriteOptions = {},
  ): Promise<AppendedItems> {
    const conversation = this.#accessed(principal, 'update', id);
    const result = await this.#store.appendItems({
      ...onRevision(conversation, precondition),
      ...keptUnder(principal, key),
      readable: this.#authorizer.filter(principal, 'read'),
      items,
      createdAt: creationTime(),
    });
    if (result.refused === 'key_used') {
      const repetition = { ...conversation, key, used: result.used };
      return { items: await repeatedItems(this.#store, repetition), revision: undefined };
    }
    if (result.refused === 'conversation_absent') {
      throw await absenceOf(this.#store, conversation, precondition);
    }
    if (result.refused !== undefined) throw refusalError(result, id, items);
    this.#observer.transferred('written', result.items);
    return result;
  }

  async listItems(
    principal: Principal,
    id: string,
    request: ItemsRequest,
  ): Promise<Page<ListedItem>> {
    const result = await this.#store.listItems({
      ...this.#accessed(principal, 'read', id),
      ...pageParams(request),
    });
    if (result.absent === undefined) {
      this.#observer.transferred('read', result.page.entries);
      return result.page;
    }
    throw result.absent === 'conversation'
      ? apiError('conversation_not_found', { id })
      : apiError('cursor_not_found', cursorDetail(request));
  }

  async getItem(principal: Principal, id: string, itemId: string): Promise<ItemRecord> {
    const result = await this.#store.getItem({
      ...this.#accessed(principal, 'read', id),
      itemId,
    });
    if (result.absent !== undefined) throw absenceError(result.absent, id, itemId);
    this.#observer.transferred('read', [result.item]);
    return result.item;
  }

  /** Deletes one item and returns its conversation, which the principal must therefore be able to read too. */
  async deleteItem(
    principal: Principal,
    id: string,
    itemId: string,
    { precondition }: WriteOptions = {},
  ): Promise<ShownConversation> {
    const access = this.#authorizer.filter(principal, 'read', 'update');
    const conversation = { tenant: principal.tenant, conversationId: id, access };
    const result = await this.#store.deleteItem({
      ...onRevision(conversation, precondition),
      itemId,
    });
    if (result.absent === 'conversation') {
      throw await absenceOf(this.#store, conversation, precondition);
    }
    if (result.absent !== undefined) throw apiError('item_not_found', { id: itemId });
    return this.#shown(principal, result.conversation);
  }

  #shown(principal: Principal, conversation: ConversationRecord): Promise<ShownConversation> {
    return this.#origins.shown(principal, conversation);
  }

  /** Refers to a conversation for one action. It counts as absent if the policy forbids the action. */
  #accessed(principal: Principal, action: Action, conversationId: string): ConversationRef {
    const access = this.#authorizer.filter(principal, action);
    return { tenant: principal.tenant, conversationId, access };
  }
}

function absenceError(absent: 'conversation' | 'item', id: string, itemId: string): Error {
  return absent === 'conversation'
    ? apiError('conversation_not_found', { id })
    : apiError('item_not_found', { id: itemId });
}
