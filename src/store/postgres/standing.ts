/** What the primary and a replica say about themselves. */

import { OperatorError } from '../../base/errors/operator-error.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import type { Reader, Scope } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { cell, integer, integerOrNull, text } from '../engine/rows.ts';
import { TABLES_OF_CONVERSATIONS } from '../tables.ts';
import { isNotReady, lacksFunction } from './faults.ts';
import type { Mark } from './marks.ts';

const SCOPE: Scope = { kind: 'none' };
const query = (sql: string): Query => ({ sql, parameters: [] });

/**
 * Selects a mark in the primary's log that is not before the commits of this connection. What is on disk includes
 * them, unless `synchronous_commit` is off. The end of the log, which then counts, would keep replicas waiting for
 * records of others, which they are sent later.
 */
export const SELECT_MARK = query(`
  SELECT (CASE current_setting('synchronous_commit')
      WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn()
    END - '0/0')::bigint AS written,
    ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline`);

export function markIn(row: Row): Mark {
  return { timeline: integer(row, 'timeline'), offset: integer(row, 'written') };
}

/** A server that has been promoted keeps its last mark, and no longer follows. */
const REPLAYED = `
  CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END AS replayed`;

/** Selects how far a replica has replayed the log; null when the server is no replica. */
export const SELECT_REPLAYED = query(`SELECT ${REPLAYED}`);

const TABLES = `unnest(ARRAY[${TABLES_OF_CONVERSATIONS.map(({ name }) => `'${name}'`).join(', ')}]) AS name`;

/** A copy of a cluster has its identifier, and the numbers of its databases and tables. */
const PLACE = `
  (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
  (SELECT string_agg(coalesce(to_regclass(name)::oid::text, '-'), ' ' ORDER BY name)
    FROM ${TABLES}) AS tables,
  (SELECT string_agg(name, ', ' ORDER BY name) FROM ${TABLES}
    WHERE NOT coalesce(has_table_privilege(to_regclass(name), 'SELECT'), FALSE)) AS unreadable,
  (SELECT (rolsuper OR rolbypassrls)::int FROM pg_roles WHERE rolname = current_user) AS bypasses`;

/** The file with the timeline lags behind the replay, and a role without rights does not see the receiver's. */
const CONTROL = `
  (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
  greatest(
    (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
    (SELECT received_tli FROM pg_stat_wal_receiver)) AS timeline`;

const SELECT_MAY_READ_CONTROL = query(`
  SELECT bool_and(has_function_privilege(name, 'EXECUTE'))::int AS may
  FROM unnest(ARRAY['pg_control_system()', 'pg_control_checkpoint()', 'pg_control_recovery()']) AS name`);

/** What a server says about itself. */
export interface Standing {
  /** Offset in the log; null when the server is no replica. */
  readonly replayed: number | null;
  /** Null when the role may not read it, as the timeline. */
  readonly cluster: string | null;
  readonly timeline: number | null;
  readonly database: string;
  readonly tables: string;
  /** Names of tables that the role cannot read; null when it can read all. */
  readonly unreadable: string | null;
  readonly bypassesRowLevelSecurity: boolean;
}

export function standingIn(row: Row): Standing {
  const textOrNull = (name: string): string | null =>
    cell(row, name) === null ? null : text(row, name);
  return {
    replayed: integerOrNull(row, 'replayed'),
    cluster: textOrNull('cluster'),
    timeline: integerOrNull(row, 'timeline'),
    database: text(row, 'database'),
    tables: text(row, 'tables'),
    unreadable: textOrNull('unreadable'),
    bypassesRowLevelSecurity: integer(row, 'bypasses') !== 0,
  };
}

/** The primary, as its replicas must know it. */
export interface Origin {
  readonly standing: Standing;
  /** `undefined` while the primary is a standby, as during a failover. */
  readonly mark: Mark | undefined;
  /** Selects the standing of a server. */
  readonly selectStanding: Query;
}

/** Reads what a replica is compared with. Rejects with an `OperatorError` where the database has no such replicas. */
export async function readOrigin(primary: Pick<Reader, 'read' | 'syntax'>): Promise<Origin> {
  if (primary.syntax.name === 'citus') {
    throw new OperatorError(
      'unusable_replica',
      'The database is distributed by Citus, and the log of its coordinator says nothing about replicas of the workers.',
      'Leave --database-read-url out.',
    );
  }
  const read = async (asked: Query): Promise<Row> => {
    const [row] = await primary.read({ scope: SCOPE, query: asked });
    if (row === undefined) throw new Error('a row without a table is missing');
    return row;
  };
  try {
    const mark = await read(SELECT_MARK).then(markIn, noMarkOfStandby);
    const mayReadControl = integer(await read(SELECT_MAY_READ_CONTROL), 'may') !== 0;
    const control = mayReadControl ? CONTROL : 'NULL AS cluster, NULL::int AS timeline';
    const selectStanding = query(`SELECT ${REPLAYED}, ${control}, ${PLACE}`);
    return { standing: standingIn(await read(selectStanding)), mark, selectStanding };
  } catch (error) {
    const cause = error instanceof StoreUnavailableError ? error.cause : error;
    if (!lacksFunction(cause)) throw error;
    throw new OperatorError(
      'unusable_replica',
      'The database of --database-url does not tell how long its log is, so no replica can be compared with it.',
      'Leave --database-read-url out.',
      error,
    );
  }
}

function noMarkOfStandby(error: unknown): undefined {
  if (!(error instanceof StoreUnavailableError) || !isNotReady(error.cause)) throw error;
}

/** The reason why a server cannot be read in place of the primary. */
export interface Misfit {
  readonly problem: string;
  readonly fix: string;
  /** `true` when a replica that catches up may lose it. */
  readonly mayPass: boolean;
}

/** Compares a server with the primary. Returns `undefined` when it may be read, as far as it has replayed. */
export function misfitOf(
  server: Standing,
  { standing: primary, mark }: Origin,
  rowLevelSecurity: boolean,
): Misfit | undefined {
  const nameReplica =
    'Name a streaming replica of the database with --database-read-url, or leave it out.';
  if (server.cluster !== primary.cluster) {
    return { problem: 'is of another cluster', fix: nameReplica, mayPass: false };
  }
  const isBehind = mark === undefined || (server.replayed ?? Infinity) < mark.offset;
  const mayPass = server.replayed !== null && isBehind;
  if (server.database !== primary.database) {
    return { problem: 'is another database of the cluster', fix: nameReplica, mayPass };
  }
  if (server.unreadable !== null) {
    return {
      problem: `has no tables ${server.unreadable} that its role may read`,
      fix: 'Name the database of --database-url there, and a role with SELECT on its tables and the same search_path.',
      mayPass,
    };
  }
  if (server.tables !== primary.tables) {
    return {
      problem: 'has the tables in another schema',
      fix: 'Connect as a role with the same search_path.',
      mayPass,
    };
  }
  if (rowLevelSecurity && server.bypassesRowLevelSecurity) {
    return {
      problem: 'has a role for which row-level security does not hold, and rls is on',
      fix: 'Connect as a role that is not a superuser and lacks BYPASSRLS.',
      mayPass: false,
    };
  }
  return undefined;
}
