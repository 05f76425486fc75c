/**
 * Every SQL statement, once, in the dialect that SQLite and PostgreSQL share. `$n` are the parameters.
 * `where` is the access condition on `conversations`; its parameters follow the statement's own.
 */

import type { Order } from '../base/paging.ts';

export function selectConversation(where: string): string {
  return `
    SELECT id, metadata, created_at FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}`;
}

export const INSERT_CONVERSATION = `
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

export function updateMetadata(where: string): string {
  return `
    UPDATE conversations SET metadata = $3 WHERE tenant = $1 AND id = $2 AND ${where}
    RETURNING id, metadata, created_at`;
}

export function deleteConversation(where: string): string {
  return `DELETE FROM conversations WHERE tenant = $1 AND id = $2 AND ${where}`;
}

export const DELETE_ITEMS_OF_CONVERSATION = `
  DELETE FROM items WHERE tenant = $1 AND conversation_id = $2`;

/** Hands out `$3` positions in one step, so that two appends can neither tie nor interleave. */
export function reservePositions(where: string): string {
  return `
    UPDATE conversations SET next_position = next_position + $3
    WHERE tenant = $1 AND id = $2 AND ${where}
    RETURNING next_position - $3 AS first_position`;
}

export const INSERT_ITEM = `
  INSERT INTO items (tenant, conversation_id, position, id, type, data, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/**
 * Finds the item `$2` in conversation `$3`, or else in the first of the tenant that the access condition lets
 * through: two steps down the index, however many conversations have the item.
 */
export function selectItemAnywhere(where: string): string {
  return `
    SELECT 1 AS here, type, data FROM items
    WHERE tenant = $1 AND id = $2 AND conversation_id = $3
    UNION ALL
    SELECT * FROM (
      SELECT 0 AS here, items.type, items.data
      FROM items
      JOIN conversations
        ON conversations.tenant = items.tenant AND conversations.id = items.conversation_id
      WHERE items.tenant = $1 AND items.id = $2 AND ${where}
      LIMIT 1
    ) AS elsewhere
    ORDER BY here DESC
    LIMIT 1`;
}

/** No row: no conversation. A row whose id is null: no item. */
export function selectItem(where: string): string {
  return `
    SELECT items.id, items.type, items.data
    FROM conversations
    LEFT JOIN items ON items.tenant = $1 AND items.id = $3 AND items.conversation_id = $2
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}`;
}

export const DELETE_ITEM = `
  DELETE FROM items WHERE tenant = $1 AND conversation_id = $2 AND id = $3`;

/**
 * A page of items by position. Parameters: tenant, conversation, how many rows, and the cursor's item id
 * or null. No row: no conversation. `cursor` null although one was given: it names nothing here. `id` null:
 * the page is empty.
 */
export function selectItemsPage(order: Order, withCursor: boolean, where: string): string {
  const [beyond, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const cursor = withCursor
    ? `(SELECT position FROM items WHERE tenant = $1 AND id = $4 AND conversation_id = $2)`
    : '$4';
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
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}
    ORDER BY page.position ${direction}`;
}

/** The conditions of a list of conversations, as SQL; `cursor` is a parameter with an id. */
export interface ConversationsConditions {
  readonly where: string;
  readonly bounds: readonly string[];
  readonly cursor: string | undefined;
  readonly order: Order;
  readonly limit: string;
}

/**
 * A page of the tenant `$1`'s conversations by creation. With a cursor, `cursor` is null where it names
 * nothing that the access condition lets through, and one row without an id says that the page is empty.
 */
export function selectConversationsPage(conditions: ConversationsConditions): string {
  const { where, bounds, cursor, order, limit } = conditions;
  const [beyond, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const position =
    cursor === undefined
      ? 'NULL'
      : `(SELECT created_at FROM conversations WHERE tenant = $1 AND id = ${cursor} AND ${where})`;
  const rest = cursor === undefined ? [] : [`(created_at, id) ${beyond} (${position}, ${cursor})`];
  return `
    WITH page AS (
      SELECT id, metadata, created_at FROM conversations
      WHERE ${['tenant = $1', where, ...bounds, ...rest].map((condition) => `(${condition})`).join(' AND ')}
      ORDER BY created_at ${direction}, id ${direction}
      LIMIT ${limit}
    )
    SELECT ${position} AS cursor, page.id, page.metadata, page.created_at
    FROM (SELECT 1) LEFT JOIN page ON TRUE
    ORDER BY page.created_at ${direction}, page.id ${direction}`;
}

export const SELECT_RESOURCE = `
  SELECT id, owner, attributes FROM conversations WHERE tenant = $1 AND id = $2`;

/** Before the conversations move, since it asks which of them will. */
export const ADOPT_ITEMS = `
  UPDATE items SET tenant = $4
  WHERE tenant = $1 AND conversation_id IN (
    SELECT id FROM conversations WHERE tenant = $1 AND owner = $2 AND ($3 IS NULL OR id = $3))`;

export const ADOPT_CONVERSATIONS = `
  UPDATE conversations SET tenant = $4, owner = $5, attributes = $6
  WHERE tenant = $1 AND owner = $2 AND ($3 IS NULL OR id = $3)`;

const KEY_COLUMNS =
  'id, tenant, subject, attributes, hash, created_at, expires_at, revoked_at, last_used_at';

export const INSERT_KEY = `
  INSERT INTO api_keys (${KEY_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

export const SELECT_KEY = `SELECT ${KEY_COLUMNS} FROM api_keys WHERE hash = $1`;

/** For people at a terminal, who have few enough keys to read them all. */
export const LIST_KEYS = `
  SELECT ${KEY_COLUMNS} FROM api_keys WHERE $1 IS NULL OR tenant = $1 ORDER BY id`;

export const REVOKE_KEY = `
  UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`;

export const TOUCH_KEY = 'UPDATE api_keys SET last_used_at = $2 WHERE id = $1';

/** Touches the file, so that one that cannot be read is noticed. */
export const PING = 'SELECT count(*) FROM schema_migrations';
