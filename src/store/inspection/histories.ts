/** Reads all conversations with their items, one after the other. */

import { rowBatches, type ReadQuery } from '../archive/row-batches.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { integer, text } from '../engine/rows.ts';
import { ARCHIVED_TABLES } from '../tables.ts';

/** Items of a conversation that are in memory at once. */
const MOST_ITEMS = 10_000;
/** Follows every id. */
const LAST_ID = '\u{10FFFF}';

/** A conversation with items. */
export interface StoredHistory extends ConversationKey {
  /** JSON texts of its first items, in the order of positions. */
  readonly items: readonly string[];
}

/** Yields the conversations with items between two keys, or of one tenant. */
export async function* storedHistories(
  read: ReadQuery,
  end: ConversationKey,
  tenant: string | undefined,
): AsyncGenerator<StoredHistory> {
  const first = { tenant: tenant ?? '', conversationId: '' };
  const last = tenant === undefined ? end : { tenant, conversationId: LAST_ID };
  let key = first;
  let items: string[] = [];
  const start = { kind: 'conversation', key: first } as const;
  for await (const rows of rowBatches(ARCHIVED_TABLES.items, start, last, read)) {
    for (const row of rows) {
      const next = { tenant: text(row, 'tenant'), conversationId: text(row, 'conversation_id') };
      if (next.tenant !== key.tenant || next.conversationId !== key.conversationId) {
        if (items.length > 0) yield { ...key, items };
        [key, items] = [next, []];
      }
      if (items.length < MOST_ITEMS && integer(row, 'position') >= 0) items.push(text(row, 'data'));
    }
  }
  if (items.length > 0) yield { ...key, items };
}
