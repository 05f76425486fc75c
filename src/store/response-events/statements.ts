/** Statements about the events of responses. `$1` is the tenant, `$2` the conversation and `$3` the response. */

import type { SqlSyntax } from '../engine/syntax.ts';
import { columnList, PASSING_TABLES } from '../tables.ts';

const COLUMNS = columnList(PASSING_TABLES.response_events);

const OF_RESPONSE = 'tenant = $1 AND conversation_id = $2 AND response_id = $3';

/**
 * Adds events `$8`, of `$7` bytes, from `$5` up to `$6`, while turn `$4` makes the response, and locks that. The
 * transaction that ends the response then comes after it, and its last event has the number after these.
 */
export function insertEvents({ now, lockRows }: SqlSyntax): string {
  return `
    INSERT INTO response_events AS added (${COLUMNS})
    SELECT waiting.tenant, waiting.conversation_id, waiting.id, CAST($5 AS BIGINT), CAST($6 AS BIGINT), ${now},
      CAST($7 AS BIGINT), CAST($8 AS TEXT)
    FROM background_responses AS waiting
    WHERE waiting.tenant = $1 AND waiting.conversation_id = $2 AND waiting.id = $3 AND waiting.token = $4
    ${lockRows}
    RETURNING sequence`;
}

/** Selects the end of the events that begin with `$4`. */
export const SELECT_EVENTS_AT = `
  SELECT next_sequence FROM response_events WHERE ${OF_RESPONSE} AND sequence = $4`;

/** Selects at most `$5` lists of events from number `$4` on. */
export const SELECT_EVENTS = `
  SELECT sequence, events FROM response_events
  WHERE ${OF_RESPONSE} AND next_sequence > $4
  ORDER BY sequence
  LIMIT $5`;

/** Selects the time up to which events are beyond `$1` bytes, counted from the newest on; null when none are. */
export const SELECT_EXCESS = `
  SELECT max(created_at) AS excess_until
  FROM (
    SELECT created_at, sum(bytes) OVER (ORDER BY created_at DESC) AS newer_bytes
    FROM response_events
  ) AS counted
  WHERE newer_bytes > $1`;

/** Deletes the events of all conversations that are older than `$1` milliseconds. */
export function deleteOlder({ now }: SqlSyntax): string {
  return `DELETE FROM response_events WHERE created_at < ${now} - CAST($1 AS BIGINT)`;
}

/** Deletes the events of all conversations up to time `$1`. */
export const DELETE_UNTIL = `DELETE FROM response_events WHERE created_at <= CAST($1 AS BIGINT)`;
