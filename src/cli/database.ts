import { databaseName, type DatabaseOptions } from '../base/database-options.ts';
import { OperatorError } from '../base/operator-error.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/config.ts';
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
export function openingError(error: unknown, options: DatabaseOptions): unknown {
  if (error instanceof OperatorError) return error;
  if (error instanceof SchemaMismatchError) {
    return new OperatorError(
      'schema_mismatch',
      error.message,
      'Run the version of colloquy that wrote this database, or a later one, or name another with --database-url.',
      error,
    );
  }
  const reason = reasonOf(error);
  const [code, title, fix] =
    options.kind === 'sqlite' ? sqliteAdvice(reason) : postgresAdvice(reason);
  return new OperatorError(
    code,
    `The database ${databaseName(options)} ${title}: ${reason}`,
    fix,
    error,
  );
}

type Advice = readonly [code: string, title: string, fix: string];

function sqliteAdvice(reason: string): Advice {
  if (/locked|busy/.test(reason)) {
    return [
      'database_locked',
      'is held by another process',
      'Stop the process that holds it, or try again when it has finished.',
    ];
  }
  return [
    'cannot_open_database',
    'cannot be opened',
    'Check that the folder exists, that this user may write to it, and that the file is a SQLite database.',
  ];
}

const POSTGRES_FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /does not support SSL/,
    'Add sslmode=disable to the URL, if the way to the database is private.',
  ],
  [
    /certificate|self.signed|altnames/i,
    "Name the authority's certificate with sslrootcert=FILE in the URL, or take any with sslmode=require.",
  ],
  [/no encryption/, 'Add sslmode=verify-full or sslmode=require to the URL.'],
  [
    /password|authentication|role .* does not exist|SASL/i,
    'Check the user and the password in --database-url; special characters are percent-encoded.',
  ],
  [/database .* does not exist/, 'Make the database first: CREATE DATABASE, or createdb.'],
  [
    /permission denied|must be owner/,
    'Have the owner of the schema run what `colloquy migrate --sql` prints, or grant this role the right to.',
  ],
];

function postgresAdvice(reason: string): Advice {
  const fix =
    POSTGRES_FIXES.find(([pattern]) => pattern.test(reason))?.[1] ??
    'Check that PostgreSQL is running and that the host and the port in --database-url are right.';
  return ['cannot_open_database', 'cannot be opened', fix];
}

/** The message at the root of the failure. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // What several addresses of one host have thrown.
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  return error.message;
}
