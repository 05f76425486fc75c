/** Statements about turns. `$1` is the tenant, `$2` the conversation and `$3` the token of a turn. */

import type { SqlSyntax } from '../engine/syntax.ts';

/**
 * Takes the turn, for `$4` milliseconds, and locks the conversation, so that its deletion does not leave the row behind.
 * No row: another turn runs, or the conversation is absent. A turn that its own lost attempt has taken is taken again.
 * The time is that of the new row less `$4`, since Citus takes no clock in an update of a row that is there.
 */
export function takeTurn(where: string, syntax: SqlSyntax): string {
  return insertTurn(
    where,
    syntax,
    'WHERE turns.token = excluded.token OR turns.expires_at <= excluded.expires_at - CAST($4 AS BIGINT)',
  );
}

/** Notes the turn that runs, and is to be replaced in the same transaction. Locks the conversation and the turn. */
export function noteInterrupted(where: string, { now, lockRows }: SqlSyntax): string {
  return `
    INSERT INTO interrupted_turns (tenant, conversation_id, token, created_at)
    SELECT turns.tenant, turns.conversation_id, turns.token, ${now}
    FROM conversations
    JOIN turns ON turns.tenant = conversations.tenant AND turns.conversation_id = conversations.id
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}
      AND turns.tenant = $1 AND turns.conversation_id = $2 AND turns.token <> $3
    ${lockRows}`;
}

export const SELECT_INTERRUPTED = `
  SELECT token FROM interrupted_turns WHERE tenant = $1 AND conversation_id = $2 AND token = $3`;

/** Deletes what is older than `$1` milliseconds, of all conversations. */
export function deleteInterrupted({ now }: SqlSyntax): string {
  return `DELETE FROM interrupted_turns WHERE created_at < ${now} - CAST($1 AS BIGINT)`;
}

/** Takes the turn, as `takeTurn`, for response `$5`, which the transaction has added, unless another one waits. */
export function takeTurnForQueued(syntax: SqlSyntax): string {
  const waiting = 'SELECT 1 FROM background_responses WHERE tenant = $1 AND conversation_id = $2';
  return takeTurn(
    `EXISTS (${waiting} AND id = $5) AND NOT EXISTS (${waiting} AND id <> $5)`,
    syntax,
  );
}

/** Takes the turn, for `$4` milliseconds, of a conversation that the transaction has made. */
export function takeFirstTurn({ now }: SqlSyntax): string {
  return `
    INSERT INTO turns (tenant, conversation_id, token, expires_at)
    VALUES ($1, $2, $3, ${now} + CAST($4 AS BIGINT))`;
}

/** Takes the turn, also from one that runs. No row: the conversation is absent. */
export function interruptTurn(where: string, syntax: SqlSyntax): string {
  return insertTurn(where, syntax, '');
}

function insertTurn(where: string, { now, lockRows }: SqlSyntax, condition: string): string {
  return `
    INSERT INTO turns (tenant, conversation_id, token, expires_at)
    SELECT tenant, id, $3, ${now} + CAST($4 AS BIGINT) FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}
    ${lockRows}
    ON CONFLICT (tenant, conversation_id) DO UPDATE
      SET token = excluded.token, expires_at = excluded.expires_at
      ${condition}
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
