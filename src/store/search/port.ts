/** The port of the search: finding items by their words, and keeping the index of the words. */

import type { RowFilter } from '../../base/row-filter.ts';
import type { SearchTerms } from '../../contract/search/terms.ts';
import type { ConversationKey } from '../conversations/port.ts';

/** The place of an item among all of a tenant, by time. Items with lower places follow. */
export interface SearchPlace {
  readonly number: number;
  readonly conversationId: string;
  readonly position: number;
}

export interface SearchFilters {
  readonly conversationId: string | undefined;
  readonly owner: string | undefined;
  /** Pairs that all must be in the metadata of the conversation. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** One of these each; empty for any. */
  readonly types: readonly string[];
  readonly roles: readonly string[];
  /** Unix milliseconds, inclusive. */
  readonly createdFrom: number | undefined;
  /** Unix milliseconds, exclusive. */
  readonly createdUntil: number | undefined;
}

export interface SearchParams {
  readonly tenant: string;
  readonly access: RowFilter;
  readonly filters: SearchFilters;
  readonly limit: number;
}

export interface SearchByTimeParams extends SearchParams {
  readonly terms: SearchTerms;
  /** Only items after this place; `undefined` for the first page. */
  readonly after: SearchPlace | undefined;
}

export interface SearchByRankParams extends SearchParams {
  readonly terms: SearchTerms;
  /** Number of better items to leave out. */
  readonly offset: number;
}

export interface SearchByIdParams extends SearchParams {
  readonly itemId: string;
  readonly offset: number;
}

export interface FoundItem {
  readonly conversationId: string;
  /** JSON text of the conversation's metadata. */
  readonly metadata: string;
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Higher is better; null without a rank. */
  readonly score: number | null;
}

export interface FoundPage {
  readonly entries: readonly FoundItem[];
  readonly hasMore: boolean;
}

export interface TimedPage extends FoundPage {
  /** The place after which the next page begins; `undefined` on the last page. */
  readonly next: SearchPlace | undefined;
}

/** The most items that are ranked, the newest ones. */
export const MOST_RANKED = 2_000;

export interface SearchReader {
  /** Returns items with the words, newest first. */
  byTime(params: SearchByTimeParams): Promise<TimedPage>;
  /** Returns items with the words, the best first. */
  byRank(params: SearchByRankParams): Promise<FoundPage>;
  /** Returns the items with an id, of all conversations, newest first. They need not be in the index. */
  byId(params: SearchByIdParams): Promise<FoundPage>;
}

/** The outcome of indexing some of the waiting items. */
export interface IndexedBatch {
  readonly items: number;
  /** The conversations that may still have waiting items. */
  readonly unfinished: readonly ConversationKey[];
}

export interface WaitingBatch {
  readonly keys: readonly ConversationKey[];
  /** The last conversation that was looked at; `undefined` when there are no more. */
  readonly last: ConversationKey | undefined;
}

export interface SearchIndex {
  /** Notes the conversations that this process changes from now on. */
  readonly changed: ChangedConversations;
  /** Adds waiting items of these conversations to the index, a few hundred at most. */
  add(keys: readonly ConversationKey[]): Promise<IndexedBatch>;
  /** Returns a tenant's conversations with waiting items, of those active in this slot of time or later. */
  waitingSince(tenant: string, slot: number, limit: number): Promise<readonly ConversationKey[]>;
  /** Returns the waiting ones of the next few thousand conversations in the order of keys. */
  waitingAfter(key: ConversationKey | undefined): Promise<WaitingBatch>;
  /** Returns whether a conversation has waiting items. */
  isWaiting(key: ConversationKey): Promise<boolean>;
  /** Erases the words of some items that are gone. Returns whether there are more. */
  erase(): Promise<boolean>;
  /**
   * Writes a part of the index anew, if words were erased from it: some of these are in its file until that is done.
   * Returns whether there is more.
   */
  rewrite(): Promise<boolean>;
  /** Empties the index; all items wait then. */
  reset(onProgress?: (conversations: number) => void): Promise<void>;
}

export interface SearchStore extends SearchReader, SearchIndex {}

/** The conversations that were changed since they were last taken, as many as fit. */
export interface ChangedConversations {
  /** Begins to note changes. */
  begin(): void;
  /** Puts conversations back. */
  add(keys: readonly ConversationKey[]): void;
  /** Takes the conversations that were changed first, of one tenant or of all. */
  take(count: number, tenant?: string): readonly ConversationKey[];
  /** Returns and forgets whether there were changes of conversations that are not noted. */
  takeLost(): boolean;
  readonly size: number;
}
