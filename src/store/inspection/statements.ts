/** Statements of inspections, none of which changes anything. */

import { EXPIRY } from '../conversations/presence.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { ConversationTable } from '../tables.ts';

type Twins = Readonly<Record<SqlSyntax['name'], string>>;
type Table = 'conversations' | 'items' | 'responses';

const SELECT_POSTGRES_VERSION = `SELECT 'PostgreSQL ' || current_setting('server_version')`;

/** Reads from the file, so that a file that is not a database is noticed. */
export const SELECT_ENGINE: Twins = {
  sqlite: `SELECT 'SQLite ' || sqlite_version() AS engine, count(*) FROM sqlite_schema`,
  postgres: `${SELECT_POSTGRES_VERSION} AS engine`,
  citus: `${SELECT_POSTGRES_VERSION} || ' with Citus ' || extversion AS engine FROM pg_extension WHERE extname = 'citus'`,
};

/** Returns one row with `ok`, or a row for each damage, of which a few are enough. */
export const CHECK_SQLITE_FILE = 'PRAGMA integrity_check(5)';

/**
 * Selects the percentage of the items' pages to draw `$1` items from. Four times as many pages as rows are wanted,
 * since pages that deletions have emptied are drawn too.
 */
export function selectShare(syntax: SqlSyntax): string | undefined {
  const bytes = SIZE_OF_ITEMS[syntax.name];
  if (bytes === undefined) return undefined;
  return `
    SELECT least(100, 400.0 * $1::bigint * current_setting('block_size')::bigint
      / greatest(1, ${bytes}))::text AS share`;
}

const SIZE_OF_ITEMS: Readonly<Record<SqlSyntax['name'], string | undefined>> = {
  sqlite: undefined,
  postgres: `pg_relation_size('items')`,
  citus: `citus_relation_size('items')`,
};

const SELECT_FROM_DRAWN_PAGES = `
  SELECT tenant, conversation_id, position, type
  FROM items TABLESAMPLE SYSTEM ($2::float8)
  ORDER BY random()
  LIMIT $1`;

/** A few places of the items, picked at random: `$1` is how many. By row number, or from `$2` percent of the pages. */
const RANDOM_ITEMS: Twins = {
  sqlite: `
    WITH RECURSIVE
      rows (most) AS (SELECT max(rowid) FROM items),
      draw (place, number) AS (
        SELECT 1, (random() & 9223372036854775807) % most FROM rows
        UNION ALL
        SELECT place + 1, (random() & 9223372036854775807) % most FROM draw, rows WHERE place < $1
      )
    SELECT items.tenant, items.conversation_id, items.position, items.type
    FROM draw
    JOIN items ON items.rowid = (SELECT min(rowid) FROM items WHERE rowid > draw.number)`,
  postgres: SELECT_FROM_DRAWN_PAGES,
  citus: SELECT_FROM_DRAWN_PAGES,
};

export function selectRandomPlaces({ name }: SqlSyntax): string {
  return `SELECT tenant, conversation_id, position FROM (${RANDOM_ITEMS[name]}) AS drawn`;
}

export function selectRandomTypes({ name }: SqlSyntax): string {
  return `SELECT type, count(*) AS count FROM (${RANDOM_ITEMS[name]}) AS drawn GROUP BY type`;
}

/** Selects the last conversation with items, in the order in which items are read. */
export const SELECT_LAST_CONVERSATION_OF_ITEMS = `
  SELECT tenant, conversation_id FROM items ORDER BY tenant DESC, conversation_id DESC LIMIT 1`;

/**
 * Selects the `$3` conversations with items after (`$1`, `$2`), with the first and last position of an item.
 * `next_position` is the one that the conversation would give next; null when it does not exist. One statement sees a
 * concurrent write whole or not at all. It reads an index and no item.
 */
export const SELECT_PLACES = `
  SELECT tenant, conversation_id, count(*) AS items, min(position) AS first_position,
    max(position) AS last_position,
    (
      SELECT next_position FROM conversations
      WHERE conversations.tenant = items.tenant AND conversations.id = items.conversation_id
    ) AS next_position
  FROM items
  WHERE (tenant, conversation_id) > ($1, $2)
  GROUP BY tenant, conversation_id
  ORDER BY tenant, conversation_id
  LIMIT $3`;

/** The conversations that do not exist and have rows in a table. */
export function selectOrphans({ name, conversationColumn }: ConversationTable): string {
  return `
    SELECT DISTINCT tenant, ${conversationColumn} AS conversation_id FROM ${name}
    WHERE NOT EXISTS (
      SELECT 1 FROM conversations
      WHERE conversations.tenant = ${name}.tenant AND conversations.id = ${name}.${conversationColumn})`;
}

/** Takes a few steps down an index for each tenant. */
const STEP_BY_TENANT = `
  WITH RECURSIVE tenants (tenant) AS (
    SELECT min(tenant) FROM conversations
    UNION ALL
    SELECT (SELECT min(tenant) FROM conversations WHERE conversations.tenant > tenants.tenant)
    FROM tenants
    WHERE tenants.tenant IS NOT NULL
  )
  SELECT count(tenant) AS count,
    min((SELECT min(created_at) FROM conversations
      WHERE conversations.tenant = tenants.tenant AND is_hidden <> 1)) AS oldest,
    max((SELECT max(created_at) FROM conversations
      WHERE conversations.tenant = tenants.tenant AND is_hidden <> 1)) AS newest
  FROM tenants`;

/** Counts the tenants, with the creation times of the first and last conversations in lists. */
export const SELECT_TENANTS: Twins = {
  sqlite: STEP_BY_TENANT,
  postgres: STEP_BY_TENANT,
  // Citus takes no recursion over all shards, which it reads at the same time.
  citus: `
    SELECT count(DISTINCT tenant) AS count,
      min(created_at) FILTER (WHERE is_hidden <> 1) AS oldest,
      max(created_at) FILTER (WHERE is_hidden <> 1) AS newest
    FROM conversations`,
};

/** Counts up to `$1` conversations that have been due for `$2` milliseconds, and are stored. */
export function countOverdue({ now }: SqlSyntax): string {
  const since = `${now} - CAST($2 AS BIGINT)`;
  return `
    SELECT count(*) AS count FROM (
      SELECT id FROM conversations WHERE purge_at < ${since}
      UNION ALL
      SELECT id FROM conversations WHERE expires_at < ${since} AND ${EXPIRY} < ${since}
      LIMIT $1) AS overdue`;
}

/** Counts up to `$1`. */
export function countRows(table: string): string {
  return `SELECT count(*) AS count FROM (SELECT 1 FROM ${table} LIMIT $1) AS counted`;
}

/** Estimates the number of rows at once: the highest row number, or the count of the last ANALYZE or VACUUM. */
export function estimateRows(table: Table, { name }: SqlSyntax): string {
  const twins: Twins = {
    sqlite: `SELECT coalesce(max(rowid), 0) AS count FROM ${table}`,
    postgres: `SELECT reltuples::bigint AS count FROM pg_class WHERE oid = '${table}'::regclass`,
    citus: `
      SELECT coalesce(sum(greatest(0, result::bigint)), 0)::bigint AS count
      FROM run_command_on_shards('${table}', 'SELECT reltuples::bigint FROM pg_class WHERE oid = ''%s''::regclass')
      WHERE success`,
  };
  return twins[name];
}

export const COUNT_TYPES = 'SELECT type, count(*) AS count FROM items GROUP BY type';

/** `$1` is now. */
export const COUNT_KEYS = `
  SELECT state, count(*) AS count
  FROM (
    SELECT CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= $1 THEN 'expired'
      ELSE 'active' END AS state
    FROM api_keys
  ) AS states
  GROUP BY state`;

/** Selects the tokens of all responses, from an index that has them. */
export const SUM_TOKENS = `
  SELECT CAST(coalesce(sum(input_tokens), 0) AS BIGINT) AS input_tokens,
    CAST(coalesce(sum(cached_tokens), 0) AS BIGINT) AS cached_tokens,
    CAST(coalesce(sum(output_tokens), 0) AS BIGINT) AS output_tokens,
    CAST(coalesce(sum(reasoning_tokens), 0) AS BIGINT) AS reasoning_tokens
  FROM responses`;
