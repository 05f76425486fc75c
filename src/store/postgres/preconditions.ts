import { isForbidden } from './faults.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { Driver, Reader, Scope } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import { cell, integer } from '../engine/rows.ts';
import { assertWallsOnWorkers } from './citus.ts';
import { statementsOf } from '../engine/migrations.ts';
import { DISTRIBUTED_TABLES, LEDGER, SERVING_RIGHTS, TABLE_NAMES } from '../tables.ts';

const SCOPE: Scope = { kind: 'none' };

/** Grants what a role needs to serve. */
export const GRANT_SQL = `GRANT SELECT, INSERT, UPDATE, DELETE ON ${servedTables()} TO ROLE_NAME;
GRANT SELECT ON ${LEDGER} TO ROLE_NAME;`;

function servedTables(): string {
  return TABLE_NAMES.filter((name) => name !== LEDGER).join(', ');
}

const WALLED_TABLES = DISTRIBUTED_TABLES.map(({ name }) => name);

/** Switches row-level security on. The tables' owner must run it, and is then subject to it as well. */
export const ROW_LEVEL_SECURITY_SQL = WALLED_TABLES.map(
  (table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
).join('\n');

const WANTED_RIGHTS = `(VALUES ${SERVING_RIGHTS.map(([table, right]) => `('${table}', '${right}')`).join(', ')})
  AS wanted (name, right_to)`;

const SELECT_MISSING_RIGHTS: Query = {
  sql: `
    SELECT string_agg(right_to || ' on ' || name, ', ') AS missing FROM ${WANTED_RIGHTS}
    WHERE NOT has_table_privilege(name, right_to)`,
  parameters: [],
};

const SELECT_WALLS: Query = {
  sql: `
    SELECT
      ${WALLED_TABLES.map((table) => `row_security_active('${table}')::int`).join(' + ')} AS walled,
      (SELECT count(*) FROM pg_roles
        WHERE rolname = current_user AND (rolsuper OR rolbypassrls)) AS bypasses,
      (SELECT string_agg(polname, ', ') FROM pg_policy
        WHERE polrelid IN (${WALLED_TABLES.map((table) => `'${table}'::regclass`).join(', ')})
          AND polpermissive AND polname <> 'tenant_wall') AS gates`,
  parameters: [],
};

/**
 * Checks that this role can serve, with the row-level security that the settings request. Rejects with an
 * `OperatorError` with the statements that its owner or an administrator must run.
 */
export async function assertUsable(driver: Driver, rowLevelSecurity: boolean): Promise<void> {
  await assertRights(driver);
  const isWalled = await assertWalls(driver, rowLevelSecurity);
  if (rowLevelSecurity && !isWalled) await switchOn(driver);
  if (rowLevelSecurity && driver.syntax.name === 'citus') await assertWallsOnWorkers(driver);
}

/** Rejects where this role may not do what serving takes. */
export async function assertRights(driver: Reader): Promise<void> {
  const [rights] = await driver.read({ scope: SCOPE, query: SELECT_MISSING_RIGHTS });
  const missing = rights === undefined ? '' : cell(rights, 'missing');
  if (missing !== null) {
    throw new OperatorError(
      'missing_rights',
      `This database role lacks ${missing}.`,
      `Have the tables' owner run, with the role's name: ${GRANT_SQL.replaceAll('\n', ' ')}`,
    );
  }
}

/**
 * Refuses where the walls would hold nothing back, or would hide everything from a server that does not name its
 * tenants. Resolves with whether they stand.
 */
export async function assertWalls(driver: Reader, wanted: boolean): Promise<boolean> {
  const [walls] = await driver.read({ scope: SCOPE, query: SELECT_WALLS });
  if (walls === undefined) throw new Error('an aggregate has no row');
  const walled = integer(walls, 'walled');
  const isBypassed = integer(walls, 'bypasses') !== 0;
  const gates = cell(walls, 'gates');
  if (!wanted && walled !== 0) {
    throw new OperatorError(
      'row_level_security_on',
      "The database's tables have row-level security, and rls is off: every conversation would seem to be gone.",
      `Start with --rls on, or switch it off in the database: ALTER TABLE ... NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY for ${WALLED_TABLES.join(' and ')}.`,
    );
  }
  if (wanted && isBypassed) {
    throw new OperatorError(
      'row_level_security_bypassed',
      'rls is on, and this database role is a superuser or has BYPASSRLS: row-level security does not hold for it.',
      'Connect as a role without those, which owns the tables or may read and write them.',
    );
  }
  if (wanted && gates !== null) {
    throw new OperatorError(
      'row_level_security_open',
      `rls is on, and other policies let rows through besides ours: ${gates}.`,
      'Drop them, or make them restrictive: CREATE POLICY ... AS RESTRICTIVE.',
    );
  }
  return walled === WALLED_TABLES.length;
}

async function switchOn(driver: Driver): Promise<void> {
  await driver
    .write({
      scope: SCOPE,
      inSteps: () => undefined,
      inRoundTrips: async (trips) => {
        await trips.finish(...statementsOf(ROW_LEVEL_SECURITY_SQL));
      },
    })
    .catch((error: unknown) => {
      if (!(error instanceof Error) || !isForbidden(error.cause)) throw error;
      throw new OperatorError(
        'row_level_security_off',
        'rls is on, and this role may not switch row-level security on for the tables.',
        `Have their owner run: ${ROW_LEVEL_SECURITY_SQL.replaceAll('\n', ' ')}`,
        error,
      );
    });
}
