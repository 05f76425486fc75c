/** Selects at most `$3` conversations that are not counted yet, after (`$1`, `$2`). */
export const SELECT_UNCOUNTED = `
  SELECT tenant, id, revision, created_at FROM conversations
  WHERE active_slot = 0 AND (tenant, id) > ($1, $2)
  ORDER BY tenant, id
  LIMIT $3`;

/** Counts at most `$4` items after position `$3`; `last` is null when there are none. */
export const COUNT_PIECE = `
  SELECT count(*) AS items, CAST(coalesce(sum(bytes), 0) AS BIGINT) AS bytes, max(position) AS last
  FROM (
    SELECT position, octet_length(data) AS bytes FROM items
    WHERE tenant = $1 AND conversation_id = $2 AND position > $3
    ORDER BY position
    LIMIT $4
  ) AS piece`;

/** Selects the time of the last item. */
export const SELECT_LAST_TIME = `
  SELECT created_at FROM items
  WHERE tenant = $1 AND conversation_id = $2
  ORDER BY position DESC
  LIMIT 1`;

/** Keeps the counts `$4` to `$7` of a conversation at revision `$3`. */
export const KEEP_COUNTS = `
  UPDATE conversations SET item_count = $4, item_bytes = $5, active_at = $6, active_slot = $7
  WHERE tenant = $1 AND id = $2 AND revision = $3 AND active_slot = 0
  RETURNING id`;
