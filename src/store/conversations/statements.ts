/**
 * Statements about conversations and items, each once where SQLite and PostgreSQL share it, otherwise next to its twin.
 * `$n` are the parameters. `where` is the access condition on `conversations`; its parameters follow the statement's
 * own. `$1` is the tenant and `$2` the conversation, unless a comment names them otherwise.
 */

import { POSTGRES, type SqlSyntax } from '../engine/syntax.ts';
import { CHILD_TABLES } from '../tables.ts';
import { IS_HELD, keepItems } from '../retention/held.ts';
import { COUNT_COLUMNS, grown, movedSlot, shrunk } from './counts.ts';

/** The columns of a conversation's record, of a statement with the table `conversations`. */
export const CONVERSATION_COLUMNS = [
  'id',
  'metadata',
  'created_at',
  'active_at',
  'expires_at',
  'idle_ms',
  'deleted_at',
  'purge_at',
  'revision',
  'forked_from',
  'forked_at',
]
  .map((column) => `conversations.${column}`)
  .join(', ');

export function selectConversation(where: string): string {
  return `
    SELECT ${CONVERSATION_COLUMNS} FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}`;
}

/** The same with what it keeps beside its own fields. */
export function selectConversationDetails(where: string): string {
  return `
    SELECT ${CONVERSATION_COLUMNS}, owner, attributes, item_count FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}`;
}

export const INSERT_CONVERSATION = `
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, ${COUNT_COLUMNS},
    expires_at, idle_ms)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;

export function updateMetadata(where: string): string {
  return `
    UPDATE conversations SET metadata = $3, revision = revision + 1 WHERE tenant = $1 AND id = $2 AND ${where}
    RETURNING ${CONVERSATION_COLUMNS}`;
}

export const LAST_STORED = `(
      SELECT items.created_at FROM items
      WHERE items.tenant = $1 AND items.conversation_id = $2
      ORDER BY items.position DESC LIMIT 1)`;
/** The time of the last item, or of the creation, also in rows that have not counted it. */
const ACTIVE_AT = `coalesce(conversations.active_at, ${LAST_STORED}, conversations.created_at)`;

/** Sets the end of a conversation `$first` milliseconds after its creation, or `$first + 1` after its last item. */
function setsExpiry(first: number): { readonly sets: string; readonly expiresAt: string } {
  const [fixed, idle] = [`CAST($${first} AS BIGINT)`, `CAST($${first + 1} AS BIGINT)`];
  const expiresAt = `coalesce(conversations.created_at + ${fixed}, ${ACTIVE_AT} + ${idle})`;
  const sets = `revision = revision + 1, expires_at = ${expiresAt}, idle_ms = ${idle},
      active_at = CASE WHEN ${idle} IS NULL THEN active_at ELSE coalesce(active_at, ${LAST_STORED}) END`;
  return { sets, expiresAt };
}

/**
 * Replaces the metadata by `$3`, unless that is null, and has the conversation expire `$4` milliseconds after its
 * creation, or `$5` after its last item; never, if both are null. No row when that time is over, too.
 */
export function updateExpiry(where: string, { now }: SqlSyntax): string {
  const { sets, expiresAt } = setsExpiry(4);
  return `
    UPDATE conversations SET metadata = coalesce($3, metadata), ${sets}
    WHERE tenant = $1 AND id = $2 AND ${where} AND (${expiresAt} > ${now}) IS NOT FALSE
    RETURNING ${CONVERSATION_COLUMNS}`;
}

/** Has the conversation expire `$3` milliseconds after its creation, or `$4` after its last item. */
export const LIMIT_CONVERSATION = `
  UPDATE conversations SET ${setsExpiry(3).sets}
  WHERE tenant = $1 AND id = $2 AND deleted_at IS NULL
  RETURNING id`;

/** Deletes a conversation that is under no hold. */
export function deleteConversation(where: string): string {
  return `
    DELETE FROM conversations WHERE tenant = $1 AND id = $2 AND ${where} AND NOT ${IS_HELD}
    RETURNING id`;
}

/** Deletes what belongs to a conversation that is gone; one that its deletion has spared keeps everything. */
export const DELETE_CHILDREN: readonly string[] = CHILD_TABLES.map(
  ({ name, conversationColumn }) => `
  DELETE FROM ${name} WHERE tenant = $1 AND ${conversationColumn} = $2
    AND NOT EXISTS (SELECT 1 FROM conversations WHERE tenant = $1 AND id = $2)`,
);

/** In one trip, after `insertNextItems`: counts the items `$3` that were inserted. `$4` and `$5` are as in `grown`. */
export function countNextItems(where: string): string {
  const isInserted = `EXISTS (
      SELECT 1 FROM items
      WHERE tenant = $1 AND conversation_id = $2 AND position = conversations.next_position)`;
  return reserve(`${grown(3)}, ${movedSlot(3)}`, `${isInserted} AND ${where}`);
}

/** Step by step: hands out `$3` positions. The slot is left as it is, which the conversation seldom leaves. */
export function reservePositions(where: string): string {
  return reserve(grown(3), where);
}

function reserve(change: string, where: string): string {
  return `
    UPDATE conversations SET ${change}
    WHERE tenant = $1 AND id = $2 AND ${where}
    RETURNING next_position - CAST($3 AS BIGINT) AS first_position, active_slot, revision`;
}

export const ITEM_COLUMNS = 'tenant, conversation_id, position, id, type, data, created_at';

/** Step by step: one item at position `$3`; none when the conversation has its id already. */
export const INSERT_ITEM = `
  INSERT INTO items (${ITEM_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (tenant, id, conversation_id) DO NOTHING`;

/**
 * Returns a table of items from three parameters: the lists of ids, types and data from `$first` on, with places from
 * 1.
 */
function postedItems(first: number): string {
  const lists = [first, first + 1, first + 2].map((number) => `$${number}::text[]`);
  return `unnest(${lists.join(', ')}) WITH ORDINALITY AS item (id, type, data, place)`;
}

/**
 * In one trip: inserts the items `$4` to `$6`, created at `$3`, of the conversation that the statement before it has
 * made. A table that is sharded takes them in its shard, since their conversation's id comes from the other table.
 */
export const INSERT_FIRST_ITEMS = insertItems(`
      SELECT tenant, id, 0 AS position FROM conversations WHERE tenant = $1 AND id = $2`);

/**
 * In one trip, before `countNextItems`: inserts the items `$4` to `$6`, created at `$3`, from the next position on,
 * and locks the conversation's row. Returns a row for each item; none when the conversation is absent.
 *
 * In this order the two cannot disagree. What this statement has found, its lock keeps for the other one. What it has
 * not found, the other one may find, if another transaction has just given it to this caller; it then looks for the
 * items in vain.
 */
export function insertNextItems(where: string): string {
  return `${insertItems(`
      SELECT tenant, id, next_position AS position FROM conversations
      WHERE tenant = $1 AND id = $2 AND ${where} FOR UPDATE`)}
    RETURNING position`;
}

/**
 * Inserts items from the `position` of a selected conversation on. The table has a name of its own, without which Citus
 * does not find it in RETURNING under row-level security.
 */
export function insertItems(selectTarget: string): string {
  return `
    INSERT INTO items AS added (${ITEM_COLUMNS})
    SELECT target.tenant, target.id, target.position + item.place - 1, item.id, item.type, item.data, $3
    FROM (${selectTarget}
    ) AS target, ${postedItems(4)}`;
}

/** Selects the item `$2` that was stored last, among the conversations that match the access condition. */
export function selectReferencedItem(where: string): string {
  return selectItemByAge(where, 'DESC');
}

/** Selects the item `$2` that was stored first or last, with its conversation. */
export function selectItemByAge(where: string, direction: 'ASC' | 'DESC'): string {
  return `
    SELECT items.conversation_id, items.id, items.type, items.data
    FROM items
    JOIN conversations
      ON conversations.tenant = items.tenant AND conversations.id = items.conversation_id
    WHERE items.tenant = $1 AND items.id = $2 AND ${where}
    ORDER BY items.created_at ${direction}, items.conversation_id ${direction}
    LIMIT 1`;
}

/**
 * Selects those of the items `$3` that are in the conversation. No row means that the conversation is absent, a
 * row with a null id that it has none of them.
 */
export function selectItemsHere(where: string, syntax: SqlSyntax): string {
  return `
    SELECT items.id, items.type, items.data
    FROM conversations
    LEFT JOIN items
      ON items.tenant = $1 AND items.conversation_id = $2 AND ${syntax.isOneOf('items.id', [], () => '$3')}
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}`;
}

/** In one trip: the same, of any conversation. */
export const SELECT_ITEMS_HERE = selectItemsHere('TRUE', POSTGRES);

/** Selects an item. No row means that the conversation is absent, a row with a null id that the item is. */
export function selectItem(where: string): string {
  return `
    SELECT items.id, items.type, items.data
    FROM conversations
    LEFT JOIN items ON items.tenant = $1 AND items.id = $3 AND items.conversation_id = $2
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}`;
}

/** Keeps item `$3`, before it is deleted, if a hold is on its conversation. */
export function keepItem(syntax: SqlSyntax): string {
  return keepItems('items.id = $3', syntax);
}

/** Selects a conversation that stays as it is until the transaction ends. */
export function lockConversation(where: string, { lockRows }: SqlSyntax): string {
  return `${selectConversation(where)} ${lockRows}`;
}

/** Takes item `$3` off the counts of its conversation, before it is deleted. */
export const UNCOUNT_ITEM = shrunk('id = $3', 'TRUE');

export const DELETE_ITEM = `
  DELETE FROM items WHERE tenant = $1 AND conversation_id = $2 AND id = $3 RETURNING id`;

export const SELECT_RESOURCE = `
  SELECT id, owner, attributes FROM conversations WHERE tenant = $1 AND id = $2`;

/**
 * In one trip: locks a conversation before rows of it are deleted, so that the statements after it see all that was
 * stored. A deletion of the conversation takes the same locks in the same order.
 */
export const LOCK_CONVERSATION = `
  SELECT id FROM conversations WHERE tenant = $1 AND id = $2 FOR UPDATE`;
