/** Statements about turns. `$1` is the tenant, `$2` the conversation and `$3` the token of a turn. */

import type { SqlSyntax } from '../engine/syntax.ts';

/**
 * Takes the turn, for `$4` milliseconds, and locks the conversation, so that its deletion does not leave the row behind.
 * No row: another turn runs, or the conversation is absent. A turn that its own lost attempt has taken is taken again.
 * The time is that of the new row less `$4`, since Citus takes no clock in an update of a row that is there.
 */
export function takeTurn(where: string, { now, lockRows }: SqlSyntax): string {
  return `
    INSERT INTO turns (tenant, conversation_id, token, expires_at)
    SELECT tenant, id, $3, ${now} + CAST($4 AS BIGINT) FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}
    ${lockRows}
    ON CONFLICT (tenant, conversation_id) DO UPDATE
      SET token = excluded.token, expires_at = excluded.expires_at
      WHERE turns.token = excluded.token OR turns.expires_at <= excluded.expires_at - CAST($4 AS BIGINT)
    RETURNING token`;
}

export function renewTurn({ now }: SqlSyntax): string {
  return `
    UPDATE turns SET expires_at = ${now} + CAST($4 AS BIGINT)
    WHERE tenant = $1 AND conversation_id = $2 AND token = $3
    RETURNING token`;
}

export const RELEASE_TURN = `
  DELETE FROM turns WHERE tenant = $1 AND conversation_id = $2 AND token = $3`;

export const SELECT_TURN = `
  SELECT token FROM turns WHERE tenant = $1 AND conversation_id = $2 AND token = $3`;
