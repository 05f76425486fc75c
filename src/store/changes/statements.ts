/**
 * Statements about changes. `$1` is the tenant, and `$2` the conversation where there is one. `where` is the access
 * condition on `conversations`; its parameters follow the statement's own.
 */

import type { Statement } from '../conversations/access-condition.ts';
import { EXPIRY, isOverSql } from '../conversations/presence.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { noveltyOf } from './moments.ts';

export function selectNow(syntax: SqlSyntax): string {
  return `SELECT ${syntax.now} AS at, ${noveltyOf(syntax).columns}`;
}

const HEAD = `conversations.id, conversations.created_at, conversations.revision, conversations.next_position`;

export function selectHead(where: string): string {
  return `SELECT ${HEAD} FROM conversations WHERE tenant = $1 AND id = $2 AND ${where}`;
}

/**
 * Selects at most `$7` changes: the items from position `$3` up to `$4`, and the recorded changes after revision `$5` up
 * to `$6`. A change comes before the items that were stored after it.
 */
export function selectChanges(where: string): string {
  return `
    SELECT type, item_id, position, place, revision, at FROM (
      SELECT * FROM (
        SELECT 'conversation.item.created' AS type, id AS item_id, position, position AS place, 1 AS is_item,
          CAST(NULL AS BIGINT) AS revision, created_at AS at
        FROM items
        WHERE tenant = $1 AND conversation_id = $2 AND position >= $3 AND position < $4
        ORDER BY position LIMIT CAST($7 AS BIGINT)
      ) AS stored
      UNION ALL
      SELECT * FROM (
        SELECT type, item_id, position, next_position AS place, 0 AS is_item, revision, changed_at AS at
        FROM changes
        WHERE tenant = $1 AND conversation_id = $2 AND revision > $5 AND revision <= $6
        ORDER BY revision LIMIT CAST($7 AS BIGINT)
      ) AS recorded
    ) AS events
    WHERE EXISTS (SELECT 1 FROM conversations WHERE tenant = $1 AND id = $2 AND ${where})
    ORDER BY place, is_item, revision
    LIMIT CAST($7 AS BIGINT)`;
}

/** Selects at most `$5` of the tenant's conversations with items that are new since `$2`, after slot `$3` and id `$4`. */
export const selectActive: Statement = (where, syntax) => `
    SELECT ${HEAD}, conversations.active_slot AS place FROM conversations
    WHERE tenant = $1 AND is_hidden <> 1 AND active_slot >= 0 AND active_slot >= $3
      AND (active_slot, id) > ($3, $4)
      AND ${noveltyOf(syntax).isNew('conversations', 'coalesce(active_at, created_at)', '$2')} AND ${where}
    ORDER BY active_slot, id
    LIMIT CAST($5 AS BIGINT)`;

/** Selects the same of the conversations that are not in a slot yet, which are in slot 0. */
export const selectUncounted: Statement = (where, syntax) =>
  selectActive(`active_slot = 0 AND ${where}`, syntax);

/** Selects the tenant's conversations with changes that are new since `$2`, after time `$3` and id `$4`: at most `$5`. */
export const selectTouched: Statement = (where, syntax) => `
    SELECT ${HEAD}, changes.changed_at AS place FROM changes
    JOIN conversations
      ON conversations.tenant = changes.tenant AND conversations.id = changes.conversation_id
    WHERE changes.tenant = $1 AND conversations.is_hidden <> 1 AND changes.changed_at >= $3
      AND (changes.changed_at, changes.conversation_id) > ($3, $4)
      AND ${noveltyOf(syntax).isNew('changes', 'changes.changed_at', '$2')} AND ${where}
    ORDER BY changes.changed_at, changes.conversation_id
    LIMIT CAST($5 AS BIGINT)`;

/**
 * The deletions under the name of the conversations, with the columns on which access depends, so that the condition of
 * access applies to them as they were.
 */
function deletions(condition: string, others = ''): string {
  return `(
      SELECT tenant, conversation_id AS id, revision, next_position, owner, attributes, changed_at FROM changes
      WHERE changes.tenant = $1 AND type = 'conversation.deleted' AND ${condition}${others}
    ) AS conversations`;
}

const DELETION = 'id, revision, next_position, changed_at';

/** The conversation was not restored after the deletion: nothing else changes a deleted one. */
const IS_LAST = `NOT EXISTS (
        SELECT 1 FROM changes AS later
        WHERE later.tenant = changes.tenant AND later.conversation_id = changes.conversation_id
          AND later.revision > changes.revision)`;

/** Selects deletions that are new since `$2`, after time `$3` and id `$4`: at most `$5`. */
export const selectDeleted: Statement = (where, syntax) => `
    SELECT ${DELETION}, changed_at AS place FROM ${deletions(`
      changed_at >= $3 AND (changed_at, conversation_id) > ($3, $4)
      AND ${IS_LAST}
      AND ${noveltyOf(syntax).isNew('changes', 'changed_at', '$2')}`)}
    WHERE ${where}
    ORDER BY changed_at, id
    LIMIT CAST($5 AS BIGINT)`;

/** Selects the last deletion of a conversation. One that has expired counts as deleted before a sweep records it. */
export const selectDeletion: Statement = (where, syntax) => `
    SELECT ${DELETION} FROM ${deletions(
      'conversation_id = $2',
      `
      UNION ALL
      SELECT tenant, id, revision + 1, next_position, owner, attributes, ${EXPIRY}
      FROM conversations
      WHERE tenant = $1 AND id = $2 AND deleted_at IS NULL AND ${isOverSql(syntax)}`,
    )}
    WHERE ${where}
    ORDER BY revision DESC LIMIT 1`;

/** Selects the deletions of owners that match, after revision `$3` of conversation `$2`: at most `$4`. */
export function selectOwnedDeletions(condition: string): string {
  return `
    SELECT id, revision, owner FROM ${deletions('(conversation_id, revision) > ($2, $3)')}
    WHERE ${condition}
    ORDER BY id, revision
    LIMIT CAST($4 AS BIGINT)`;
}

/** Replaces the owner in the recorded changes of a conversation that is gone, or is to be purged. */
export function eraseOwner({ now }: SqlSyntax): string {
  return `
    UPDATE changes SET owner = $3
    WHERE tenant = $1 AND conversation_id = $2 AND owner IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM conversations
      WHERE tenant = $1 AND id = $2 AND (deleted_at IS NOT NULL AND purge_at <= ${now}) IS NOT TRUE)`;
}

/** Selects the position after the last item, and the revision of the last change, that are not new since `$3`. */
export function selectPlaceAt(syntax: SqlSyntax): string {
  const { isNew } = noveltyOf(syntax);
  return `
    SELECT
      (SELECT position FROM items
        WHERE tenant = $1 AND conversation_id = $2 AND NOT (${isNew('items', 'created_at', '$3')})
        ORDER BY position DESC LIMIT 1) AS position,
      (SELECT revision FROM changes
        WHERE tenant = $1 AND conversation_id = $2 AND NOT (${isNew('changes', 'changed_at', '$3')})
        ORDER BY revision DESC LIMIT 1) AS revision
    FROM conversations WHERE tenant = $1 AND id = $2`;
}

export function deleteOlder({ now }: SqlSyntax): string {
  return `DELETE FROM changes WHERE changed_at < ${now} - CAST($1 AS BIGINT)`;
}
