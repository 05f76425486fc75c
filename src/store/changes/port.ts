/** The port of the changes of conversations, which readers follow: what was stored, changed and deleted, without text. */

import type { RowFilter } from '../../base/row-filter.ts';
import type { ConversationKey, ConversationRef } from '../conversations/port.ts';

/** Changes that leave a row, since conversations and items do not show them afterwards. */
export type RecordedChange =
  | 'conversation.updated'
  | 'conversation.deleted'
  | 'conversation.restored'
  | 'conversation.rewound'
  | 'conversation.item.deleted';

export type ChangeType = RecordedChange | 'conversation.item.created';

/** How far a conversation is known: the items before a position, and the recorded changes up to a revision. */
export interface Place {
  readonly position: number;
  readonly revision: number;
}

/** A conversation, and the place of its end. */
export interface Head extends Place {
  readonly conversationId: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface ChangeRecord {
  readonly type: ChangeType;
  /** The item that the change is about; `null` for a change of the conversation. */
  readonly itemId: string | null;
  /** Position of the item, or of the first one that a rewind has removed. */
  readonly position: number | null;
  /** Unix milliseconds. */
  readonly at: number;
  /** The place after the change. */
  readonly after: Place;
}

/** A deletion, and the place of the conversation after it. */
export interface DeletionRecord extends Place {
  readonly conversationId: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/**
 * A moment of the database. All that was committed before it is told from what is committed later, whatever the order
 * of the two.
 */
export interface Moment {
  /** Unix milliseconds, by the clock of the database. */
  readonly at: number;
  /** The oldest transaction that was open, where the database numbers them. */
  readonly transaction: number | null;
  /** Differs between databases, so that a moment of another one is noticed. */
  readonly database: number;
}

export interface ChangedParams {
  readonly tenant: string;
  readonly access: RowFilter;
  readonly since: Moment;
}

export interface ReadChangesParams extends ConversationRef {
  readonly from: Place;
  readonly until: Place;
  readonly limit: number;
}

export interface PlaceAtParams extends ConversationKey {
  /** The time of the conversation's creation, in Unix milliseconds. */
  readonly createdAt: number;
  readonly moment: Moment;
}

/** The conversation or the tenant of which a listener wants to know. */
export interface Watched {
  readonly tenant: string;
  /** `undefined` for all conversations of the tenant. */
  readonly conversationId: string | undefined;
}

export interface ChangeStore {
  /** Returns the present moment. */
  now(): Promise<Moment>;
  /** Returns a conversation's end; `null` when it is absent. */
  head(ref: ConversationRef): Promise<Head | null>;
  /**
   * Returns changes between two places, in their order: at most `limit`. None when the conversation is absent. The end
   * must be one that was read before, so that all changes up to it are committed.
   */
  read(params: ReadChangesParams): Promise<readonly ChangeRecord[]>;
  /** Yields the conversations that have changed since a moment, each at least once. */
  changed(params: ChangedParams): AsyncGenerator<readonly Head[], void, undefined>;
  /** Yields the conversations that were deleted since a moment and not restored, each at least once. */
  deleted(params: ChangedParams): AsyncGenerator<readonly DeletionRecord[], void, undefined>;
  /** Returns the deletion or the expiry of a conversation that the filter matched then; `null` when there is none. */
  deletion(ref: ConversationRef): Promise<DeletionRecord | null>;
  /** Returns the place of a conversation at a moment, or an earlier one. */
  placeAt(params: PlaceAtParams): Promise<Place>;
  /** Calls a listener after each write of this process that may have changed what is watched. Returns its end. */
  watch(watched: Watched, listener: () => void): () => void;
  /** Deletes recorded changes that are older than a time, by the database's clock. */
  sweep(params: { readonly olderThanMs: number }): Promise<void>;
}
