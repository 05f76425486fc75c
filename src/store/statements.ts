/** Every SQL statement, once, in the dialect that SQLite and PostgreSQL share. `$n` are the parameters. */

import type { Order } from '../base/paging.ts';

export const SELECT_CONVERSATION = `
  SELECT id, metadata, created_at FROM conversations WHERE tenant = $1 AND id = $2`;

export const INSERT_CONVERSATION = `
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

export const UPDATE_METADATA = `
  UPDATE conversations SET metadata = $3 WHERE tenant = $1 AND id = $2
  RETURNING id, metadata, created_at`;

export const DELETE_CONVERSATION = `
  DELETE FROM conversations WHERE tenant = $1 AND id = $2`;

export const DELETE_ITEMS_OF_CONVERSATION = `
  DELETE FROM items WHERE tenant = $1 AND conversation_id = $2`;

/** Hands out `$3` positions in one step, so that two appends can neither tie nor interleave. */
export const RESERVE_POSITIONS = `
  UPDATE conversations SET next_position = next_position + $3 WHERE tenant = $1 AND id = $2
  RETURNING next_position - $3 AS first_position`;

export const INSERT_ITEM = `
  INSERT INTO items (tenant, conversation_id, position, id, type, data, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Finds the item `$2` anywhere in the tenant, in conversation `$3` before any other. */
export const SELECT_ITEM_ANYWHERE = `
  SELECT conversation_id = $3 AS here, type, data FROM items
  WHERE tenant = $1 AND id = $2
  ORDER BY conversation_id = $3 DESC
  LIMIT 1`;

/** No row: no conversation. A row whose id is null: no item. */
export const SELECT_ITEM = `
  SELECT items.id, items.type, items.data
  FROM conversations
  LEFT JOIN items ON items.tenant = $1 AND items.id = $3 AND items.conversation_id = $2
  WHERE conversations.tenant = $1 AND conversations.id = $2`;

export const DELETE_ITEM = `
  DELETE FROM items WHERE tenant = $1 AND conversation_id = $2 AND id = $3`;

/**
 * A page of items by position. Parameters: tenant, conversation, how many rows, and the cursor's item id
 * where there is one. No row: no conversation. `cursor` null although one was given: it names nothing here.
 * `id` null: the page is empty.
 */
export function selectItemsPage(order: Order, withCursor: boolean): string {
  const [beyond, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const cursor = withCursor
    ? `(SELECT position FROM items WHERE tenant = $1 AND id = $4 AND conversation_id = $2)`
    : 'NULL';
  return `
    WITH page AS (
      SELECT position, id, type, data FROM items
      WHERE tenant = $1 AND conversation_id = $2 ${withCursor ? `AND position ${beyond} ${cursor}` : ''}
      ORDER BY position ${direction}
      LIMIT $3
    )
    SELECT ${cursor} AS cursor, page.id, page.type, page.data
    FROM conversations
    LEFT JOIN page ON TRUE
    WHERE conversations.tenant = $1 AND conversations.id = $2
    ORDER BY page.position ${direction}`;
}

export const PING = 'SELECT 1';
