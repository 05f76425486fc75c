/**
 * Statements about the end of conversations. `$1` is the tenant and `$2` the conversation, unless a comment names them
 * otherwise. `where` is the access condition on `conversations`; its parameters follow the statement's own. Times are
 * those of the database.
 */

import { EXPIRY } from '../conversations/presence.ts';
import { LAST_STORED } from '../conversations/statements.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import {
  ARCHIVED_CHILD_TABLES,
  PASSING_TABLES,
  type ArchivedTable,
  type ConversationTable,
  type Table,
} from '../tables.ts';
import { IS_HELD } from './held.ts';

const HERE = 'tenant = $1 AND id = $2';

/** Ends the row of a conversation that is taken out of the lists for good. */
function endedNow({ now, orNow }: SqlSyntax): string {
  return `deleted_at = ${orNow('deleted_at')}, purge_at = ${now}, expires_at = NULL, idle_ms = NULL,
      revision = revision + 1`;
}

/** The conversation is deleted, and its time in the trash is over. No caller finds it. */
function isPurgeable(now: string): string {
  return `deleted_at IS NOT NULL AND purge_at <= ${now}`;
}

/** Moves a conversation into the trash for `$3` milliseconds. */
export function trashConversation(where: string, { now }: SqlSyntax): string {
  return `
    UPDATE conversations
    SET deleted_at = ${now}, purge_at = ${now} + CAST($3 AS BIGINT), revision = revision + 1
    WHERE ${HERE} AND ${where}
    RETURNING id`;
}

export function restoreConversation(columns: string) {
  return (where: string): string => `
    UPDATE conversations SET deleted_at = NULL, purge_at = NULL, revision = revision + 1
    WHERE ${HERE} AND ${where}
    RETURNING ${columns}`;
}

/** The tables of what runs in a conversation now, which its deletion ends at once. */
const RUNNING_TABLES: readonly Table[] = [
  PASSING_TABLES.turns,
  PASSING_TABLES.interrupted_turns,
  PASSING_TABLES.background_responses,
  PASSING_TABLES.response_events,
];

/** Deletes what runs in a conversation that has been deleted, but is still stored. */
export const DELETE_RUNNING: readonly string[] = RUNNING_TABLES.map(
  ({ name, conversationColumn }) => `
    DELETE FROM ${name} WHERE tenant = $1 AND ${conversationColumn} = $2
      AND EXISTS (SELECT 1 FROM conversations WHERE ${HERE} AND deleted_at IS NOT NULL)`,
);

/** Selects `$3` conversations after conversation `$2` of tenant `$1`, and of the tenants after it. */
export const SELECT_LIMITS = `
  SELECT tenant, id, created_at, coalesce(active_at, created_at) AS active_at, expires_at, idle_ms,
    CASE WHEN is_hidden = 1 OR deleted_at IS NOT NULL THEN 0 ELSE 1 END AS is_listed
  FROM conversations
  WHERE (tenant, id) > ($1, $2)
  ORDER BY tenant, id
  LIMIT $3`;

/** Selects `$1` conversations of all tenants whose `expires_at` has passed. */
export function selectDue({ now }: SqlSyntax): string {
  return `
    SELECT tenant, id FROM conversations WHERE expires_at <= ${now} ORDER BY expires_at LIMIT $1`;
}

/** Notes the last activity of a conversation whose items are not counted yet. */
export const NOTE_ACTIVITY = `
  UPDATE conversations SET active_at = coalesce(${LAST_STORED}, created_at)
  WHERE ${HERE} AND active_slot = 0 AND active_at IS NULL AND idle_ms IS NOT NULL`;

/** Moves on the `expires_at` of a conversation with an item that was stored since. */
export function postpone({ now }: SqlSyntax): string {
  return `
    UPDATE conversations SET expires_at = ${EXPIRY}
    WHERE ${HERE} AND idle_ms IS NOT NULL AND ${EXPIRY} > ${now}`;
}

/** Ends a conversation under a condition, which has the parameters from `$3` on. */
export function endConversation(condition: string, syntax: SqlSyntax): string {
  return `
    UPDATE conversations SET ${endedNow(syntax)}
    WHERE ${HERE} AND ${condition}
    RETURNING id`;
}

/** Selects `$1` conversations of all tenants that are to be purged. */
export function selectPurgeable({ now }: SqlSyntax): string {
  return `SELECT tenant, id FROM conversations WHERE purge_at <= ${now} ORDER BY purge_at LIMIT $1`;
}

/** Keeps a conversation under a hold, for which it would be purged. */
export function keepDeleted({ now }: SqlSyntax): string {
  return `
    UPDATE conversations SET purge_at = NULL
    WHERE ${HERE} AND ${isPurgeable(now)} AND ${IS_HELD}
    RETURNING id`;
}

/** The columns of a key after the conversation. */
function placeOf({ primaryKey, conversationColumn }: ConversationTable<ArchivedTable>): string {
  return primaryKey
    .filter((column) => column !== 'tenant' && column !== conversationColumn)
    .join(', ');
}

/** The condition on the first `$3` rows of a conversation in a table. */
function firstRows(table: ConversationTable<ArchivedTable>): string {
  const { name, conversationColumn } = table;
  const place = placeOf(table);
  const descending = place.replaceAll(/\w+/g, '$& DESC');
  return `(${place}) <= (
        SELECT ${place} FROM (
          SELECT ${place} FROM ${name} WHERE tenant = $1 AND ${conversationColumn} = $2
          ORDER BY ${place} LIMIT $3) AS first
        ORDER BY ${descending} LIMIT 1)`;
}

/** The condition on the conversation, with which a piece of it may be deleted. */
function mayPurge({ now }: SqlSyntax): string {
  return `EXISTS (
        SELECT 1 FROM conversations WHERE ${HERE} AND ${isPurgeable(now)} AND NOT ${IS_HELD})`;
}

/** The tables of which a conversation is emptied in pieces. The largest one is the first. */
export const PURGED_TABLES = ARCHIVED_CHILD_TABLES;

/** The condition on the first `$3` rows that a purgeable conversation has in a table. */
function purgedRows(table: ConversationTable<ArchivedTable>, syntax: SqlSyntax): string {
  return `${firstRows(table)} AND ${mayPurge(syntax)}`;
}

/** Deletes the first `$3` rows of a purgeable conversation. */
export function purgeRows(table: ConversationTable<ArchivedTable>, syntax: SqlSyntax): string {
  const { name, conversationColumn } = table;
  return `
    DELETE FROM ${name} WHERE tenant = $1 AND ${conversationColumn} = $2
      AND ${purgedRows(table, syntax)}
    RETURNING 1 AS deleted`;
}

/** Deletes a purgeable conversation that has been emptied. */
export function purgeConversation({ now }: SqlSyntax): string {
  const empty = PURGED_TABLES.map(
    ({ name, conversationColumn }) =>
      `NOT EXISTS (SELECT 1 FROM ${name} WHERE tenant = $1 AND ${conversationColumn} = $2)`,
  );
  return `
    DELETE FROM conversations
    WHERE ${HERE} AND ${isPurgeable(now)} AND NOT ${IS_HELD}
      AND ${empty.join('\n      AND ')}
    RETURNING id`;
}

/** Selects a purgeable conversation that is under no hold. */
export function selectPurged({ now }: SqlSyntax): string {
  return `SELECT id FROM conversations WHERE ${HERE} AND ${isPurgeable(now)} AND NOT ${IS_HELD}`;
}

/** Selects `$4` conversations that holds have kept, after the one that tenant `$1` created at `$2` as `$3`. */
export const SELECT_KEPT = `
  SELECT tenant, id, created_at, CASE WHEN ${IS_HELD} THEN 1 ELSE 0 END AS is_held
  FROM conversations
  WHERE deleted_at IS NOT NULL AND purge_at IS NULL AND (tenant, created_at, id) > ($1, $2, $3)
  ORDER BY tenant, created_at, id
  LIMIT $4`;

export function letGo({ now }: SqlSyntax): string {
  return `
    UPDATE conversations SET purge_at = ${now}
    WHERE ${HERE} AND deleted_at IS NOT NULL AND purge_at IS NULL AND NOT ${IS_HELD}
    RETURNING id`;
}

/** Selects the conversations of the `$3` kept items that follow those of conversation `$2`. */
export const SELECT_KEPT_ITEMS = `
  SELECT conversations.tenant, conversations.id, CASE WHEN ${IS_HELD} THEN 1 ELSE 0 END AS is_held
  FROM (
    SELECT DISTINCT tenant, conversation_id
    FROM (
      SELECT tenant, conversation_id FROM held_items
      WHERE (tenant, conversation_id) > ($1, $2)
      ORDER BY tenant, conversation_id
      LIMIT $3
    ) AS following
  ) AS found
  JOIN conversations
    ON conversations.tenant = found.tenant AND conversations.id = found.conversation_id
  ORDER BY conversations.tenant, conversations.id`;

/** Deletes the first `$3` items that holds have kept of a conversation that is under none. */
export function forgetItems(table: ConversationTable<ArchivedTable>): string {
  return `
    DELETE FROM held_items
    WHERE tenant = $1 AND conversation_id = $2 AND ${firstRows(table)}
      AND EXISTS (SELECT 1 FROM conversations WHERE ${HERE} AND NOT ${IS_HELD})
    RETURNING 1 AS deleted`;
}

/** Selects `$5` responses in the order of an index, and whether each is older than `$6` milliseconds. */
export function selectOldResponses({ now }: SqlSyntax): string {
  return `
    SELECT tenant, conversation_id, created_at, id,
      CASE WHEN created_at < ${now} - CAST($6 AS BIGINT) THEN 1 ELSE 0 END AS is_old
    FROM responses
    WHERE (tenant, conversation_id, created_at, id) > ($1, $2, $3, $4)
    ORDER BY tenant, conversation_id, created_at, id
    LIMIT $5`;
}

/** Deletes response `$3` if it is older than `$4` milliseconds and its conversation is under no hold. */
export function deleteOldResponse({ now }: SqlSyntax): string {
  return `
    DELETE FROM responses
    WHERE tenant = $1 AND conversation_id = $2 AND id = $3
      AND created_at < ${now} - CAST($4 AS BIGINT)
      AND EXISTS (SELECT 1 FROM conversations WHERE ${HERE} AND NOT ${IS_HELD})
    RETURNING id`;
}

/** Ends a hidden conversation that has no response left, so that it is purged. */
export function endWithoutResponse(syntax: SqlSyntax): string {
  return `
    UPDATE conversations SET ${endedNow(syntax)}
    WHERE ${HERE} AND is_hidden = 1 AND deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM responses WHERE tenant = $1 AND conversation_id = $2)
      AND NOT EXISTS (SELECT 1 FROM background_responses WHERE tenant = $1 AND conversation_id = $2)
      AND NOT EXISTS (SELECT 1 FROM turns WHERE tenant = $1 AND conversation_id = $2 AND expires_at > ${syntax.now})
    RETURNING id`;
}

/** Selects the last of the `$3` conversations of the tenant that follow `$2`. */
export const SELECT_LAST_OF_PAGE = `
  SELECT max(id) AS last FROM (
    SELECT id FROM conversations WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3) AS page`;

/** Selects what matches among the `$3` conversations of the tenant that follow `$2`, and the last one of these. */
export function selectErasable(conditions: readonly string[]): string {
  return `
    SELECT conversations.id, conversations.owner, ${itemsOf('count(*)', 'item_count')} AS items,
      ${itemsOf('coalesce(sum(octet_length(items.data)), 0)', 'item_bytes')} AS bytes,
      CASE WHEN ${IS_HELD} THEN 1 ELSE 0 END AS is_held
    FROM conversations
    WHERE tenant = $1 AND id > $2 AND id <= (${SELECT_LAST_OF_PAGE}) AND ${conditions.map((condition) => `(${condition})`).join(' AND ')}
    ORDER BY conversations.id`;
}

/** A count that is kept in a column, or made where it is not. */
function itemsOf(aggregate: string, column: string): string {
  return `coalesce(conversations.${column}, (
        SELECT ${aggregate} FROM items
        WHERE items.tenant = conversations.tenant AND items.conversation_id = conversations.id))`;
}
