/** Translation of SQLite's errors, with what the file system adds to them. */

import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnavailableError, type ReasonOn } from '../../base/errors/store-unavailable.ts';
import { databaseFiles } from './files.ts';

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISUSE = 21;
const SQLITE_RANGE = 25;
const SQLITE_NOTADB = 26;
/** Results that are the statement's own fault. All other results concern the database or its disk. */
const FAULTS_OF_THE_STATEMENT = new Set([
  SQLITE_ERROR,
  SQLITE_CONSTRAINT,
  SQLITE_MISUSE,
  SQLITE_RANGE,
]);
/** Results in which SQLite hides the error of the system. */
const FAULTS_OF_THE_SYSTEM = new Set([SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN]);

const REASONS: ReadonlyMap<number, ReasonOn<'sqlite'>> = new Map([
  [SQLITE_BUSY, 'locked'],
  [SQLITE_LOCKED, 'locked'],
  [SQLITE_READONLY, 'read_only'],
  [SQLITE_IOERR, 'disk_fault'],
  [SQLITE_CORRUPT, 'damaged'],
  [SQLITE_FULL, 'disk_full'],
  [SQLITE_CANTOPEN, 'cannot_open'],
  [SQLITE_NOTADB, 'not_a_database'],
]);

/** SQLite's primary result code; undefined: the error is not SQLite's. */
function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  // The low byte of an extended result code is the primary one.
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Returns the state of the database that an error of SQLite's shows; `undefined` for any other error. */
export function reasonOf(error: unknown): ReasonOn<'sqlite'> | undefined {
  const code = resultCode(error);
  return code === undefined ? undefined : (REASONS.get(code) ?? 'other');
}

/** Returns `true` when another connection holds the database. */
export function isLocked(error: unknown): boolean {
  return reasonOf(error) === 'locked';
}

/**
 * Turns an error that is not the statement's own fault into a `StoreUnavailableError`. Adds the reason why the file at
 * `path` cannot be used.
 */
export function translate(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === undefined || FAULTS_OF_THE_STATEMENT.has(code)) return error;
  const found = FAULTS_OF_THE_SYSTEM.has(code) ? obstacle(code, path) : undefined;
  const [reason, words] = found ?? [REASONS.get(code) ?? 'other', 'see its cause'];
  return new StoreUnavailableError(reason, `SQLite cannot take the request: ${words}`, {
    cause: error,
  });
}

/** Returns what the file system reports about a file, after a failure only. */
function obstacle(code: number, path: string): readonly [ReasonOn<'sqlite'>, string] | undefined {
  if (path === ':memory:') return undefined;
  const folder = dirname(databaseFiles(path).log);
  const refusal = [path, folder].map(writeRefusal).find((found) => found !== undefined);
  if (refusal === 'EROFS') return ['read_only', 'the file system is read-only'];
  if (refusal === 'EACCES' || refusal === 'EPERM') {
    return ['read_only', 'this user may not write to the file and its folder'];
  }
  return code === SQLITE_FULL || hasNoRoom(folder) ? ['disk_full', 'the disk is full'] : undefined;
}

/** The errno name if the file exists and is not writable, otherwise `undefined`. */
function writeRefusal(path: string): string | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : undefined;
  }
}

function hasNoRoom(folder: string): boolean {
  try {
    return statfsSync(folder).bavail === 0;
  } catch {
    return false;
  }
}
