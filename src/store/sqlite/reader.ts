import { existsSync, statSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { SQLITE } from '../engine/syntax.ts';
import type { Read, Reader } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import { reasonOf, translate } from './faults.ts';
import { databaseFiles } from './files.ts';
import { BLOCKING_WAIT_MS } from './open-file.ts';
import { SqliteSteps } from './steps.ts';
import { whileLocked } from './while-locked.ts';

/**
 * A SQLite file that is only read: it is not created or changed, and no file is left next to it.
 *
 * An ordinary reader would create an index of the log, and an empty log where there is none. Without a log, no process
 * has the file open, and it is read as unchanging. If a server opens it meanwhile, that is noticed, and the data is
 * read again in the ordinary way.
 */
export class SqliteReader implements Reader {
  readonly syntax = SQLITE;
  readonly #path: string;
  #database: DatabaseSync;
  #steps: SqliteSteps;
  /** The state of the file when it was opened as unchanging. */
  #unchanging: string | undefined;

  private constructor(path: string) {
    this.#path = path;
    this.#unchanging = existsSync(databaseFiles(path).log) ? undefined : this.#appearance();
    this.#database = this.#open();
    this.#steps = new SqliteSteps(this.#database);
  }

  /** Rejects with an `OperatorError` when there is no file or no way to it, and with a `StoreUnavailableError`. */
  static async open(path: string): Promise<SqliteReader> {
    const found = await stat(path).catch((error: unknown) => {
      throw unreachable(path, error);
    });
    if (!found.isFile()) throw unreachable(path, new Error('it is not a file'));
    try {
      return new SqliteReader(path);
    } catch (error) {
      throw translate(error, path);
    }
  }

  async read({ query }: Read): Promise<readonly Row[]> {
    // An iteration of the event loop for each, in which a signal to stop is noticed.
    await new Promise(setImmediate);
    const rows = await this.#all(query);
    if (this.#unchanging === undefined || this.#unchanging === this.#appearance()) {
      return unwrap(rows);
    }
    this.#unchanging = undefined;
    this.#database.close();
    this.#database = this.#open();
    this.#steps = new SqliteSteps(this.#database);
    return unwrap(await this.#all(query));
  }

  async close(): Promise<void> {
    // It is not open where opening it again has failed.
    if (this.#database.isOpen) this.#database.close();
  }

  #open(): DatabaseSync {
    const url = pathToFileURL(this.#path);
    if (this.#unchanging !== undefined) url.search = 'immutable=1';
    return new DatabaseSync(url, { readOnly: true, timeout: BLOCKING_WAIT_MS });
  }

  async #all(query: Query): Promise<Outcome> {
    try {
      return { rows: await whileLocked(() => this.#steps.all(query)) };
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      const message = 'SQLite cannot read the file';
      return { error: new StoreUnavailableError(reason, message, { cause: error }) };
    }
  }

  #appearance(): string {
    const { log, database } = databaseFiles(this.#path);
    const { mtimeMs, size, ino }: Stats = statSync(database);
    return [existsSync(log), mtimeMs, size, ino].join(' ');
  }
}

type Outcome = { readonly rows: readonly Row[] } | { readonly error: StoreUnavailableError };

function unwrap(outcome: Outcome): readonly Row[] {
  if ('error' in outcome) throw outcome.error;
  return outcome.rows;
}

function unreachable(path: string, error: unknown): OperatorError {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return new OperatorError(
      'no_such_database',
      `There is no database file ${path}.`,
      'Name the right one with --database-url, or make this one with `colloquy migrate up`.',
      error,
    );
  }
  return new OperatorError(
    'cannot_open_database',
    `The database file ${path} cannot be reached: ${messageOf(error)}`,
    'Run this as the user that serves, and let that user enter the folder and read the file.',
    error,
  );
}
