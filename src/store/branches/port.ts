/** The port of branches: conversations that begin with a copy of another one, and ones that are taken back to an item. */

import type {
  AppendItemsParams,
  AppendRefusal,
  ConversationRecord,
  ConversationRef,
  CreateConversationParams,
  ItemRecord,
} from '../conversations/port.ts';
import type { KeyInUse } from '../idempotency/keyed-writes.ts';
import type { TurnRef } from '../turns/port.ts';

/** A place in a conversation: after an item or before it. */
export interface ItemPlace {
  readonly side: 'after' | 'before';
  readonly itemId: string;
}

/** The most that one request may copy or remove. */
export interface BranchLimits {
  readonly maxItems: number;
  /** UTF-8 bytes of the items' texts. */
  readonly maxBytes: number;
}

/** More items than one request may copy or remove, or items of more bytes. */
export interface TooLong {
  readonly refused: 'too_long';
  readonly limit: 'items' | 'bytes';
}

/** The item of the place is not in the conversation. */
export interface PlaceAbsent {
  readonly refused: 'place_absent';
}

export interface ForkConversationParams extends Omit<CreateConversationParams, 'metadata'> {
  /** `undefined` for that of the source. */
  readonly metadata: string | undefined;
  readonly source: Pick<ConversationRef, 'conversationId' | 'access'> & {
    /** The place up to which items are copied; `undefined` for all. */
    readonly until: ItemPlace | undefined;
  };
  readonly limits: BranchLimits;
}

export type ForkConversationResult =
  | {
      readonly refused: undefined;
      readonly conversation: ConversationRecord;
      /** The items that were added after the copy. */
      readonly items: readonly ItemRecord[];
    }
  | AppendRefusal
  | PlaceAbsent
  | TooLong
  | KeyInUse;

export interface RewindParams extends AppendItemsParams, TurnRef {
  /** The place from which on items are removed. */
  readonly from: ItemPlace;
  /** The items that must be there to be removed, in order; `undefined` for any. */
  readonly expectedIds: readonly string[] | undefined;
  readonly limits: BranchLimits;
}

export interface Rewound {
  readonly refused: undefined;
  /** Ids of the first 1,000 items that were removed, in order. */
  readonly deletedIds: readonly string[];
  readonly deletedCount: number;
  /** The items that were added. */
  readonly items: readonly ItemRecord[];
  readonly revision: number;
}

/**
 * - `changed`: other items than the expected ones would be removed.
 * - `turn_lost`: another turn has been taken since.
 */
export type RewindResult =
  | Rewound
  | AppendRefusal
  | PlaceAbsent
  | TooLong
  | { readonly refused: 'changed' }
  | { readonly refused: 'turn_lost' }
  | KeyInUse;

export interface ReadableSourcesParams extends Pick<ConversationRef, 'tenant' | 'access'> {
  readonly conversationIds: readonly string[];
}

/** The writes are each one transaction: when its promise resolves, all of it is durable; when it rejects, none is stored. */
export interface BranchStore {
  /** Returns those of the conversations that are there and match `access`. */
  readableSources(params: ReadableSourcesParams): Promise<ReadonlySet<string>>;
  /** Makes a conversation that begins with a copy of another one's items, at their positions. */
  fork(params: ForkConversationParams): Promise<ForkConversationResult>;
  /** Removes the items of a conversation from a place on, and appends others. Gives the turn back that it demands. */
  rewind(params: RewindParams): Promise<RewindResult>;
}
