/**
 * Floor for SQLite: the tables, indexes, durability and group commit of the product, and nothing else.
 * `node bench/floor-sqlite.ts FILE`
 */

import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { conversationJson, serve, type FloorItem } from './floor-http.ts';

const LARGEST_BATCH = 256;

const database = new DatabaseSync(process.argv[2] ?? ':memory:');
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -16000;
  PRAGMA wal_autocheckpoint = 16000;
`);
const migrations = new URL('../migrations/sqlite/', import.meta.url);
for (const file of readdirSync(migrations).toSorted()) {
  database.exec(readFileSync(new URL(file, migrations), 'utf8'));
}

const insertConversation = database.prepare(
  `INSERT INTO conversations VALUES ('default', ?, 'anonymous', '{}', '{}', ?, ?, 0)`,
);
const insertItem = database.prepare(`INSERT INTO items VALUES ('default', ?, ?, ?, ?, ?, ?)`);
const reserve = database.prepare(
  `UPDATE conversations SET next_position = next_position + ? WHERE tenant = 'default' AND id = ? RETURNING next_position`,
);
const select = database.prepare(
  `SELECT created_at, metadata FROM conversations WHERE tenant = 'default' AND id = ?`,
);
const selectItems = database.prepare(
  `SELECT id, type, data FROM items WHERE tenant = 'default' AND conversation_id = ? ORDER BY position DESC LIMIT CAST(? AS INTEGER)`,
);
const selectItem = database.prepare(
  `SELECT data FROM items WHERE tenant = 'default' AND id = ? AND conversation_id = ?`,
);
const selectConversations = database.prepare(
  `SELECT id, created_at, metadata FROM conversations WHERE tenant = 'default' AND owner = 'anonymous' AND is_hidden <> 1 ORDER BY created_at DESC, id DESC LIMIT CAST(? AS INTEGER)`,
);

for (const statement of [reserve, select, selectItems, selectItem, selectConversations]) {
  statement.setReturnArrays(true);
}

/** Rows as arrays, which are quicker than objects. Sound: the statements return arrays, of texts and numbers. */
type Cells = readonly (string | number)[];

interface Write {
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
const queue: Write[] = [];
let isDraining = false;

function write(work: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    queue.push({ work, resolve, reject });
    if (isDraining) return;
    isDraining = true;
    setImmediate(gather, queue.length);
  });
}

/** Waits, like the product, until a pass of the event loop brings no more writes. */
function gather(waiting: number): void {
  if (queue.length > waiting && queue.length < LARGEST_BATCH) setImmediate(gather, queue.length);
  else drain();
}

function drain(): void {
  const batch = queue.splice(0, LARGEST_BATCH);
  try {
    database.exec('BEGIN IMMEDIATE');
    for (const { work } of batch) work();
    database.exec('COMMIT');
    for (const { resolve } of batch) resolve();
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    for (const { reject } of batch) reject(error);
  }
  if (queue.length > 0) setImmediate(gather, queue.length);
  else isDraining = false;
}

function insertItems(
  id: string,
  first: number,
  createdAt: number,
  items: readonly FloorItem[],
): void {
  let position = first;
  for (const item of items) {
    insertItem.run(id, position, item.id, item.type, item.data, createdAt);
    position += 1;
  }
}

serve({
  create: (id, createdAt, items) =>
    write(() => {
      insertConversation.run(id, createdAt, items.length);
      insertItems(id, 0, createdAt, items);
    }),
  append: (id, createdAt, items) =>
    write(() => {
      const [next] = reserve.get(items.length, id) as unknown as [number];
      insertItems(id, next - items.length, createdAt, items);
    }),
  get: async (id) => conversationJson(id, ...(select.get(id) as unknown as [number, string])),
  list: async (id, limit) =>
    (selectItems.all(id, limit) as unknown as Cells[]).map(([itemId, type, data]) => ({
      id: String(itemId),
      type: String(type),
      data: String(data),
    })),
  item: async (id, itemId) => (selectItem.get(itemId, id) as unknown as [string])[0],
  conversations: async (limit) =>
    (selectConversations.all(limit) as unknown as [string, number, string][]).map(
      ([id, createdAt, metadata]) => ({ id, json: conversationJson(id, createdAt, metadata) }),
    ),
});
