import { databaseName, type DatabaseOptions } from '../options/database.ts';
import { OperatorError, type OperatorCode } from '../base/errors/operator-error.ts';
import { StoreUnavailableError, type UnavailableReason } from '../base/errors/store-unavailable.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/config.ts';
import type { Inspection } from '../store/inspection/inspection.ts';
import { SchemaMismatchError, type Migration } from '../store/engine/migrations.ts';
import { databaseStatus, openInspection, openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { CommandContext } from './command.ts';

interface StoreUse {
  /** The settings among the command's arguments, and the names of its own flags. */
  readonly settings: readonly string[];
  readonly otherFlags: readonly string[];
  /** Whether the command may begin a database; others want one that is there. */
  readonly begins: boolean;
}

/** Runs a command on the configured database and closes it. */
export async function withStore(
  { environment }: CommandContext,
  { settings, otherFlags, begins }: StoreUse,
  work: (store: Store, config: Config) => Promise<void>,
): Promise<void> {
  const config = await loadConfig({
    arguments: settings,
    environment,
    otherFlags: otherFlags.map((name) => `--${name}`),
  });
  await assertCurrent(config.database, begins);
  const store = await openStore(config.database).catch((error: unknown) => {
    throw openingError(error, config.database);
  });
  try {
    await work(store, config).catch((error: unknown) => {
      throw error instanceof StoreUnavailableError ? awayError(error, config.database) : error;
    });
  } finally {
    await store.close();
  }
}

function awayError(error: StoreUnavailableError, options: DatabaseOptions): OperatorError {
  return new OperatorError(
    'database_unavailable',
    `The database ${databaseName(options)} cannot take more right now: ${reasonOf(error)}`,
    'See to the database, and run the command again.',
    error,
  );
}

/**
 * A mistyped name must not pass for a database with nothing in it. Nor is a schema migrated by the way: an older
 * server may be using it.
 */
async function assertCurrent(options: DatabaseOptions, begins: boolean): Promise<void> {
  const { applied, pending } = await databaseStatus(options).catch((error: unknown) => {
    throw openingError(error, options);
  });
  if (applied.length > 0 && pending.length > 0) throw olderSchema(databaseName(options), applied);
  if (applied.length > 0 || begins) return;
  throw new OperatorError(
    'no_such_database',
    `There is no database of colloquy at ${databaseName(options)}.`,
    'Name the right one with --database-url, or make this one with `colloquy migrate up`.',
  );
}

export function olderSchema(name: string, applied: readonly Migration[]): OperatorError {
  return new OperatorError(
    'schema_is_older',
    `The database ${name} has schema version ${applied.at(-1)?.version ?? 0}, which is older than this program.`,
    'Bring it up to date with `colloquy migrate up`, or name another one with --database-url.',
  );
}

/** Runs a command that looks at the configured database and changes nothing. */
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

/** What looking at a database throws, in words for an operator; the program's own faults stay as they are. */
export function storeError(error: unknown, options: DatabaseOptions): unknown {
  return error instanceof StoreUnavailableError || error instanceof SchemaMismatchError
    ? openingError(error, options)
    : error;
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
  const [code, title, fix] = openingAdvice(error, options);
  return new OperatorError(
    code,
    `The database ${databaseName(options)} ${title}: ${reasonOf(error)}`,
    fix,
    error,
  );
}

type Advice = readonly [code: OperatorCode, title: string, fix: string];

function openingAdvice(error: unknown, { kind }: DatabaseOptions): Advice {
  const known = error instanceof StoreUnavailableError ? OPENING[kind][error.reason] : undefined;
  if (known !== undefined) return known;
  const fix = kind === 'sqlite' ? SQLITE_FIX : postgresFix(reasonOf(error));
  return ['cannot_open_database', 'cannot be opened', fix];
}

type AdviceByReason = Readonly<Partial<Record<UnavailableReason, Advice>>>;

const OPENING: Readonly<Record<DatabaseOptions['kind'], AdviceByReason>> = {
  sqlite: {
    locked: [
      'database_locked',
      'is held by another process',
      'Stop the process that holds it, or try again when it has finished.',
    ],
    damaged: [
      'database_damaged',
      'is damaged',
      'Stop the server, keep its files as they are, and restore the last copy that `colloquy backup` made.',
    ],
    not_a_database: [
      'cannot_open_database',
      'cannot be opened',
      'Name the right file with --database-url; this one is not of SQLite, or its beginning is lost.',
    ],
    disk_full: [
      'disk_full',
      'cannot be used, since the disk is full',
      'Free some space on the volume of the database, and start again.',
    ],
    read_only: [
      'database_read_only',
      'cannot be written',
      'Mount the volume of the database for writing, and let this user write to the file and to its folder, in which a log is kept beside it.',
    ],
  },
  postgres: {
    no_connections_left: [
      'cannot_open_database',
      'cannot be opened',
      'Lower --database-pool-size, or raise the limit of the server or of the role.',
    ],
  },
};

const SQLITE_FIX =
  'Check that the folder exists, that this user may write to it, and that the file is a SQLite database.';

const POSTGRES_FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /client password must be/,
    'The server wants a password: put one into the URL, or set PGPASSWORD.',
  ],
  [
    /prepared statement/,
    'The pooler in between does not carry prepared statements: add --database-prepared-statements off, or set its max_prepared_statements.',
  ],
  [/statement timeout/, 'Let statements run longer: --database-statement-timeout 0.'],
  [/not permitted to log in/, 'Let the role log in: ALTER ROLE ... LOGIN.'],
  [
    /altnames/,
    'Connect by a name that the certificate has, or check the authority alone with sslmode=verify-ca.',
  ],
  [
    /does not support SSL/,
    'Add sslmode=disable to the URL, if the way to the database is private.',
  ],
  [
    /certificate|self.signed/i,
    "Name the authority's certificate with sslrootcert=FILE in the URL, or take any with sslmode=require.",
  ],
  [/no encryption/, 'Add sslmode=verify-full or sslmode=require to the URL.'],
  [
    /password|authentication|role .* does not exist|SASL/i,
    'Check the user and the password in --database-url; special characters are percent-encoded.',
  ],
  [/database .* does not exist/, 'Make the database first: CREATE DATABASE, or createdb.'],
  [
    /permission denied|must be owner|no schema has been selected/,
    'Have the owner of the schema run what `colloquy migrate --sql` prints, with the GRANT at its end for this role, which also needs USAGE on the schema.',
  ],
];

function postgresFix(reason: string): string {
  return (
    POSTGRES_FIXES.find(([pattern]) => pattern.test(reason))?.[1] ??
    'Check that PostgreSQL is running and that the host and the port in --database-url are right.'
  );
}

/** The message at the root of the failure. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // What several addresses of one host have thrown.
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  return error.message;
}
