import { existsSync } from 'node:fs';
import type { DatabaseOptions, PostgresOptions } from '../options/database.ts';
import { NO_OBSERVER, type Observer } from '../observe/observer.ts';
import { OperatorError } from '../base/errors/operator-error.ts';
import { StoreUnavailableError } from '../base/errors/store-unavailable.ts';
import { POSTGRES, SQLITE } from './engine/syntax.ts';
import type { Driver } from './engine/driver.ts';
import { Inspection } from './inspection/inspection.ts';
import {
  migrate,
  migrationScript,
  SchemaMismatchError,
  shippedMigrations,
  type Migration,
  type MigrationStatus,
} from './engine/migrations.ts';
import {
  distributeTables,
  distributions,
  limitWorkers,
  type Distribution,
} from './postgres/citus.ts';
import type { Store } from './store.ts';
import { assertUsable, GRANT_SQL, ROW_LEVEL_SECURITY_SQL } from './postgres/preconditions.ts';
import { SqlStore, type StoreSettings } from './sql-store.ts';
import { backup } from './sqlite/backup.ts';
import { SqliteDriver } from './sqlite/driver.ts';
import { SqliteReader } from './sqlite/reader.ts';

/**
 * Opens the database, brings its schema up to date, and returns the store on it. Rejects with `SchemaMismatchError`
 * when the schema is newer than this program, and with an `OperatorError` for what the operator can mend. Rejects with
 * `StoreUnavailableError` when the database cannot be opened.
 */
export async function openStore(
  options: DatabaseOptions,
  observer: Observer = NO_OBSERVER,
  settings?: StoreSettings,
): Promise<Store> {
  try {
    const driver = await openDriver(options, observer);
    try {
      await migrateUp(driver, options);
      return new SqlStore(await withReplica(driver, options, observer), settings);
    } catch (error) {
      await driver.close();
      throw error;
    }
  } catch (error) {
    throw openingFailure(error);
  }
}

function openingFailure(error: unknown): unknown {
  const isKnown =
    error instanceof OperatorError ||
    error instanceof SchemaMismatchError ||
    error instanceof StoreUnavailableError;
  return isKnown
    ? error
    : new StoreUnavailableError('other', 'the database cannot be opened', { cause: error });
}

/** Applies the pending migrations and returns them. */
export async function migrateDatabase(options: DatabaseOptions): Promise<readonly Migration[]> {
  const driver = await openDriver(options);
  try {
    return await migrateUp(driver, options);
  } finally {
    await driver.close();
  }
}

/** Returns the applied and the pending migrations. Reads only, and creates no database. */
export async function databaseStatus(options: DatabaseOptions): Promise<MigrationStatus> {
  if (options.kind === 'sqlite' && !existsSync(options.path)) {
    return { applied: [], pending: shippedMigrations(SQLITE) };
  }
  await using inspection = await openInspection(options);
  return await inspection.migrations();
}

/** Returns the SQL that `migrateDatabase` would run. */
export async function pendingSql(options: DatabaseOptions): Promise<string> {
  const { pending } = await databaseStatus(options);
  if (options.kind === 'sqlite') return migrationScript(pending, SQLITE);
  const wall = options.rowLevelSecurity ? [ROW_LEVEL_SECURITY_SQL] : [];
  const grant = GRANT_SQL.replaceAll(/^/gm, '-- ');
  const afterwards = `-- For a role that serves and does not own the tables:\n${grant}`;
  await using inspection = await openInspection(options);
  const distribution = await inspection.pendingDistribution();
  return [migrationScript(pending, POSTGRES), ...distribution, ...wall, afterwards].join('\n\n');
}

/** Copies a SQLite database into a new file, while it is served. */
export async function backupDatabase(options: DatabaseOptions, target: string): Promise<void> {
  if (options.kind === 'sqlite') return backup(options.path, target);
  throw new OperatorError(
    'backup_of_postgres',
    'backup copies SQLite files; this database is PostgreSQL.',
    'Use pg_dump, or the snapshots of whoever runs it; `colloquy export` writes what moves anywhere.',
  );
}

/** Opens a database for reading. Creates and migrates nothing, and may run while other processes serve it. */
export async function openInspection(options: DatabaseOptions): Promise<Inspection> {
  const reader =
    options.kind === 'sqlite' ? await SqliteReader.open(options.path) : await openDriver(options);
  return new Inspection(reader, options);
}

async function migrateUp(driver: Driver, options: DatabaseOptions): Promise<readonly Migration[]> {
  const applied = await migrate(driver, shippedMigrations(driver.syntax));
  if (options.kind === 'postgres') {
    if (driver.syntax.name === 'citus') await prepareCluster(driver, options);
    await assertUsable(driver, options.rowLevelSecurity);
  }
  return applied;
}

/** Distributes the tables that migrations have added, and sets the time limits of the workers. */
async function prepareCluster(driver: Driver, options: PostgresOptions): Promise<void> {
  await distributeTables(driver);
  await limitWorkers(driver, options);
}

/** Longest time that the rows of a table take on their way to their shards. */
const LONGEST_DISTRIBUTION_MS = 24 * 60 * 60 * 1000;

/** Brings the schema up to date and distributes the tables over the nodes of a Citus cluster. */
export async function distributeDatabase(options: DatabaseOptions): Promise<{
  readonly distributed: readonly string[];
  readonly tables: readonly Distribution[];
}> {
  if (options.kind === 'sqlite') throw citusAbsent('this database is SQLite');
  const patient = { ...options, statementTimeoutMs: LONGEST_DISTRIBUTION_MS };
  const { PostgresDriver } = await import('./postgres/driver.ts');
  const driver = await PostgresDriver.open(patient);
  try {
    if (!driver.hasCitus) throw citusAbsent('this database has no Citus');
    await migrate(driver, shippedMigrations(driver.syntax));
    const distributed = await distributeTables(driver);
    return { distributed, tables: await distributions(driver) };
  } finally {
    await driver.close();
  }
}

function citusAbsent(reason: string): OperatorError {
  return new OperatorError(
    'citus_absent',
    `Only Citus distributes tables, and ${reason}.`,
    'Install Citus on each node, run CREATE EXTENSION citus in the database, add the workers with citus_add_node, and run `colloquy migrate distribute` again.',
  );
}

async function openDriver(
  options: DatabaseOptions,
  observer: Observer = NO_OBSERVER,
): Promise<Driver> {
  if (options.kind === 'sqlite') return SqliteDriver.open(options, observer);
  // Loaded only where it is used: start-up is felt.
  const { PostgresDriver } = await import('./postgres/driver.ts');
  return PostgresDriver.open(options, observer);
}

/** Adds the replica that the settings name to the driver of a primary. */
async function withReplica(
  driver: Driver,
  options: DatabaseOptions,
  observer: Observer,
): Promise<Driver> {
  if (options.kind === 'sqlite' || options.replica === undefined) return driver;
  const { PostgresDriver } = await import('./postgres/driver.ts');
  const { ReplicatedDriver } = await import('./postgres/replicated-driver.ts');
  return driver instanceof PostgresDriver
    ? ReplicatedDriver.open(driver, options.replica, options, observer)
    : driver;
}
