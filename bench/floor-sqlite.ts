/**
 * Floor for SQLite: the tables, indexes, durability and group commit of the product, and nothing else.
 * `node bench/floor-sqlite.ts FILE`
 */

import { openFloorDatabase } from './floor-database.ts';
import { conversationJson, serve, type FloorItem } from './floor-http.ts';

const { database, write } = openFloorDatabase(process.argv[2] ?? ':memory:');

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
