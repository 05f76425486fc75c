import { addRecords } from './archive-tables.ts';
import type { Driver, Query, Row } from './driver.ts';
import type {
  Archive,
  ArchiveQuery,
  ArchiveRecord,
  ArchivedConversation,
  ArchivedItem,
} from './port.ts';
import { attributes, integer, text, toItem } from './rows.ts';
import { toKey } from './sql-key-store.ts';
import * as sql from './statements.ts';

const CONVERSATIONS_PER_PIECE = 500;
const FIRST_ITEMS = 50;
const MOST_ITEMS = 2_000;
/** What one piece of items may take of the memory; a single item may be larger. */
const BYTES_PER_PIECE = 4 * 1024 * 1024;

type ReadQuery = (query: Query) => Promise<readonly Row[]>;
type Take = (records: readonly ArchiveRecord[]) => Promise<void>;

/** A store as rows, over a driver. */
export class SqlArchive implements Archive {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  read({ tenant, after }: ArchiveQuery, take: Take): Promise<void> {
    return this.#driver.snapshot(async (read) => {
      if (after === undefined) {
        const keys = await read({ sql: sql.LIST_KEYS, parameters: [tenant ?? null] });
        await take(keys.map((row) => ({ kind: 'key', ...toKey(row) })));
      }
      // No tenant and no id is empty.
      let last = after ?? { tenant: tenant ?? '', id: '' };
      for (;;) {
        const rows = await read({
          sql: sql.selectConversationsPiece(tenant !== undefined),
          parameters: [last.tenant, last.id, CONVERSATIONS_PER_PIECE],
        });
        const conversations = rows.map(toArchivedConversation);
        const end = conversations.at(-1);
        if (end === undefined) return;
        await takeWithItems(conversations, itemPieces(conversations, read), take);
        last = end;
      }
    });
  }

  write(records: readonly ArchiveRecord[]): Promise<number> {
    return this.#driver.write(addRecords(records));
  }
}

/** Hands over each conversation in front of its items; both come in the same order. */
async function takeWithItems(
  conversations: readonly ArchivedConversation[],
  pieces: AsyncIterable<readonly ArchivedItem[]>,
  take: Take,
): Promise<void> {
  const waiting = conversations[Symbol.iterator]();
  const known = new Set(conversations.map(placeOf));
  let current = '';
  for await (const items of pieces) {
    const records: ArchiveRecord[] = [];
    for (const item of items) {
      const place = placeOf({ tenant: item.tenant, id: item.conversationId });
      while (current !== place && known.has(place)) {
        const { value } = waiting.next();
        if (value === undefined) throw new Error('items came in another order than conversations');
        records.push({ kind: 'conversation', ...value });
        current = placeOf(value);
      }
      records.push({ kind: 'item', ...item });
    }
    await take(records);
  }
  await take([...waiting].map((conversation) => ({ kind: 'conversation', ...conversation })));
}

function placeOf({ tenant, id }: { readonly tenant: string; readonly id: string }): string {
  return JSON.stringify([tenant, id]);
}

/** The items of conversations that follow each other, a piece at a time. */
async function* itemPieces(
  conversations: readonly ArchivedConversation[],
  read: ReadQuery,
): AsyncGenerator<readonly ArchivedItem[]> {
  const [first, end] = [conversations[0], conversations.at(-1)];
  if (first === undefined || end === undefined) return;
  let last = { tenant: first.tenant, conversationId: first.id, position: -1 };
  let limit = FIRST_ITEMS;
  for (;;) {
    const rows = await read({
      sql: sql.SELECT_ITEMS_PIECE,
      parameters: [
        last.tenant,
        last.conversationId,
        last.position,
        end.tenant,
        end.id,
        limit,
        BYTES_PER_PIECE,
      ],
    });
    const items = rows.map(toArchivedItem);
    const lastItem = items.at(-1);
    if (lastItem === undefined) return;
    yield items;
    last = lastItem;
    // As many as will fit, going by the last ones: a database looks at all that it is asked for.
    const size = items.reduce((sum, { data }) => sum + data.length, 0);
    const fitting = Math.floor(BYTES_PER_PIECE / (size / items.length));
    limit = Math.max(1, Math.min(fitting, limit * 2, MOST_ITEMS));
  }
}

function toArchivedConversation(row: Row): ArchivedConversation {
  return {
    tenant: text(row, 'tenant'),
    id: text(row, 'id'),
    owner: text(row, 'owner'),
    attributes: attributes(row),
    metadata: text(row, 'metadata'),
    createdAt: integer(row, 'created_at'),
    nextPosition: integer(row, 'next_position'),
  };
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
