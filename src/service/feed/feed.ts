/** What the two kinds of feeds have in common. */

import type { FeedEvent } from '../../contract/conversations/events.ts';

/** Most changes that one statement returns. */
export const CHANGES_PER_READ = 200;

/** An event with the cursor that follows it, or the cursor alone. */
export interface FeedStep {
  readonly cursor: string;
  readonly event?: FeedEvent | undefined;
}

export interface FeedParams<Cursor> {
  /** How far the reader is; `undefined` for one that begins now. */
  readonly after: Cursor | undefined;
  /** Time for which recorded changes are kept. */
  readonly retentionMs: number;
  /** Resolves when there may be news. Rejects when the feed is to end. */
  readonly wait: () => Promise<void>;
}
