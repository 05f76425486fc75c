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
  AppendRefusal,
  ConversationRecord,
  ConversationRef,
  ConversationStore,
  ItemRecord,
  ListedItem,
  Metadata,
  NewExpiry,
  NewItem,
} from '../../store/conversations/port.ts';
import type { RetentionRules } from '../retention/rules.ts';
import type { RequestKey } from '../idempotency/request-key.ts';
import { keptUnder, repeatedConversation, repeatedItems } from './repetitions.ts';
import { cursorDetail, pageParams, type ItemsRequest } from './items-request.ts';
import { listParams, type ListRequest } from './list-request.ts';
import { assertMayCreate } from '../may-create.ts';

const ID_PREFIX = 'conv';
/** The actions on a conversation that exists. */
const ON_CONVERSATIONS = ['read', 'update', 'delete'] as const;

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

/** A conversation, with what the policy permits if it was requested with details. */
export interface PermittedConversation extends ConversationRecord {
  readonly permissions?: readonly Action[];
}

interface ConversationsOptions {
  readonly store: ConversationStore;
  readonly authorizer: Authorizer;
  readonly observer: Pick<Observer, 'transferred'>;
  readonly rules: RetentionRules;
}

/**
 * The operations on conversations. Every method checks what the principal may do, and throws an `ApiError`
 * when the operation is refused.
 */
export class Conversations {
  readonly #store: ConversationStore;
  readonly #authorizer: Authorizer;
  readonly #observer: Pick<Observer, 'transferred'>;
  readonly #rules: RetentionRules;

  constructor({ store, authorizer, observer, rules }: ConversationsOptions) {
    this.#store = store;
    this.#authorizer = authorizer;
    this.#observer = observer;
    this.#rules = rules;
  }

  async create(
    principal: Principal,
    input: NewConversation,
    key?: RequestKey,
  ): Promise<ConversationRecord> {
    const id = newId(ID_PREFIX);
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
      return repeatedConversation(this.#store, { key, used: result.used, tenant, access });
    }
    if (result.refused !== undefined) throw refusalError(result, id, input.items);
    this.#observer.transferred('written', result.items);
    return { id, metadata, createdAt, ...newExpiry(expiry, createdAt) };
  }

  /** Returns the conversations that the principal may read, or restore from the trash. */
  async list(principal: Principal, request: ListRequest): Promise<Page<PermittedConversation>> {
    const more: readonly Action[] = request.isTrash === true ? ['delete'] : [];
    const page = await this.#store.list({
      ...listParams(request),
      tenant: principal.tenant,
      access: this.#authorizer.filter(principal, 'read', ...more),
    });
    if (page !== null) {
      return { ...page, entries: page.entries.map((entry) => this.#permitted(principal, entry)) };
    }
    const { cursor } = request;
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
    return this.#permitted(principal, conversation);
  }

  /** Replaces the whole metadata, or how long the conversation is kept. */
  async update(
    principal: Principal,
    id: string,
    { metadata, expiresAfter }: ConversationChanges,
    key?: RequestKey,
  ): Promise<ConversationRecord> {
    const conversation = this.#accessed(principal, 'update', id);
    const result = await this.#store.update({
      ...conversation,
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
      expiry:
        expiresAfter === undefined
          ? undefined
          : this.#rules.ofChanged(principal.tenant, expiresAfter),
      ...keptUnder(principal, key),
    });
    if (result.refused === undefined) return result.conversation;
    if (result.refused === 'conversation_absent') throw apiError('conversation_not_found', { id });
    if (result.refused === 'expired_already') throw apiError('expired_already');
    return repeatedConversation(this.#store, { ...conversation, key, used: result.used });
  }

  /** Deletes the conversation with all its items, or moves it into the trash if there is one. */
  async delete(
    principal: Principal,
    id: string,
    { isPermanent }: { readonly isPermanent: boolean },
  ): Promise<void> {
    const deleted = await this.#store.delete({
      ...this.#accessed(principal, 'delete', id),
      trashMs: isPermanent ? 0 : this.#rules.trashMs(principal.tenant),
      mayBeTrashed: isPermanent,
    });
    if (!deleted) throw apiError('conversation_not_found', { id });
  }

  /** Appends all items, in order and next to each other, or none. Returns them as they are stored. */
  async appendItems(
    principal: Principal,
    id: string,
    items: readonly NewItem[],
    key?: RequestKey,
  ): Promise<readonly ItemRecord[]> {
    const conversation = this.#accessed(principal, 'update', id);
    const result = await this.#store.appendItems({
      ...conversation,
      ...keptUnder(principal, key),
      readable: this.#authorizer.filter(principal, 'read'),
      items,
      createdAt: creationTime(),
    });
    if (result.refused === 'key_used') {
      return repeatedItems(this.#store, { ...conversation, key, used: result.used });
    }
    if (result.refused !== undefined) throw refusalError(result, id, items);
    this.#observer.transferred('written', result.items);
    return result.items;
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
  async deleteItem(principal: Principal, id: string, itemId: string): Promise<ConversationRecord> {
    const access = this.#authorizer.filter(principal, 'read', 'update');
    const { tenant } = principal;
    const result = await this.#store.deleteItem({ tenant, conversationId: id, access, itemId });
    if (result.absent !== undefined) throw absenceError(result.absent, id, itemId);
    return result.conversation;
  }

  /** Adds what the policy permits to a conversation that was requested with details. */
  #permitted(principal: Principal, conversation: ConversationRecord): PermittedConversation {
    const { id, details } = conversation;
    if (details === undefined) return conversation;
    const resource = { id, owner: details.owner, attributes: details.attributes };
    const permissions = ON_CONVERSATIONS.filter(
      (action) => this.#authorizer.decide(principal, action, resource).allowed,
    );
    return { ...conversation, permissions };
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

function refusalError(refusal: AppendRefusal, id: string, items: readonly NewItem[]): Error {
  if (refusal.refused === 'conversation_absent') return apiError('conversation_not_found', { id });
  // Of an id that the request has twice, the second item is at fault.
  const index = items.findLastIndex((item) => item.id === refusal.id);
  const param = `items[${index}].id`;
  return refusal.refused === 'item_present'
    ? apiError('item_already_in_conversation', { param })
    : apiError('referenced_item_not_found', { id: refusal.id, param });
}

/** Returns the expiry of a conversation that has just been made. */
function newExpiry(
  expiry: NewExpiry | undefined,
  createdAt: number,
): Pick<ConversationRecord, 'expiry'> {
  if (expiry === undefined) return {};
  const { anchor, afterMs } = expiry;
  const idleMs = anchor === 'created_at' ? null : afterMs;
  return { expiry: { expiresAt: createdAt + afterMs, idleMs, activeAt: createdAt } };
}
