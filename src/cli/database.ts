import { OperatorError } from '../base/operator-error.ts';
import { loadConfig } from '../config/load.ts';
import type { Config, DatabaseConfig } from '../config/config.ts';
import { SchemaMismatchError } from '../store/migrations.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/port.ts';
import type { CommandContext } from './command.ts';

/**
 * Runs a command on the configured database and closes it. `args` are the settings among the command's
 * arguments, `otherFlags` the names of its own.
 */
export async function withStore(
  { environment }: CommandContext,
  args: readonly string[],
  otherFlags: readonly string[],
  work: (store: Store, config: Config) => Promise<void>,
): Promise<void> {
  const config = await loadConfig({
    arguments: args,
    environment,
    otherFlags: otherFlags.map((name) => `--${name}`),
  });
  const store = await openStore(config.database).catch((error: unknown) => {
    throw openingError(error, config.database);
  });
  try {
    await work(store, config);
  } finally {
    await store.close();
  }
}

/** Says what keeps a database from being opened, and what to do. */
export function openingError(error: unknown, { path }: DatabaseConfig): unknown {
  if (error instanceof OperatorError) return error;
  if (error instanceof SchemaMismatchError) {
    return new OperatorError(
      'schema_mismatch',
      error.message,
      'Run the version of colloquy that wrote this database, or a later one, or name another with --database-url.',
      error,
    );
  }
  const reason = error instanceof Error ? rootCause(error).message : String(error);
  if (/locked|busy/.test(reason)) {
    return new OperatorError(
      'database_locked',
      `The database ${path} is held by another process: ${reason}`,
      'Stop the process that holds it, or try again when it has finished.',
      error,
    );
  }
  return new OperatorError(
    'cannot_open_database',
    `The database ${path} cannot be opened: ${reason}`,
    'Check that the folder exists, that this user may write to it, and that the file is a SQLite database.',
    error,
  );
}

function rootCause(error: Error): Error {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}
