/** The port of conversations and their items, in the words of the domain. */

import type { Order, Page, PageRequest } from '../../base/paging.ts';
import type { Attributes, RowFilter } from '../../base/row-filter.ts';
import type { ConversationChoice } from './choice.ts';
import type { Presence } from './presence.ts';
import type {
  ConversationRecord,
  NewExpiry,
  ActivityPlace,
  ItemRecord,
  NewItem,
  ResourceRecord,
} from './stored.ts';
import type { KeyInUse, RepeatableParams } from '../idempotency/keyed-writes.ts';

export type * from './stored.ts';

export interface ConversationKey {
  readonly tenant: string;
  readonly conversationId: string;
}

/** A conversation, and the filter that its row must match. If it does not match, the conversation counts as absent. */
export interface ConversationRef extends ConversationKey {
  readonly access: RowFilter;
}

/** The filter of the conversations in which references are looked up. */
export interface References {
  readonly readable: RowFilter;
}

export interface CreateConversationParams extends ConversationKey, References, RepeatableParams {
  readonly owner: string;
  /** The creator's attributes, stamped once. */
  readonly attributes: Attributes;
  readonly metadata: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly items: readonly NewItem[];
  /** Left out for a conversation that does not expire. */
  readonly expiry?: NewExpiry | undefined;
}

export interface AppendItemsParams extends ConversationRef, References, RepeatableParams {
  readonly items: readonly NewItem[];
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface UpdateConversationParams extends ConversationRef, RepeatableParams {
  /** `undefined` to leave it as it is. */
  readonly metadata: string | undefined;
  /** Left out to leave it as it is; null for a conversation that does not expire. */
  readonly expiry?: NewExpiry | null | undefined;
}

export interface DeleteConversationParams extends ConversationRef {
  /** Milliseconds in the trash, from which it may be restored; left out, or 0, to delete it for good. */
  readonly trashMs?: number;
  /** Whether it may be in the trash already. */
  readonly mayBeTrashed?: boolean;
}

/** The items of a conversation with these ids. */
export interface GetItemsParams extends ConversationRef {
  readonly itemIds: readonly string[];
}

export interface ItemRef extends ConversationRef {
  readonly itemId: string;
}

export interface FindItemParams extends References {
  readonly tenant: string;
  readonly itemId: string;
}

/** An id that the conversation has already, or that two items of a request have. */
export interface ItemPresent {
  readonly refused: 'item_present';
  readonly id: string;
}

/** The reason why an append, or a creation with items, stored nothing. */
export type AppendRefusal =
  | { readonly refused: 'conversation_absent' }
  | ItemPresent
  | { readonly refused: 'reference_absent'; readonly id: string };

export type AppendResult =
  | {
      readonly refused: undefined;
      readonly items: readonly ItemRecord[];
      /** That of the conversation with these items; `undefined` when the database's answer was lost. */
      readonly revision: number | undefined;
    }
  | AppendRefusal
  | KeyInUse;

export type UpdateResult =
  | { readonly refused: undefined; readonly conversation: ConversationRecord }
  | { readonly refused: 'conversation_absent' }
  /** The time that it is given would be over already. */
  | { readonly refused: 'expired_already' }
  | KeyInUse;

/** Positions of a conversation, the first one included and the last one not. */
export interface Positions {
  readonly from: number;
  readonly until: number;
}

/** The place of an item in its conversation. */
export interface Placement {
  readonly position: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/** An item in a page. */
export interface ListedItem extends ItemRecord {
  /** Present when the page was requested with placements. */
  readonly placement?: Placement;
  /**
   * UTF-8 bytes of an item that is larger than the page takes. Its `data` is the beginning and the end of its text, with
   * a line break between them.
   */
  readonly cutFrom?: number;
}

export interface ListItemsParams extends ConversationRef {
  readonly page: PageRequest;
  /** The item that the page ends in front of, when `page.after` is absent. */
  readonly before?: string | undefined;
  /** The position at which the page begins, in its order. */
  readonly position?: number | undefined;
  /** Lower bound of the creation time, Unix milliseconds. */
  readonly createdFrom?: number | undefined;
  /** Whether the entries have their placements. */
  readonly hasPlacements?: boolean;
  /** UTF-8 bytes past which an entry has the two ends of its text alone. */
  readonly mostBytes?: number | undefined;
  /** Whether the items must be those of this moment; a replica may lack what another process has just stored. */
  readonly isCurrent?: boolean;
  /** The positions of the items to list; `undefined` for all. */
  readonly within?: Positions | undefined;
}

export type ListItemsResult =
  | { readonly absent: undefined; readonly page: Page<ListedItem> }
  | { readonly absent: 'conversation' | 'cursor' };

export type GetItemResult =
  | { readonly absent: undefined; readonly item: ItemRecord }
  | { readonly absent: 'conversation' | 'item' };

export type DeleteItemResult =
  | { readonly absent: undefined; readonly conversation: ConversationRecord }
  | { readonly absent: 'conversation' | 'item' };

/** A change of owner: an owner's conversations, and the owner that they get. */
export interface AdoptParams {
  readonly from: { readonly tenant: string; readonly owner: string };
  readonly to: {
    readonly tenant: string;
    readonly owner: string;
    readonly attributes: Attributes;
  };
  /** `undefined` when all of the owner's conversations are meant. */
  readonly conversationId: string | undefined;
}

/** A page of a tenant's conversations. */
export interface ListConversationsParams extends ConversationChoice {
  readonly tenant: string;
  readonly access: RowFilter;
  /** The order of creation when left out, or of the last stored item. */
  readonly sort?: 'created_at' | 'last_item_at';
  readonly order: Order;
  readonly limit: number;
  /** What the page follows or precedes; `undefined` for the first page. */
  readonly cursor: ConversationsCursor | undefined;
  readonly hasDetails?: boolean;
  /** Whether those in the trash are listed, and no others. */
  readonly isTrash?: boolean;
  /** The conversation of which they must be forks; left out for all conversations. */
  readonly forkedFrom?: string | undefined;
}

/** The conversation that a page follows or precedes, or, in a list by activity, the place that it had. */
export type ConversationsCursor = { readonly side: 'after' | 'before' } & (
  | { readonly id: string }
  | { readonly place: ActivityPlace }
);

export interface GetConversationParams extends ConversationRef {
  readonly hasDetails?: boolean;
  /** `live` unless given. */
  readonly presence?: Exclude<Presence, 'stored'>;
}

export interface ConversationReader {
  /** Returns a page of the conversations that match `access`; null when the cursor is not one of them. */
  list(params: ListConversationsParams): Promise<Page<ConversationRecord> | null>;
  /** Returns a conversation whatever its access, to explain and audit decisions, never to make them. */
  getResource(key: ConversationKey): Promise<ResourceRecord | null>;
  get(params: GetConversationParams): Promise<ConversationRecord | null>;
  /** Returns one page of a conversation's items in the order they were appended, or backwards. */
  listItems(params: ListItemsParams): Promise<ListItemsResult>;
  getItem(ref: ItemRef): Promise<GetItemResult>;
  /** Returns those of the items that are there, in the order of the ids; `null` when the conversation is absent. */
  getItems(params: GetItemsParams): Promise<readonly ItemRecord[] | null>;
  /** Returns the item that was stored last under an id, among the conversations that match `readable`. */
  findItem(params: FindItemParams): Promise<ItemRecord | null>;
}

/** Writes, each one transaction: when its promise resolves, all of it is durable; when it rejects, none of it is stored. */
export interface ConversationWriter {
  create(params: CreateConversationParams): Promise<AppendResult>;
  /** Replaces the metadata, or how long the conversation is kept. */
  update(params: UpdateConversationParams): Promise<UpdateResult>;
  /**
   * Deletes the conversation with all that belongs to it, or moves it into the trash; `false` when it is absent. One
   * under a hold is absent afterwards too, and is kept.
   */
  delete(params: DeleteConversationParams): Promise<boolean>;
  /** Appends all items in the given order, next to each other, or none. */
  appendItems(params: AppendItemsParams): Promise<AppendResult>;
  /** Gives conversations, with all that belongs to them, to another owner. Returns how many. */
  adopt(params: AdoptParams): Promise<number>;
  deleteItem(ref: ItemRef): Promise<DeleteItemResult>;
}

export interface ConversationStore extends ConversationReader, ConversationWriter {}
