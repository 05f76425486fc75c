import type { Query, Row } from '../engine/query.ts';
import type { ArchivedItem, ConversationKey } from '../store.ts';
import { integer, text, toItem } from '../engine/rows.ts';
import * as sql from '../conversations/statements.ts';

const FIRST_ITEMS = 50;
const MOST_ITEMS = 2_000;
/** What one piece of items may take of the memory; a single item may be larger. */
const BYTES_PER_BATCH = 4 * 1024 * 1024;

export type ReadQuery = (query: Query) => Promise<readonly Row[]>;

/** The place of an item in the order in which they are read. */
export interface ItemPlace extends ConversationKey {
  readonly position: number;
}

/** The items behind a place, up to and with a conversation, a piece at a time that fits into memory. */
export async function* itemBatches(
  start: ItemPlace,
  end: ConversationKey,
  read: ReadQuery,
): AsyncGenerator<readonly ArchivedItem[]> {
  let last = start;
  let limit = FIRST_ITEMS;
  for (;;) {
    const rows = await read({
      sql: sql.SELECT_ITEMS_BATCH,
      parameters: [
        last.tenant,
        last.conversationId,
        last.position,
        end.tenant,
        end.conversationId,
        limit,
        BYTES_PER_BATCH,
      ],
    });
    const items = rows.map(toArchivedItem);
    const lastItem = items.at(-1);
    if (lastItem === undefined) return;
    yield items;
    last = lastItem;
    // As many as will fit, going by the last ones: a database looks at all that it is asked for.
    const size = items.reduce((sum, { data }) => sum + data.length, 0);
    const fitting = Math.floor(BYTES_PER_BATCH / (size / items.length));
    limit = Math.max(1, Math.min(fitting, limit * 2, MOST_ITEMS));
  }
}

function toArchivedItem(row: Row): ArchivedItem {
  return {
    ...toItem(row),
    tenant: text(row, 'tenant'),
    conversationId: text(row, 'conversation_id'),
    position: integer(row, 'position'),
    createdAt: integer(row, 'created_at'),
  };
}
