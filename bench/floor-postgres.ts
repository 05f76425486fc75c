/**
 * Floor for PostgreSQL: bare `node:http`, and one prepared statement of the `pg` driver for each operation.
 * `node bench/floor-postgres.ts URL`
 */

import pg from 'pg';
import { conversationJson, serve, type FloorItem } from './floor-http.ts';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });

const run = async (
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Record<string, unknown>[]> => {
  const { rows } = await pool.query<Record<string, unknown>>({ name, text, values: [...values] });
  return rows;
};

const columns = (items: readonly FloorItem[]): readonly unknown[] => [
  items.map(({ id }) => id),
  items.map(({ type }) => type),
  items.map(({ data }) => data),
];

serve({
  create: async (id, createdAt, items) => {
    await run(
      'create',
      `WITH made AS (
         INSERT INTO conversations VALUES ('default', $1, 'anonymous', '{}', '{}', $2, $3) RETURNING id
       )
       INSERT INTO items
       SELECT 'default', made.id, item.place - 1, item.id, item.type, item.data, $2
       FROM made, unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS item (id, type, data, place)`,
      [id, createdAt, items.length, ...columns(items)],
    );
  },
  append: async (id, createdAt, items) => {
    await run(
      'append',
      `WITH reserved AS (
         UPDATE conversations SET next_position = next_position + $3
         WHERE tenant = 'default' AND id = $1 RETURNING id, next_position - $3 AS first
       )
       INSERT INTO items
       SELECT 'default', reserved.id, reserved.first + item.place - 1, item.id, item.type, item.data, $2
       FROM reserved, unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS item (id, type, data, place)`,
      [id, createdAt, items.length, ...columns(items)],
    );
  },
  get: async (id) => {
    const [row] = await run(
      'get',
      `SELECT created_at, metadata FROM conversations WHERE tenant = 'default' AND id = $1`,
      [id],
    );
    return conversationJson(id, Number(row?.['created_at']), String(row?.['metadata']));
  },
  list: async (id, limit) =>
    // Sound: these columns are text.
    (await run(
      'list',
      `SELECT id, type, data FROM items WHERE tenant = 'default' AND conversation_id = $1 ORDER BY position DESC LIMIT $2`,
      [id, limit],
    )) as unknown as FloorItem[],
  item: async (id, itemId) => {
    const [row] = await run(
      'item',
      `SELECT data FROM items WHERE tenant = 'default' AND id = $1 AND conversation_id = $2`,
      [itemId, id],
    );
    return String(row?.['data']);
  },
  conversations: async (limit) => {
    const rows = await run(
      'conversations',
      `SELECT id, created_at, metadata FROM conversations WHERE tenant = 'default' AND owner = 'anonymous' AND is_hidden <> 1 ORDER BY created_at DESC, id DESC LIMIT $1`,
      [limit],
    );
    return rows.map((row) => {
      const id = String(row['id']);
      return {
        id,
        json: conversationJson(id, Number(row['created_at']), String(row['metadata'])),
      };
    });
  },
});
