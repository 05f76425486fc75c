import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Page, PageRequest } from '../../base/paging.ts';
import type {
  Appended,
  AppendRefusal,
  ConversationKey,
  ConversationRecord,
  ItemRecord,
  Metadata,
  Store,
} from '../../store/port.ts';

const ID_PREFIX = 'conv';

/**
 * What the operations on conversations mean. Every method takes who is asking and throws an `ApiError`
 * for what a caller may read.
 */
export class Conversations {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async create(
    principal: Principal,
    input: { readonly metadata: Metadata; readonly items: readonly Appended[] },
  ): Promise<ConversationRecord> {
    const id = newId(ID_PREFIX);
    const metadata = JSON.stringify(input.metadata);
    const createdAt = Date.now();
    const result = await this.#store.createConversation({
      ...keyOf(principal, id),
      owner: principal.subject,
      metadata,
      createdAt,
      items: input.items,
    });
    if (result.refused !== undefined) throw refusalError(result, id);
    return { id, metadata, createdAt };
  }

  async get(principal: Principal, id: string): Promise<ConversationRecord> {
    const conversation = await this.#store.getConversation(keyOf(principal, id));
    if (conversation === null) throw apiError('conversation_not_found', { id });
    return conversation;
  }

  /** Replaces the whole metadata. */
  async update(principal: Principal, id: string, metadata: Metadata): Promise<ConversationRecord> {
    const conversation = await this.#store.updateConversation({
      ...keyOf(principal, id),
      metadata: JSON.stringify(metadata),
    });
    if (conversation === null) throw apiError('conversation_not_found', { id });
    return conversation;
  }

  /** Deletes the conversation with all its items. */
  async delete(principal: Principal, id: string): Promise<void> {
    const deleted = await this.#store.deleteConversation(keyOf(principal, id));
    if (!deleted) throw apiError('conversation_not_found', { id });
  }

  /** Appends all items, in order and next to each other, or none. Returns them as they are stored. */
  async appendItems(
    principal: Principal,
    id: string,
    items: readonly Appended[],
  ): Promise<readonly ItemRecord[]> {
    const result = await this.#store.appendItems({
      ...keyOf(principal, id),
      items,
      createdAt: Date.now(),
    });
    if (result.refused !== undefined) throw refusalError(result, id);
    return result.items;
  }

  async listItems(principal: Principal, id: string, page: PageRequest): Promise<Page<ItemRecord>> {
    const result = await this.#store.listItems({ ...keyOf(principal, id), page });
    if (result.absent === undefined) return result.page;
    throw result.absent === 'conversation'
      ? apiError('conversation_not_found', { id })
      : apiError('cursor_not_found', { id: page.after ?? '', param: 'after' });
  }

  async getItem(principal: Principal, id: string, itemId: string): Promise<ItemRecord> {
    const result = await this.#store.getItem({ ...keyOf(principal, id), itemId });
    if (result.absent !== undefined) throw absenceError(result.absent, id, itemId);
    return result.item;
  }

  /** Deletes one item and returns the conversation it was in. */
  async deleteItem(principal: Principal, id: string, itemId: string): Promise<ConversationRecord> {
    const result = await this.#store.deleteItem({ ...keyOf(principal, id), itemId });
    if (result.absent !== undefined) throw absenceError(result.absent, id, itemId);
    return result.conversation;
  }
}

function keyOf(principal: Principal, conversationId: string): ConversationKey {
  return { tenant: principal.tenant, conversationId };
}

function absenceError(absent: 'conversation' | 'item', id: string, itemId: string): Error {
  return absent === 'conversation'
    ? apiError('conversation_not_found', { id })
    : apiError('item_not_found', { id: itemId });
}

function refusalError(refusal: AppendRefusal, id: string): Error {
  switch (refusal.refused) {
    case 'conversation_absent':
      return apiError('conversation_not_found', { id });
    case 'item_present':
      return apiError('item_already_in_conversation');
    case 'reference_absent':
      return apiError('referenced_item_not_found', { id: refusal.id });
  }
}
