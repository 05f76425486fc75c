/** Citus, the extension that shards PostgreSQL, https://docs.citusdata.com/en/stable/develop/api_udf.html */

import { OperatorError } from '../../base/errors/operator-error.ts';
import type { PostgresOptions } from '../../options/database.ts';
import type { Driver, Reader, Scope } from '../engine/driver.ts';
import { LOCK_SCHEMA } from '../engine/migrations.ts';
import type { Query } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import { CITUS, POSTGRES, type SqlSyntax } from '../engine/syntax.ts';
import { DISTRIBUTED_TABLES, type DistributedTable } from '../tables.ts';

/** The tables belong to no tenant, and neither do the nodes. */
const SCOPE: Scope = { kind: 'none' };

/** Runs a statement outside of the driver and resolves with its rows by column. */
type RunSql = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A database as Citus knows it; `undefined` without the extension. */
export interface CitusDatabase {
  /** Whether the tables of conversations are distributed. */
  readonly isDistributed: boolean;
}

/** Finds Citus. Rejects with an `OperatorError` on a worker, which has neither the ledger nor the API keys. */
export async function findCitus(run: RunSql): Promise<CitusDatabase | undefined> {
  const [extension] = await run(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`);
  if (extension === undefined) return undefined;
  const [node] = await run(`
    SELECT groupid = 0 AS is_first,
      coalesce(
        (SELECT nodename || ', port ' || nodeport FROM pg_dist_node WHERE pg_dist_node.groupid = 0),
        'the node of group 0') AS first,
      EXISTS (
        SELECT FROM pg_dist_partition
        WHERE logicalrelid = to_regclass('conversations') AND partmethod = 'h') AS is_distributed
    FROM pg_dist_local_group`);
  if (node?.['is_first'] === false) {
    throw new OperatorError(
      'not_the_coordinator',
      'The database is a worker of a Citus cluster, and the schema and the API keys are on its coordinator.',
      `Name the coordinator in --database-url: ${String(node['first'])}.`,
    );
  }
  return { isDistributed: node?.['is_distributed'] === true };
}

export function syntaxOf(citus: CitusDatabase | undefined): SqlSyntax {
  return citus?.isDistributed === true ? CITUS : POSTGRES;
}

type Limits = Pick<PostgresOptions, 'lockTimeoutMs' | 'statementTimeoutMs'>;

export interface Distribution {
  readonly table: string;
  /** The column whose hash decides on a row's shard. */
  readonly column: string;
  readonly shards: number;
  readonly nodes: number;
}

const SELECT_DISTRIBUTED: Query = {
  sql: `
    SELECT logicalrelid::text AS name FROM pg_dist_partition
    WHERE partmethod IN ('h', 'n') AND logicalrelid::oid IN (
      SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()))`,
  parameters: [],
};

const SELECT_SHARDS: Query = {
  sql: `
    SELECT table_name::text AS name, count(DISTINCT shardid) AS shards,
      count(DISTINCT (nodename, nodeport)) AS nodes
    FROM citus_shards GROUP BY table_name`,
  parameters: [],
};

/** The statements that distribute a table; one of a conversation's rows, or of what is left of it, beside the conversations. */
export function distributionOf(table: DistributedTable): readonly string[] {
  const { name, shardColumn } = table;
  if (table.isReference === true) return [`SELECT create_reference_table('${name}')`];
  const beside = shardColumn === 'conversation_id' ? 'conversations' : 'none';
  return [
    `SELECT create_distributed_table('${name}', '${shardColumn}', colocate_with => '${beside}')`,
    // The rows that have moved to the shards stay behind otherwise, also those that are deleted later.
    `SELECT truncate_local_data_after_distributing_table('${name}')`,
  ];
}

/** Distributes the tables that are not distributed yet, all or none, and returns their names. */
export async function distributeTables(driver: Driver): Promise<readonly string[]> {
  const missing = await undistributedTables(driver);
  if (missing.length === 0) return [];
  await driver.write({
    scope: SCOPE,
    inSteps: () => undefined,
    inRoundTrips: async (trips) => {
      const statements = missing.flatMap(distributionOf);
      await trips.finish(...statements.map((sql) => ({ sql, parameters: [] })));
    },
  });
  return missing.map(({ name }) => name);
}

/** Returns the tables that are on the coordinator alone instead of in shards, or do not exist yet. */
export async function undistributedTables(driver: Reader): Promise<readonly DistributedTable[]> {
  const rows = await driver.read({ scope: SCOPE, query: SELECT_DISTRIBUTED });
  const distributed = new Set(rows.map((row) => text(row, 'name')));
  return DISTRIBUTED_TABLES.filter(({ name }) => !distributed.has(name));
}

/** Returns where the rows of each table are. */
export async function distributions(driver: Reader): Promise<readonly Distribution[]> {
  const shards = await driver.read({ scope: SCOPE, query: SELECT_SHARDS });
  return DISTRIBUTED_TABLES.map(({ name, shardColumn }) => {
    const row = shards.find((candidate) => text(candidate, 'name') === name);
    if (row === undefined) throw new Error(`${name} has no shards`);
    return {
      table: name,
      column: shardColumn,
      shards: integer(row, 'shards'),
      nodes: integer(row, 'nodes'),
    };
  });
}

/**
 * Makes the time limits of statements hold on the workers too, which take them from the role: Citus repeats there what
 * is set for a role, and nothing that a connection brings.
 */
export async function limitWorkers(driver: Driver, limits: Limits): Promise<void> {
  for (const [name, milliseconds] of await missingLimits(driver, limits)) {
    const alter = {
      sql: `ALTER ROLE CURRENT_USER SET ${name} = ${milliseconds}`,
      parameters: [],
    };
    await driver.write({
      scope: SCOPE,
      inSteps: () => undefined,
      // Two processes cannot change a role at the same time.
      inRoundTrips: (trips) => trips.finish(LOCK_SCHEMA, alter),
    });
  }
}

type Limit = readonly [name: string, milliseconds: number];

/** Returns the limits that do not hold on each worker that can be reached. */
export async function missingLimits(driver: Reader, limits: Limits): Promise<readonly Limit[]> {
  const wanted: readonly Limit[] = [
    ['lock_timeout', limits.lockTimeoutMs],
    ['statement_timeout', limits.statementTimeoutMs],
  ];
  const missing: Limit[] = [];
  for (const limit of wanted.filter(([, milliseconds]) => milliseconds > 0)) {
    const [found] = await driver.read({ scope: SCOPE, query: countOtherLimits(...limit) });
    if (found !== undefined && integer(found, 'count') > 0) missing.push(limit);
  }
  return missing;
}

/** Counts the workers that can be reached and have another limit. */
function countOtherLimits(name: string, milliseconds: number): Query {
  return {
    sql: `
      SELECT count(*) AS count FROM run_command_on_workers(
        'SELECT setting FROM pg_settings WHERE name = ''${name}''')
      WHERE success AND result <> '${milliseconds}'`,
    parameters: [],
  };
}

/** Finds workers on which row-level security would not hold: its state is part of each shard, and of each role. */
const COUNT_GAPS: Query = {
  sql: `
    SELECT (
      SELECT count(*) FROM run_command_on_workers(
        'SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user')
      WHERE success AND result = 't'
    ) + (
      SELECT count(*) FROM (${DISTRIBUTED_TABLES.map(
        ({ name }) => `
        SELECT success, result FROM run_command_on_shards('${name}',
          'SELECT relrowsecurity AND relforcerowsecurity AND EXISTS (
            SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = ''tenant_wall'')
          FROM pg_class WHERE oid = ''%s''::regclass')`,
      ).join(' UNION ALL ')}) AS shards
      WHERE success AND result <> 't'
    ) AS count`,
  parameters: [],
};

/** Rejects with an `OperatorError` where row-level security would not hold on a worker. */
export async function assertWallsOnWorkers(driver: Reader): Promise<void> {
  const [gaps] = await driver.read({ scope: SCOPE, query: COUNT_GAPS });
  if (gaps === undefined || integer(gaps, 'count') === 0) return;
  throw new OperatorError(
    'row_level_security_off_on_workers',
    'rls is on, and on a worker of the Citus cluster the role passes by row-level security, or a shard does not have it.',
    'On each worker, run ALTER ROLE ... NOSUPERUSER NOBYPASSRLS, and switch row-level security on through the coordinator.',
  );
}
