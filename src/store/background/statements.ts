/**
 * Statements about responses in the background. `$1` is the tenant, `$2` the conversation and `$3` the response, unless a
 * comment names them otherwise. `where` is the access condition on `conversations`; its parameters follow the
 * statement's own.
 */

import type { SqlSyntax } from '../engine/syntax.ts';
import { cellsAfter, hasResponse, RESPONSE_COLUMNS } from '../responses/statements.ts';
import { columnList, PASSING_TABLES } from '../tables.ts';

/** The columns of a response that waits: without those of a turn, and those that nothing uses. */
const WAITING_COLUMNS =
  'tenant, conversation_id, id, created_at, continues_at, is_streamed, request';
const EVENT_COLUMNS = columnList(PASSING_TABLES.response_events);

/** The cells of a new response: id `$3`, created at `$4`, continued position `$5`, streaming `$6` and request `$7`. */
const NEW_CELLS = '$3, CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS SMALLINT), $7';

const HERE = 'tenant = $1 AND conversation_id = $2';

/** Adds a response, and locks the conversation. With `$8` other than 0, no turn and no response may be there. */
export function insertInConversation(where: string, { now, lockRows }: SqlSyntax): string {
  return `
    INSERT INTO background_responses AS added (${WAITING_COLUMNS})
    SELECT conversations.tenant, conversations.id, ${NEW_CELLS}
    FROM conversations
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}
      AND conversations.next_position = coalesce(CAST($5 AS BIGINT), conversations.next_position)
      AND (CAST($8 AS BIGINT) = 0
        OR (NOT EXISTS (SELECT 1 FROM turns WHERE ${HERE} AND expires_at > ${now})
          AND NOT EXISTS (SELECT 1 FROM background_responses AS earlier WHERE ${HERE})))
    ${lockRows}
    RETURNING id`;
}

/** Adds the response of a conversation that the transaction has made. */
export const INSERT_ALONE = `
  INSERT INTO background_responses (${WAITING_COLUMNS}) VALUES ($1, $2, ${NEW_CELLS})`;

/** Takes away a response that waits, to be added elsewhere. */
export const DELETE_WAITING = `
  DELETE FROM background_responses WHERE ${HERE} AND id = $3 AND token IS NULL
  RETURNING id`;

const SELECT_WAITING = `
    SELECT waiting.conversation_id, waiting.id, waiting.created_at, waiting.continues_at, waiting.is_streamed,
      waiting.token, waiting.request,
      CASE WHEN waiting.continues_at <> conversations.next_position THEN 1 ELSE 0 END AS has_moved_on
    FROM background_responses AS waiting
    JOIN conversations
      ON conversations.tenant = waiting.tenant AND conversations.id = waiting.conversation_id`;

/** Selects the response `$2` of any conversation that matches the access condition. */
export function selectById(where: string): string {
  return `${SELECT_WAITING}
    WHERE waiting.tenant = $1 AND waiting.id = $2 AND ${where}`;
}

/** Selects the response of a conversation for which a model was asked, or the first one. */
export const SELECT_FIRST = `${SELECT_WAITING}
    WHERE waiting.tenant = $1 AND waiting.conversation_id = $2
      AND conversations.tenant = $1 AND conversations.id = $2
    ORDER BY CASE WHEN waiting.token IS NULL THEN 1 ELSE 0 END, waiting.created_at, waiting.id
    LIMIT 1`;

/** Selects at most `$1` responses that are the first of conversations in which no turn runs. */
export function selectWaiting({ now }: SqlSyntax): string {
  return `
    SELECT waiting.tenant, waiting.conversation_id, waiting.id
    FROM background_responses AS waiting
    WHERE NOT EXISTS (
        SELECT 1 FROM turns
        WHERE turns.tenant = waiting.tenant AND turns.conversation_id = waiting.conversation_id
          AND turns.expires_at > ${now})
      AND NOT EXISTS (
        SELECT 1 FROM background_responses AS earlier
        WHERE earlier.tenant = waiting.tenant AND earlier.conversation_id = waiting.conversation_id
          AND (earlier.created_at, earlier.id) < (waiting.created_at, waiting.id))
    ORDER BY waiting.created_at, waiting.id
    LIMIT $1`;
}

/** Notes that turn `$4`, which must run, asks a model. */
export const ASK = `
  UPDATE background_responses SET token = $4
  WHERE ${HERE} AND id = $3 AND token IS NULL
    AND EXISTS (SELECT 1 FROM turns WHERE ${HERE} AND token = $4)
  RETURNING id`;

/** Selects response `$3`, with `$4` if that is the token of the turn that runs. */
export const SELECT_QUEUED = `
  SELECT waiting.id, turns.token FROM background_responses AS waiting
  LEFT JOIN turns ON turns.tenant = $1 AND turns.conversation_id = $2 AND turns.token = $4
  WHERE waiting.tenant = $1 AND waiting.conversation_id = $2 AND waiting.id = $3`;

export const SELECT_TOKEN = `
  SELECT token FROM background_responses WHERE ${HERE} AND id = $3`;

/**
 * Inserts a response that has ended in the background, at the next position. No row when it has ended before, or the
 * conversation is absent. The first statement of its transaction: it locks both rows, and the statements after it ask
 * for the response.
 */
export function insertEnded(where: string, { lockRows }: SqlSyntax): string {
  return `
    INSERT INTO responses AS added (${RESPONSE_COLUMNS})
    SELECT conversations.tenant, conversations.id, ${cellsAfter('conversations.next_position')}
    FROM conversations
    JOIN background_responses AS waiting
      ON waiting.tenant = conversations.tenant AND waiting.conversation_id = conversations.id
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}
      AND waiting.tenant = $1 AND waiting.conversation_id = $2 AND waiting.id = $3
    ${lockRows}
    RETURNING first_output, end_position`;
}

/** Gives back the turn that has asked for response `$3`, which has ended. */
export const RELEASE_TURN_OF_ENDED = `
  DELETE FROM turns
  WHERE ${HERE} AND ${hasResponse('$3')}
    AND token = (SELECT token FROM background_responses WHERE ${HERE} AND id = $3)`;

/**
 * Adds the last event `$5`, of `$4` bytes, of response `$3`, which has ended. Where no events of it are stored, adds
 * all `$6` events `$7` instead.
 */
export function insertTerminalEvent({ now }: SqlSyntax): string {
  const next = `(SELECT max(next_sequence) FROM response_events WHERE ${HERE} AND response_id = $3)`;
  return `
    INSERT INTO response_events AS added (${EVENT_COLUMNS})
    SELECT responses.tenant, responses.conversation_id, responses.id, coalesce(${next}, 0),
      coalesce(${next} + 1, CAST($6 AS BIGINT)), ${now}, CAST($4 AS BIGINT),
      CASE WHEN ${next} IS NULL THEN CAST($7 AS TEXT) ELSE CAST($5 AS TEXT) END
    FROM responses
    WHERE responses.tenant = $1 AND responses.conversation_id = $2 AND responses.id = $3
      AND EXISTS (SELECT 1 FROM background_responses WHERE ${HERE} AND id = $3)`;
}

/** Takes response `$3`, which has ended, out of those that have not. */
export const DELETE_ENDED = `
  DELETE FROM background_responses WHERE ${HERE} AND id = $3 AND ${hasResponse('$3')}`;
