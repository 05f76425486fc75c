import { existsSync } from 'node:fs';
import { migrate, migrationStatus, shippedMigrations, type Migration } from './migrations.ts';
import type { MigrationStatus } from './migrations.ts';
import type { Store } from './port.ts';
import { SqlStore } from './sql-store.ts';
import { SqliteDriver, type SqliteOptions } from './sqlite-driver.ts';

/** Where the data lives. */
export type DatabaseOptions = { readonly kind: 'sqlite' } & SqliteOptions;

/**
 * Opens the database, brings its schema up to date, and returns the store on it.
 * Rejects with `SchemaMismatchError` when the schema is newer than this program, and with the driver's
 * error when the database cannot be opened.
 */
export async function openStore(options: DatabaseOptions): Promise<Store> {
  const driver = await SqliteDriver.open(options);
  try {
    await migrate(driver, shippedMigrations(options.kind), Date.now());
  } catch (error) {
    await driver.close();
    throw error;
  }
  return new SqlStore(driver);
}

/** Applies the pending migrations and returns them. */
export function migrateDatabase(options: DatabaseOptions): Promise<readonly Migration[]> {
  return withDriver(options, (driver) =>
    migrate(driver, shippedMigrations(options.kind), Date.now()),
  );
}

/** Which migrations the database has and which it lacks. Makes no database where there is none. */
export async function databaseStatus(options: DatabaseOptions): Promise<MigrationStatus> {
  const shipped = shippedMigrations(options.kind);
  if (!existsSync(options.path)) return { applied: [], pending: shipped };
  return withDriver(options, (driver) => migrationStatus(driver, shipped));
}

async function withDriver<Result>(
  options: DatabaseOptions,
  work: (driver: SqliteDriver) => Promise<Result>,
): Promise<Result> {
  const driver = await SqliteDriver.open(options);
  try {
    return await work(driver);
  } finally {
    await driver.close();
  }
}
