/** The store's port: what the rest of the program may ask of it, in the words of the domain. */

import type { StoreGauges } from '../observe/observer.ts';
import type { Order, Page, PageRequest } from '../base/paging.ts';
import type { Attributes, RowFilter } from '../base/row-filter.ts';

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
export type NewItem =
  | ({ readonly kind: 'minted' | 'claimed' } & ItemRecord)
  | { readonly kind: 'reference'; readonly id: string };

export interface ConversationKey {
  readonly tenant: string;
  readonly conversationId: string;
}

/** A conversation as far as the caller may act on it: where `access` does not hold, there is none. */
export interface ConversationRef extends ConversationKey {
  readonly access: RowFilter;
}

/** Whose stored items the caller may link: those of conversations for which this holds. */
export interface Linking {
  readonly readable: RowFilter;
}

export interface CreateConversationParams extends ConversationKey, Linking {
  readonly owner: string;
  /** The creator's, stamped once. */
  readonly attributes: Attributes;
  readonly metadata: string;
  readonly createdAt: number;
  readonly items: readonly NewItem[];
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

/** What access depends on. */
export interface ResourceRecord {
  readonly id: string;
  readonly owner: string;
  readonly attributes: Attributes;
}

export interface Adoption {
  readonly from: { readonly tenant: string; readonly owner: string };
  readonly to: {
    readonly tenant: string;
    readonly owner: string;
    readonly attributes: Attributes;
  };
  /** Undefined: all of them. */
  readonly conversationId: string | undefined;
}

/** Which conversations to list, in the order in which they were created. */
export interface ConversationsQuery {
  readonly tenant: string;
  readonly access: RowFilter;
  readonly order: Order;
  readonly limit: number;
  /** A page behind, or in front of, a conversation; undefined: the first page. */
  readonly cursor: { readonly id: string; readonly side: 'after' | 'before' } | undefined;
  /** Pairs that all must be in the metadata. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Unix milliseconds: created at or after the first, and before the second. */
  readonly createdFrom: number | undefined;
  readonly createdUntil: number | undefined;
}

export interface StoreReader {
  /** A page of the conversations for which `access` holds; null when the cursor is none of them. */
  listConversations(query: ConversationsQuery): Promise<Page<ConversationRecord> | null>;
  /** For explaining and auditing decisions; never for making them. */
  getResource(key: ConversationKey): Promise<ResourceRecord | null>;
  getConversation(key: ConversationRef): Promise<ConversationRecord | null>;
  /** One page of a conversation's items in the order they were appended, or backwards. */
  listItems(input: ConversationRef & { readonly page: PageRequest }): Promise<ListResult>;
  getItem(input: ConversationRef & { readonly itemId: string }): Promise<ItemResult>;
  /** Resolves when a statement has run; rejects when the database is out of reach. */
  ping(): Promise<void>;
}

/** Each call is one transaction: when its promise resolves, the whole of it is durable; when it rejects, none of it is there. */
export interface StoreWriter {
  createConversation(input: CreateConversationParams): Promise<AppendResult>;
  /** Replaces the metadata. */
  updateConversation(
    input: ConversationRef & { readonly metadata: string },
  ): Promise<ConversationRecord | null>;
  /** Deletes the conversation and its items; `false` when there is none. */
  deleteConversation(key: ConversationRef): Promise<boolean>;
  /** Appends all items in the order given, next to each other, or none. */
  appendItems(
    input: ConversationRef &
      Linking & { readonly items: readonly NewItem[]; readonly createdAt: number },
  ): Promise<AppendResult>;
  /** Gives an owner's conversations, with their items, to another. Returns how many. */
  adopt(input: Adoption): Promise<number>;
  deleteItem(input: ConversationRef & { readonly itemId: string }): Promise<DeleteItemResult>;
}

/** An API key without the key: who it is for, and the hash that only the key yields. */
export interface KeyRecord {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly attributes: Attributes;
  /** SHA-256 in hex. */
  readonly hash: string;
  /** Unix milliseconds, as are the others. */
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

export interface KeyStore {
  create(key: KeyRecord): Promise<void>;
  find(hash: string): Promise<KeyRecord | null>;
  /** All keys, or a tenant's, oldest first. */
  list(tenant: string | undefined): Promise<readonly KeyRecord[]>;
  /** `false` when there is no such key, or it is revoked already. */
  revoke(input: { readonly id: string; readonly revokedAt: number }): Promise<boolean>;
  touch(input: { readonly id: string; readonly usedAt: number }): Promise<void>;
}

/** A row of a store, with all that it is, for moving it to another one. Texts of JSON are as they are served. */
export type ArchiveRecord =
  | ({ readonly kind: 'key' } & KeyRecord)
  | ({ readonly kind: 'conversation' } & ArchivedConversation)
  | ({ readonly kind: 'item' } & ArchivedItem);

export interface ArchivedConversation {
  readonly tenant: string;
  readonly id: string;
  readonly owner: string;
  readonly attributes: Attributes;
  readonly metadata: string;
  readonly createdAt: number;
  readonly nextPosition: number;
}

export interface ArchivedItem extends ItemRecord {
  readonly tenant: string;
  readonly conversationId: string;
  readonly position: number;
  readonly createdAt: number;
}

export interface ArchiveQuery {
  /** Undefined: all of them. */
  readonly tenant: string | undefined;
  /** Begins behind this conversation, and leaves the keys out; undefined: at the beginning. */
  readonly after: { readonly tenant: string; readonly id: string } | undefined;
}

export interface Archive {
  /**
   * Hands over everything of one moment, however long that takes: keys, then conversations by tenant and id, each
   * in front of its items. Goes on when `take` has resolved.
   */
  read(
    query: ArchiveQuery,
    take: (records: readonly ArchiveRecord[]) => Promise<void>,
  ): Promise<void>;
  /**
   * Adds what is not there yet, all or nothing, and returns how many that were. Rejects with an
   * `ArchiveConflictError` where something else stands in a record's place.
   */
  write(records: readonly ArchiveRecord[]): Promise<number>;
}

/** What is to be added is there already, and differs; `message` says what. */
export class ArchiveConflictError extends Error {
  override readonly name = 'ArchiveConflictError';
}

export interface Store extends StoreReader, StoreWriter {
  readonly keys: KeyStore;
  readonly archive: Archive;
  gauges(): StoreGauges;
  /** Bytes that the database takes. */
  size(): Promise<number>;
  /** Finishes what is queued, folds the log into the database file and lets go of it. */
  close(): Promise<void>;
}
