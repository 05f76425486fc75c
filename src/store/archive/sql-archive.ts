import { addRecords } from './records.ts';
import type { Driver } from '../engine/driver.ts';
import type { Row } from '../engine/query.ts';
import { itemBatches, type ReadQuery } from './item-batches.ts';
import type {
  Archive,
  ArchiveQuery,
  ArchiveRecord,
  ArchivedConversation,
  ArchivedItem,
  ConversationKey,
} from '../store.ts';
import { attributes, integer, text } from '../engine/rows.ts';
import { toKey } from '../keys/sql-key-store.ts';
import * as sql from '../conversations/statements.ts';

const CONVERSATIONS_PER_BATCH = 500;

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
          sql: sql.selectConversationsBatch(tenant !== undefined),
          parameters: [last.tenant, last.id, CONVERSATIONS_PER_BATCH],
        });
        const conversations = rows.map(toArchivedConversation);
        const end = conversations.at(-1);
        if (end === undefined) return;
        await takeWithItems(conversations, itemsOf(conversations, read), take);
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
  batches: AsyncIterable<readonly ArchivedItem[]>,
  take: Take,
): Promise<void> {
  const waiting = conversations[Symbol.iterator]();
  const known = new Set(conversations.map(placeOf));
  let current = '';
  for await (const items of batches) {
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
function itemsOf(
  conversations: readonly ArchivedConversation[],
  read: ReadQuery,
): AsyncIterable<readonly ArchivedItem[]> {
  const [first, end] = [conversations[0], conversations.at(-1)];
  if (first === undefined || end === undefined) throw new Error('there are no conversations');
  return itemBatches({ ...placeIn(first), position: -1 }, placeIn(end), read);
}

function placeIn({ tenant, id }: ArchivedConversation): ConversationKey {
  return { tenant, conversationId: id };
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
