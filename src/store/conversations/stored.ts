/** Conversations and items as they are stored. */

import type { ExpiryOptions } from '../../base/expiry.ts';
import type { Attributes } from '../../base/row-filter.ts';

/** String pairs a caller attaches to a conversation. */
export type Metadata = Readonly<Record<string, string>>;

export interface ConversationRecord {
  readonly id: string;
  /** JSON text of {@link Metadata}, as it is served. */
  readonly metadata: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Left out for one that does not expire. */
  readonly expiry?: ExpiryRecord;
  /** Set for one in the trash. Times are Unix milliseconds. */
  readonly deletion?: { readonly deletedAt: number; readonly purgeAt: number };
  /** Present when they were requested. */
  readonly details?: ConversationDetails;
  /** Its place in a list by activity, in which it was found. */
  readonly activity?: ActivityPlace;
  /** Counts the changes of the conversation, its metadata and its items. */
  readonly revision: number;
  /** The conversation of which this one began with a copy; left out for others. */
  readonly forkedFrom?: Origin;
}

/** The end of a conversation's time. Times are Unix milliseconds. */
export interface ExpiryRecord {
  readonly expiresAt: number;
  /** Milliseconds after the last item that was stored; null when the time is counted from the creation. */
  readonly idleMs: number | null;
  /** Time of the last item, or of the creation. */
  readonly activeAt: number;
}

/** The time for which a conversation is kept, in milliseconds after its creation or after its last stored item. */
export interface NewExpiry {
  readonly anchor: ExpiryOptions['anchor'];
  readonly afterMs: number;
}

/** What a conversation keeps beside its own fields. */
export interface ConversationDetails extends Omit<ResourceRecord, 'id'> {
  /** `null` for a conversation whose items are not counted yet. */
  readonly itemCount: number | null;
  /** The time of the last stored item, Unix milliseconds; `null` without one, or while it is not known yet. */
  readonly lastItemAt: number | null;
}

/** The place of a conversation in lists by activity, which it leaves when an item is stored in it. */
export interface ActivityPlace {
  readonly id: string;
  /** The number of a span of time; 0 for a conversation that is not counted yet. */
  readonly slot: number;
  /** The time of the last stored item, or of the creation without one, Unix milliseconds. */
  readonly at: number;
}

/** A conversation that was copied, and the last item of it that was; null when there was none. */
export interface Origin {
  readonly conversationId: string;
  readonly itemId: string | null;
}

/** An item as the store sees it: an id, a type, and JSON text that it never parses. */
export interface ItemRecord {
  readonly id: string;
  readonly type: string;
  /** JSON text of the whole item. */
  readonly data: string;
}

/**
 * One entry of an append.
 * - `minted`: the id was made here a moment ago and is free.
 * - `given`: the caller chose the id, which must not be in the conversation yet.
 * - `reference`: the id names an item of another conversation, of which a copy is stored.
 */
export type NewItem =
  | ({ readonly kind: 'minted' | 'given' } & ItemRecord)
  | { readonly kind: 'reference'; readonly id: string };

/** The fields of a conversation that access depends on. */
export interface ResourceRecord {
  readonly id: string;
  readonly owner: string;
  readonly attributes: Attributes;
}
