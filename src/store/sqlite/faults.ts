import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../port.ts';

/** How long a request waits in total, between tries and off the event loop, for another process to let go. */
const LONGEST_WAIT_MS = 30_000;
const WAIT_BETWEEN_TRIES_MS = 10;
/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
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

/** SQLite's primary result code; undefined: the error is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  // The low byte of an extended result code is the primary one.
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Whether another process holds what was asked for. */
export function isLocked(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

/** What the port rejects with. */
export function translate(error: unknown): unknown {
  const code = resultCode(error);
  return code === undefined || FAULTS_OF_THE_STATEMENT.has(code)
    ? error
    : new StoreUnavailableError('SQLite cannot take the request', { cause: error });
}

/** Calls `attempt` again while another process holds the database, without blocking this one. */
export async function whileLocked<Result>(
  attempt: () => Result,
  since: number = performance.now(),
): Promise<Result> {
  const deadline = since + LONGEST_WAIT_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error;
    }
    await sleep(WAIT_BETWEEN_TRIES_MS);
  }
}
