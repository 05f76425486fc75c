import { OperatorError } from '../base/operator-error.ts';
import type { DatabaseConfig } from '../config/settings.ts';
import { SchemaMismatchError } from '../store/migrations.ts';

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
