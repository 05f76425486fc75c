/**
 * Statements about branches. `$1` is the tenant and `$2` the conversation that is forked or rewound, unless a comment
 * names it otherwise. `where` is the access condition on `conversations`; its parameters follow the statement's own.
 */

import { COPIED_DATA } from '../conversations/copied-text.ts';
import { COUNT_COLUMNS, movedSlot } from '../conversations/counts.ts';
import { insertItems } from '../conversations/statements.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { ItemPlace } from './port.ts';

/** The position at which a place is, of which `$3` is the item; null when the conversation does not have it. */
function positionOf(side: ItemPlace['side']): string {
  return `(
      SELECT position${side === 'after' ? ' + 1' : ''} FROM items
      WHERE tenant = $1 AND conversation_id = $2 AND id = $3)`;
}

const END = '(SELECT next_position FROM conversations WHERE tenant = $1 AND id = $2)';

/** Statements that find out what a fork copies. They follow `selectSource`, whose lock keeps what they find. */
export interface SourceStatements {
  /** Selects the metadata, the position before which items are copied, and the last one of them. */
  readonly basis: string;
  /** Counts the items and their bytes, up to a number of items. */
  readonly size: string;
}

function sourceStatements(end: string, limit: string): SourceStatements {
  return {
    basis: `
    SELECT metadata, ${end} AS until,
      (SELECT id FROM items WHERE tenant = $1 AND conversation_id = $2 AND position < ${end}
       ORDER BY position DESC LIMIT 1) AS last_id
    FROM conversations WHERE tenant = $1 AND id = $2`,
    size: `
    SELECT count(*) AS items, coalesce(sum(octet_length(data)), 0) AS bytes
    FROM (
      SELECT ${COPIED_DATA} AS data FROM items
      WHERE tenant = $1 AND conversation_id = $2 AND position < ${end}
      ORDER BY position LIMIT CAST(${limit} AS BIGINT)) AS copied`,
  };
}

/** The statements for all items of a source, of which `$3` is the number, and for those up to the place of item `$3`. */
export const SOURCE = {
  all: sourceStatements(END, '$3'),
  after: sourceStatements(positionOf('after'), '$4'),
  before: sourceStatements(positionOf('before'), '$4'),
} as const;

/** In one trip: selects the positions of those of the items `$3` that the conversation has. */
export const SELECT_POSITIONS = `
  SELECT id, position FROM items
  WHERE tenant = $1 AND conversation_id = $2 AND id = ANY ($3::text[])`;

/** Inserts a fork of conversation `$8`, of which `$9` is the last item copied. */
export const INSERT_FORK = `
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position,
    forked_from, forked_at, ${COUNT_COLUMNS}, expires_at, idle_ms)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`;

/** In one trip: inserts the items `$4` to `$6`, created at `$3`, as the last `$7` ones of a conversation. */
export const INSERT_LAST_ITEMS = insertItems(`
      SELECT tenant, id, next_position - CAST($7 AS BIGINT) AS position
      FROM conversations WHERE tenant = $1 AND id = $2`);

/** Selects the conversation of turn `$3`, and locks both. No row: it is absent, or the turn is lost. */
export function lockForRewind(where: string, { lockRows }: SqlSyntax): string {
  return `
    SELECT conversations.next_position, conversations.revision
    FROM conversations
    JOIN turns ON turns.tenant = conversations.tenant AND turns.conversation_id = conversations.id
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}
      AND turns.tenant = $1 AND turns.conversation_id = $2 AND turns.token = $3
    ${lockRows}`;
}

function rewindStatements(side: ItemPlace['side']) {
  return {
    /** Selects the position of the place. No row: the item `$3` is absent. */
    place: `
    SELECT position${side === 'after' ? ' + 1' : ''} AS position FROM items
    WHERE tenant = $1 AND conversation_id = $2 AND id = $3`,
    /** Selects the items from the place on, of which there are at most `$4`. */
    removed: `
    SELECT id, octet_length(data) AS bytes FROM items
    WHERE tenant = $1 AND conversation_id = $2 AND position >= ${positionOf(side)}
    ORDER BY position LIMIT CAST($4 AS BIGINT)`,
  };
}

export const REWIND = { after: rewindStatements('after'), before: rewindStatements('before') };

/** Deletes the items from position `$3` on. */
export const DELETE_ITEMS_FROM = `
  DELETE FROM items WHERE tenant = $1 AND conversation_id = $2 AND position >= $3`;

/** Counts the items that are added, by `growthOf` from `$3` on, and `$6` items of `$7` bytes that are removed. */
export const COUNT_REWIND = `
  UPDATE conversations SET revision = revision + 1,
    next_position = next_position + CAST($3 AS BIGINT),
    item_count = item_count + CAST($3 AS BIGINT) - CAST($6 AS BIGINT),
    item_bytes = item_bytes + CAST($4 AS BIGINT) - CAST($7 AS BIGINT),
    active_at = coalesce(CAST($5 AS BIGINT), active_at), ${movedSlot(3)}
  WHERE tenant = $1 AND id = $2`;

/** Selects those of the conversations `$2` that match the access condition. */
export function selectReadable(where: string, syntax: SqlSyntax): string {
  const isNamed = syntax.isOneOf('conversations.id', [], () => '$2');
  return `
    SELECT id FROM conversations WHERE tenant = $1 AND ${isNamed} AND ${where}`;
}
