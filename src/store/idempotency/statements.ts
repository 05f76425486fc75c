/** Statements about idempotency keys. `$1` is the tenant and `$2` the id of a key, unless a comment names them otherwise. */

import type { SqlSyntax } from '../engine/syntax.ts';

/**
 * Inserts a key with the cells from `$3` on, of which the last one is the number of milliseconds for which it is kept.
 * A row whose time is over counts as absent. No row is returned when the key is in use.
 *
 * The time is that of the new row less those milliseconds, since Citus takes no clock in an update of a row that is
 * there.
 */
function insertKey(columns: readonly string[], { now }: SqlSyntax, orWhere: string): string {
  const keptMs = `CAST($${columns.length + 3} AS BIGINT)`;
  const all = ['request', 'conversation_id', 'item_ids', 'response_id', 'token', 'awaited_at'];
  return `
    INSERT INTO idempotency_keys AS kept (tenant, id, ${columns.join(', ')}, expires_at)
    VALUES ($1, $2, ${columns.map((_, index) => `$${index + 3}`).join(', ')}, ${now} + ${keptMs})
    ON CONFLICT (tenant, id) DO UPDATE SET
      ${[...all, 'expires_at'].map((name) => `${name} = excluded.${name}`).join(', ')}
      WHERE kept.expires_at <= excluded.expires_at - ${keptMs}${orWhere}
    RETURNING id`;
}

/** Holds a key: request `$3`, token `$4`, for `$5` milliseconds. An attempt that its own lost commit has noted holds it again. */
export function holdKey(syntax: SqlSyntax): string {
  return insertKey(['request', 'token'], syntax, ' OR kept.token = excluded.token');
}

/** Keeps an outcome: request `$3`, conversation `$4`, ids of items `$5`, for `$6` milliseconds. */
export function keepOutcome(syntax: SqlSyntax): string {
  return insertKey(['request', 'conversation_id', 'item_ids'], syntax, '');
}

/** Names the outcome `$3` of a write under a key that the transaction has inserted. */
export const NAME_OUTCOME = `
  UPDATE idempotency_keys SET item_ids = $3 WHERE tenant = $1 AND id = $2`;

/** Keeps the response `$5` of conversation `$4` under a key that is held by `$3`, for `$6` milliseconds. */
export function keepResponse({ now }: SqlSyntax): string {
  return `
    UPDATE idempotency_keys
    SET token = NULL, awaited_at = NULL, conversation_id = $4, response_id = $5,
      expires_at = ${now} + CAST($6 AS BIGINT)
    WHERE tenant = $1 AND id = $2 AND token = $3
    RETURNING id`;
}

/** Extends the time of a key that is held by `$3` by `$4` milliseconds. Returns whether it was awaited in the last `$5`. */
export function renewKey({ now }: SqlSyntax): string {
  return `
    UPDATE idempotency_keys SET expires_at = ${now} + CAST($4 AS BIGINT)
    WHERE tenant = $1 AND id = $2 AND token = $3
    RETURNING CASE WHEN awaited_at > ${now} - CAST($5 AS BIGINT) THEN 1 ELSE 0 END AS is_awaited`;
}

export function awaitKey({ now }: SqlSyntax): string {
  return `
    UPDATE idempotency_keys SET awaited_at = ${now}
    WHERE tenant = $1 AND id = $2 AND token IS NOT NULL`;
}

export const RELEASE_KEY = `
  DELETE FROM idempotency_keys WHERE tenant = $1 AND id = $2 AND token = $3`;

/** Selects a key that is held by `$3`. */
export const SELECT_HELD_KEY = `
  SELECT id FROM idempotency_keys WHERE tenant = $1 AND id = $2 AND token = $3`;

export function selectKey({ now }: SqlSyntax): string {
  return `
    SELECT request, conversation_id, item_ids, response_id, token FROM idempotency_keys
    WHERE tenant = $1 AND id = $2 AND expires_at > ${now}`;
}

/** Selects the end of the time of the first key of all, and the time now. */
export function selectFirstExpiry({ now }: SqlSyntax): string {
  return `SELECT min(expires_at) AS first, ${now} AS now FROM idempotency_keys`;
}

/** Deletes the keys of all tenants whose time is over at `$1`. */
export const DELETE_EXPIRED = `
  DELETE FROM idempotency_keys WHERE expires_at <= $1`;
