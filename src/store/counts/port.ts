/** The port of counting: items of conversations that are not counted yet, such as those of before they were counted. */

import type { ArchivePlace } from '../archive/port.ts';

/** A conversation whose items are not counted yet. */
export interface UncountedConversation extends ArchivePlace {
  /** Counts the changes of the conversation. */
  readonly revision: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface CountsStore {
  /** Returns conversations of all tenants that are not counted yet, in the order of tenant and id, after a place. */
  uncounted(after: ArchivePlace, limit: number): Promise<readonly UncountedConversation[]>;
  /**
   * Counts a conversation, reading its items in small pieces, and keeps the counts unless it has changed meanwhile.
   * Returns whether they were kept.
   */
  count(conversation: UncountedConversation): Promise<boolean>;
}
