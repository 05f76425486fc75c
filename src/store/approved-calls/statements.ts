/**
 * Statements about approved calls. `$1` is the tenant, `$2` the conversation and `$3` the request for the approval, unless
 * a comment names them otherwise. `where` is the access condition on `conversations`; its parameters follow the
 * statement's own.
 */

import { selectItemByAge } from '../conversations/statements.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { ARCHIVED_TABLES, columnList } from '../tables.ts';

const COLUMNS = columnList(ARCHIVED_TABLES.approved_calls);

/** Selects the item `$2` that was stored first, among the conversations that match the access condition. */
export function selectRequest(where: string): string {
  return selectItemByAge(where, 'ASC');
}

/**
 * Notes that a call is begun under the token `$4`, and locks the conversation, so that its deletion does not leave the
 * row behind. No row: it was begun before, or the conversation is absent. A beginning whose own attempt was lost is
 * noted again.
 */
export function beginCall(where: string, { now, lockRows }: SqlSyntax): string {
  return `
    INSERT INTO approved_calls (${COLUMNS})
    SELECT tenant, id, $3, $4, ${now} FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}
    ${lockRows}
    ON CONFLICT (tenant, conversation_id, request_id) DO UPDATE SET token = excluded.token
      WHERE approved_calls.token = excluded.token
    RETURNING token`;
}

export const UNDO_CALL = `
  DELETE FROM approved_calls
  WHERE tenant = $1 AND conversation_id = $2 AND request_id = $3 AND token = $4`;

export const SELECT_CALL = `
  SELECT token FROM approved_calls
  WHERE tenant = $1 AND conversation_id = $2 AND request_id = $3 AND token = $4`;
