/** The store's port: what the rest of the program may ask of it, in the words of the domain. */

import type { Page, PageRequest } from '../base/paging.ts';

/** String pairs a caller attaches to a conversation. */
export type Metadata = Readonly<Record<string, string>>;

export interface ConversationRecord {
  readonly id: string;
  /** JSON text of {@link Metadata}, as it is served. */
  readonly metadata: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/** To the store an item is an id, a type, and JSON text that it never looks into. */
export interface ItemRecord {
  readonly id: string;
  readonly type: string;
  /** JSON text of the whole item. */
  readonly data: string;
}

/**
 * One entry of an append.
 * - `minted`: the id was made here a moment ago and is free.
 * - `claimed`: the caller chose the id. If it names a stored item, that item is linked and `data` is ignored.
 * - `reference`: the id must name a stored item, which is linked.
 */
export type Appended =
  | ({ readonly kind: 'minted' | 'claimed' } & ItemRecord)
  | { readonly kind: 'reference'; readonly id: string };

export interface ConversationKey {
  readonly tenant: string;
  readonly conversationId: string;
}

export interface NewConversation extends ConversationKey {
  readonly owner: string;
  readonly metadata: string;
  readonly createdAt: number;
  readonly items: readonly Appended[];
}

/** Why an append, or a creation with items, stored nothing. */
export type AppendRefusal =
  | { readonly refused: 'conversation_absent' }
  | { readonly refused: 'item_present'; readonly id: string }
  | { readonly refused: 'reference_absent'; readonly id: string };

export type AppendResult =
  | { readonly refused: undefined; readonly items: readonly ItemRecord[] }
  | AppendRefusal;

export type ListResult =
  | { readonly absent: undefined; readonly page: Page<ItemRecord> }
  | { readonly absent: 'conversation' | 'cursor' };

export type ItemResult =
  | { readonly absent: undefined; readonly item: ItemRecord }
  | { readonly absent: 'conversation' | 'item' };

export type DeleteItemResult =
  | { readonly absent: undefined; readonly conversation: ConversationRecord }
  | { readonly absent: 'conversation' | 'item' };

export interface StoreReader {
  getConversation(key: ConversationKey): Promise<ConversationRecord | null>;
  /** One page of a conversation's items in the order they were appended, or backwards. */
  listItems(input: ConversationKey & { readonly page: PageRequest }): Promise<ListResult>;
  getItem(input: ConversationKey & { readonly itemId: string }): Promise<ItemResult>;
  /** Resolves when a statement has run; rejects when the database is out of reach. */
  ping(): Promise<void>;
}

/** Each call is one transaction: when its promise resolves, the whole of it is durable; when it rejects, none of it is there. */
export interface StoreWriter {
  createConversation(input: NewConversation): Promise<AppendResult>;
  /** Replaces the metadata. */
  updateConversation(
    input: ConversationKey & { readonly metadata: string },
  ): Promise<ConversationRecord | null>;
  /** Deletes the conversation and its items; `false` when there is none. */
  deleteConversation(key: ConversationKey): Promise<boolean>;
  /** Appends all items in the order given, next to each other, or none. */
  appendItems(
    input: ConversationKey & { readonly items: readonly Appended[]; readonly createdAt: number },
  ): Promise<AppendResult>;
  deleteItem(input: ConversationKey & { readonly itemId: string }): Promise<DeleteItemResult>;
}

export interface Store extends StoreReader, StoreWriter {
  /** Finishes what is queued, folds the log into the database file and lets go of it. */
  close(): Promise<void>;
}

/** The database is locked, full, read-only or gone. The request may be retried; `cause` says what happened. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
