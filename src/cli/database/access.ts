import { OperatorError } from '../../base/errors/operator-error.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { databaseName, type DatabaseOptions } from '../../options/database.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { databaseStatus, openInspection, openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import type { CommandContext } from '../command.ts';
import { olderSchema, openingError, storeError, unavailableError } from './errors.ts';

export interface StoreUse {
  /** Settings among the command's arguments. */
  readonly settings: readonly string[];
  /** Names of the command's own flags. */
  readonly otherFlags: readonly string[];
  /** Whether the command may create a database. If it may not, the database must exist. */
  readonly createsDatabase: boolean;
}

/** Opens the configured store, runs `work` on it, and closes it. */
export async function withStore(
  { environment }: CommandContext,
  { settings, otherFlags, createsDatabase }: StoreUse,
  work: (store: Store, config: Config) => Promise<void>,
): Promise<void> {
  const config = await loadConfig({
    arguments: settings,
    environment,
    otherFlags: otherFlags.map((name) => `--${name}`),
  });
  const { database } = config;
  await assertCurrent(database, createsDatabase);
  const store = await openStore(onPrimary(database)).catch((error: unknown) => {
    throw openingError(error, database);
  });
  try {
    await work(store, config).catch((error: unknown) => {
      throw error instanceof StoreUnavailableError ? unavailableError(error, database) : error;
    });
  } finally {
    await store.close();
  }
}

/** A command of an operator sees what is stored at its moment. */
function onPrimary(options: DatabaseOptions): DatabaseOptions {
  return options.kind === 'sqlite' ? options : { ...options, replica: undefined };
}

/** Opens the configured database for reading, runs `work` on it, and closes it. Changes nothing. */
export async function withInspection(
  options: DatabaseOptions,
  work: (inspection: Inspection) => Promise<void>,
): Promise<void> {
  await using inspection = await openInspection(options).catch((error: unknown) => {
    throw openingError(error, options);
  });
  await work(inspection).catch((error: unknown) => {
    throw storeError(error, options);
  });
}

/**
 * Refuses a database that does not exist, so that a mistyped name does not pass for an empty database. Refuses an
 * older schema too: an older server may still use it, so a command must not migrate it.
 */
async function assertCurrent(options: DatabaseOptions, createsDatabase: boolean): Promise<void> {
  const { applied, pending } = await databaseStatus(options).catch((error: unknown) => {
    throw openingError(error, options);
  });
  if (applied.length > 0 && pending.length > 0) throw olderSchema(databaseName(options), applied);
  if (applied.length > 0 || createsDatabase) return;
  throw new OperatorError(
    'no_such_database',
    `There is no database of colloquy at ${databaseName(options)}.`,
    'Name the right one with --database-url, or create this one with `colloquy migrate up`.',
  );
}
