import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { SqlSyntax } from './syntax.ts';
import type { Driver, Reader, Scope, Write } from './driver.ts';
import type { Query, Row } from './query.ts';
import { LEDGER, TABLE_NAMES } from '../tables.ts';
import { integer, text } from './rows.ts';

/** One frozen step of the schema. `checksum` is the SHA-256 of the file, so that an edited step is noticed. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

export interface MigrationStatus {
  readonly applied: readonly Migration[];
  readonly pending: readonly Migration[];
}

/** The schema of the database and this program do not match; `message` gives the reason. */
export class SchemaMismatchError extends Error {
  override readonly name = 'SchemaMismatchError';
}

const FOLDER = new URL('../../../migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

const CREATE_LEDGER = `
CREATE TABLE IF NOT EXISTS ${LEDGER} (
  version    INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL,
  checksum   TEXT    NOT NULL,
  applied_at BIGINT  NOT NULL
);`;

/** Selects the names of the tables in a schema of PostgreSQL, which may hold tables of other programs. */
const SELECT_POSTGRES_TABLES = `
  SELECT relname::text AS name FROM pg_class
  WHERE relnamespace = to_regnamespace(current_schema()) AND relkind IN ('r', 'p')
    AND relname IN (${TABLE_NAMES.map((name) => `'${name}'`).join(', ')})`;

/** Queries for the names of the tables in a database. */
export const SELECT_TABLES = {
  sqlite: `SELECT name FROM sqlite_schema WHERE type = 'table'`,
  postgres: SELECT_POSTGRES_TABLES,
  citus: SELECT_POSTGRES_TABLES,
};
/**
 * Excludes concurrent migrations; a write of SQLite holds the only lock there is. The number is arbitrary, and the same
 * for every process that migrates this program's schema.
 */
export const LOCK_SCHEMA: Query = {
  sql: 'SELECT pg_advisory_xact_lock(4141004141)',
  parameters: [],
};

const SELECT_APPLIED: Query = {
  sql: `SELECT version, name, checksum FROM ${LEDGER} ORDER BY version`,
  parameters: [],
};
/** The tables of a schema belong to no tenant. */
const SCOPE: Scope = { kind: 'none' };

/** The steps that ship with this program, in order. */
export function shippedMigrations({ name }: SqlSyntax): readonly Migration[] {
  const folder = new URL(name === 'sqlite' ? 'sqlite/' : 'postgres/', FOLDER);
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const [, version, step] = FILE_NAME.exec(file) ?? [];
      if (version === undefined || step === undefined) {
        throw new Error(`migration file ${file} is not named NNNN_name.sql`);
      }
      const sql = readFileSync(new URL(file, folder), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { version: Number(version), name: step, sql, checksum };
    });
}

/** Returns the applied and the pending migrations. Rejects with {@link SchemaMismatchError}. */
export async function migrationStatus(
  driver: Reader,
  shipped: readonly Migration[],
): Promise<MigrationStatus> {
  const query = { sql: SELECT_TABLES[driver.syntax.name], parameters: [] };
  const tables = await driver.read({ scope: SCOPE, query });
  if (tables.length === 0) return { applied: [], pending: shipped };
  const foreign = foreignTable(tables.map((row) => text(row, 'name')));
  if (foreign === undefined) {
    return compare(await driver.read({ scope: SCOPE, query: SELECT_APPLIED }), shipped);
  }
  throw new SchemaMismatchError(
    `The database was made by another program: it has a table ${foreign} and none of ours.`,
  );
}

/** One of another program's tables, where there are some and none of ours. */
export function foreignTable(names: readonly string[]): string | undefined {
  return names.includes(LEDGER) ? undefined : names[0];
}

/** Applies what is pending, all of it or nothing, while no other process does, and returns what it applied. */
export async function migrate(
  driver: Driver,
  shipped: readonly Migration[],
): Promise<readonly Migration[]> {
  const { pending } = await migrationStatus(driver, shipped);
  return pending.length === 0 ? [] : driver.write(migration(shipped, driver.syntax));
}

function migration(shipped: readonly Migration[], syntax: SqlSyntax): Write<readonly Migration[]> {
  // Looked at again under the lock: another process may have been first.
  const pendingOf = (applied: readonly Row[]): readonly Migration[] =>
    compare(applied, shipped).pending;
  return {
    scope: SCOPE,
    inSteps: (steps) => {
      steps.script(CREATE_LEDGER);
      const pending = pendingOf(steps.all(SELECT_APPLIED));
      for (const step of pending) steps.script(scriptOf(step, syntax));
      return pending;
    },
    inRoundTrips: async (trips) => {
      const results = await trips.send(LOCK_SCHEMA, ...statementsOf(CREATE_LEDGER), SELECT_APPLIED);
      const applied = results.at(-1) ?? [];
      const pending = pendingOf(applied);
      await trips.finish(...pending.flatMap((step) => statementsOf(scriptOf(step, syntax))));
      return pending;
    },
  };
}

/** Returns the SQL of these steps for an empty or an older database, as a script for a database's own client. */
export function migrationScript(pending: readonly Migration[], syntax: SqlSyntax): string {
  if (pending.length === 0) return '-- The schema is up to date.';
  const steps = pending.map((step) => `-- ${step.version} ${step.name}\n${scriptOf(step, syntax)}`);
  return ['BEGIN;', CREATE_LEDGER.trim(), ...steps, 'COMMIT;'].join('\n\n');
}

function scriptOf({ version, name, sql, checksum }: Migration, { now }: SqlSyntax): string {
  // Names and checksums are letters, digits and underscores.
  return `${sql.trim()}

INSERT INTO ${LEDGER} (version, name, checksum, applied_at)
VALUES (${version}, '${name}', '${checksum}', ${now});`;
}

/**
 * Splits a script into its statements, since not every database takes several at once. A script has no semicolon and
 * no `--` inside of a statement, other than in its comments.
 */
export function statementsOf(script: string): readonly Query[] {
  return script
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((sql) => ({ sql: sql.trim(), parameters: [] }))
    .filter(({ sql }) => sql !== '');
}

function compare(rows: readonly Row[], shipped: readonly Migration[]): MigrationStatus {
  const newest = shipped.at(-1)?.version ?? 0;
  for (const row of rows) {
    const known = shipped.find(({ version }) => version === integer(row, 'version'));
    if (known === undefined) {
      throw new SchemaMismatchError(
        `The database has schema version ${integer(row, 'version')} (${text(row, 'name')}); this program knows versions up to ${newest}.`,
      );
    }
    if (known.checksum !== text(row, 'checksum')) {
      throw new SchemaMismatchError(
        `Migration ${known.version} (${known.name}) was applied with other content than this program ships.`,
      );
    }
  }
  const appliedVersions = new Set(rows.map((row) => integer(row, 'version')));
  return {
    applied: shipped.filter(({ version }) => appliedVersions.has(version)),
    pending: shipped.filter(({ version }) => !appliedVersions.has(version)),
  };
}
