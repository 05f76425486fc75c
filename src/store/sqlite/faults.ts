/** What SQLite's errors say, and what the file system knows besides. */

import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../../base/operator-error.ts';
import { StoreUnavailableError } from '../port.ts';

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISUSE = 21;
const SQLITE_RANGE = 25;
/** Results that are the statement's own fault. All others say something of the database or its disk. */
const FAULTS_OF_THE_STATEMENT = new Set([
  SQLITE_ERROR,
  SQLITE_CONSTRAINT,
  SQLITE_MISUSE,
  SQLITE_RANGE,
]);
/** Results behind which SQLite hides what the system told it. */
const FAULTS_OF_THE_SYSTEM = new Set([SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN]);

/** SQLite's primary result code; undefined: the error is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  // The low byte of an extended result code is the primary one.
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Whether another connection holds the database. */
export function isLocked(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

/** Whether the disk of the database has no room left. */
export function isOutOfRoom(error: unknown): boolean {
  return resultCode(error) === SQLITE_FULL;
}

/** What is no fault of the statement becomes a `StoreUnavailableError`, with what keeps the file at `path` from being used. */
export function translate(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === undefined || FAULTS_OF_THE_STATEMENT.has(code)) return error;
  const found = obstacle(code, path);
  const message = 'SQLite cannot take the request';
  return new StoreUnavailableError(found === undefined ? message : `${message}: ${found}`, {
    cause: error,
  });
}

/** Why a database could not be opened, with what to do; the error itself where that is not known. */
export function openingFault(error: unknown, path: string): unknown {
  const code = resultCode(error);
  const found = code === undefined ? undefined : obstacle(code, path);
  if (found === undefined) return error;
  const { code: name, fix } = OBSTACLES[found];
  return new OperatorError(
    name,
    `The database sqlite:${path} cannot be used: ${found}.`,
    fix,
    error,
  );
}

const OBSTACLES = {
  'the disk is full': {
    code: 'disk_full',
    fix: 'Free some space on the volume of the database, and start again.',
  },
  'read-only file system': {
    code: 'database_read_only',
    fix: 'Mount the volume of the database for writing, and start again.',
  },
  'readonly database, to this user': {
    code: 'database_read_only',
    fix: 'Let this user write to the database file and to its folder, in which a log is kept beside it.',
  },
} as const;

/** What the file system says when it is asked; only ever after a failure. */
function obstacle(code: number, path: string): keyof typeof OBSTACLES | undefined {
  if (!FAULTS_OF_THE_SYSTEM.has(code) || path === ':memory:') return undefined;
  const folder = dirname(path);
  const refusal = [path, folder].map(writeRefusal).find((found) => found !== undefined);
  if (refusal === 'EROFS') return 'read-only file system';
  if (refusal === 'EACCES' || refusal === 'EPERM') return 'readonly database, to this user';
  return code === SQLITE_FULL || hasNoRoom(folder) ? 'the disk is full' : undefined;
}

/** The system's name for why a file cannot be written; one that is not there can be, as far as it goes. */
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
