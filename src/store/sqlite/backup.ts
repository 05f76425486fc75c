import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { UnavailableReason } from '../../base/errors/store-unavailable.ts';
import { reasonOf, translate } from './faults.ts';

/**
 * Copies a database, as it is at one moment, into a new file, while other connections read and write it. The file
 * appears only when it is whole, readable by its owner alone. Rejects with an `OperatorError`, or with a
 * `StoreUnavailableError`.
 */
export async function backup(path: string, target: string): Promise<void> {
  if (!existsSync(path) || path === ':memory:') {
    throw new OperatorError(
      'no_such_database',
      `There is no database file ${path} to copy.`,
      'Name it with --database-url sqlite:PATH.',
    );
  }
  if (existsSync(target)) {
    throw new OperatorError(
      'file_exists',
      `The file ${target} is there already.`,
      'Name another file, or remove this one first.',
    );
  }
  using source = openSource(path);
  const partial = `${target}.${process.pid}.partial`;
  try {
    await begin(partial);
    source.prepare('VACUUM INTO ?').run(partial);
    // SQLite leaves the time at which the copy reaches the disk to the system.
    await using copy = await open(partial, 'r+');
    await copy.sync();
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    const isOfSource = OF_THE_SOURCE.has(reasonOf(error) ?? 'other');
    if (isOfSource) throw translate(error, path);
    throw error instanceof OperatorError ? error : cannotWrite(target, error);
  }
}

/** Reasons that cannot come from the copy. */
const OF_THE_SOURCE: ReadonlySet<UnavailableReason> = new Set([
  'locked',
  'damaged',
  'not_a_database',
]);

function openSource(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 5_000 });
    // Reads, which opening alone does not.
    database.prepare('PRAGMA schema_version').get();
    return database;
  } catch (error) {
    database?.close();
    throw translate(error, path);
  }
}

function cannotWrite(path: string, error: unknown): OperatorError {
  return new OperatorError(
    'cannot_write',
    `The file ${path} cannot be written: ${messageOf(error)}`,
    'Check that the folder exists, that this user may write to it, and that it has room for a copy.',
    error,
  );
}

/** Makes the file, for its owner alone. */
async function begin(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
