import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import { explanationOf, type Explanation } from '../../base/errors/unavailable-reasons.ts';
import { databaseName, type DatabaseOptions } from '../../options/database.ts';
import { SchemaMismatchError, type Migration } from '../../store/engine/migrations.ts';

/** Turns any error of opening a database into an error for the operator. */
export function openingError(error: unknown, options: DatabaseOptions): OperatorError {
  if (error instanceof OperatorError) return error;
  if (error instanceof SchemaMismatchError) {
    return new OperatorError(
      'schema_mismatch',
      error.message,
      'Run the version of colloquy that wrote this database, or a later one, or name another with --database-url.',
      error,
    );
  }
  const { inUse, atStart } = explanationFor(error, options);
  const detail = rootMessage(error);
  const known = atStart.fixByMessage?.find(([message]) => message.test(detail));
  return new OperatorError(
    atStart.code,
    `The database ${databaseName(options)} cannot be opened: ${withDetail(inUse?.cause, detail)}`,
    known?.[1] ?? atStart.fix,
    error,
  );
}

/** Returns an error of the store or its schema as an error for the operator, and any other error unchanged. */
export function storeError(error: unknown, options: DatabaseOptions): unknown {
  return error instanceof StoreUnavailableError || error instanceof SchemaMismatchError
    ? openingError(error, options)
    : error;
}

/** Returns the error of a store that became unavailable while a command used it. */
export function unavailableError(
  error: StoreUnavailableError,
  options: DatabaseOptions,
): OperatorError {
  const { inUse } = explanationFor(error, options);
  const detail = rootMessage(error);
  return new OperatorError(
    'database_unavailable',
    `The database ${databaseName(options)} takes no requests right now: ${withDetail(inUse?.cause, detail)}`,
    `${inUse?.fix ?? 'Look into the log of the database.'} Then run the command again.`,
    error,
  );
}

export function olderSchema(name: string, applied: readonly Migration[]): OperatorError {
  return new OperatorError(
    'schema_is_older',
    `The database ${name} has schema version ${applied.at(-1)?.version ?? 0}, which is older than this program.`,
    'Bring it up to date with `colloquy migrate up`, or name another one with --database-url.',
  );
}

function explanationFor(error: unknown, { kind }: DatabaseOptions): Explanation {
  return explanationOf(error instanceof StoreUnavailableError ? error.reason : 'other', kind);
}

function withDetail(cause: string | undefined, detail: string): string {
  return cause === undefined ? detail : `${cause} (${detail})`;
}

/** Returns the message at the root of the failure. */
function rootMessage(error: unknown): string {
  const isLink = error instanceof Error && error.cause instanceof Error;
  return isLink ? rootMessage(error.cause) : messageOf(error);
}
