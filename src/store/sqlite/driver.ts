import { DatabaseSync } from 'node:sqlite';
import type { SqliteOptions } from '../../options/database.ts';
import { NO_OBSERVER, type Observer, type StoreGauges } from '../../observe/observer.ts';
import { beginCall, type StoreCall } from '../../observe/store-calls.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import { SQLITE } from '../engine/syntax.ts';
import type { Driver, Read, Steps, Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { DatabaseFile } from './database-file.ts';
import { isLocked, translate } from './faults.ts';

import { BLOCKING_WAIT_MS, openFile } from './open-file.ts';
import { SqliteSteps } from './steps.ts';
import { whileLocked } from './while-locked.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/** Writes that share one commit; more wait for the next, so that one commit never holds up the rest for long. */
const LARGEST_BATCH = 256;
/** Most writes that may wait; with more, the database is not keeping up, and callers get an error. */
const LONGEST_QUEUE = 10_000;

const SAVEPOINT: Query = { sql: 'SAVEPOINT job', parameters: [] };
const RELEASE: Query = { sql: 'RELEASE job', parameters: [] };

interface Job {
  readonly work: (steps: Steps) => unknown;
  readonly erases: boolean;
  readonly call: StoreCall;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly result: unknown } | { readonly error: unknown };

/**
 * SQLite in WAL mode on one connection.
 *
 * Group commit: writes queue up, and one transaction takes all that have arrived, so that one sync to disk serves them
 * all. If a write fails after a change of its own, all are undone and run again, each after a savepoint, so that it
 * fails alone. No write is answered before the commit has returned.
 */
export class SqliteDriver implements Driver {
  readonly syntax = SQLITE;
  readonly #path: string;
  readonly #file: DatabaseFile;
  readonly #database: DatabaseSync;
  readonly #steps: SqliteSteps;
  readonly #log: WriteAheadLog;
  readonly #observer: Observer;
  readonly #queue: Job[] = [];
  #draining: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(path: string, database: DatabaseSync, observer: Observer) {
    this.#path = path;
    this.#file = DatabaseFile.of(path);
    this.#observer = observer;
    this.#database = database;
    this.#steps = new SqliteSteps(database);
    this.#log = new WriteAheadLog(
      this.#steps,
      () => this.#closed === undefined && this.#draining === undefined,
    );
  }

  /**
   * Opens or creates the database. Rejects with a `StoreUnavailableError` when the file cannot be used.
   */
  static async open(
    options: Omit<SqliteOptions, 'kind'>,
    observer: Observer = NO_OBSERVER,
  ): Promise<SqliteDriver> {
    const database = await openFile(options);
    try {
      return new SqliteDriver(options.path, database, observer);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  async read({ query }: Read): Promise<readonly Row[]> {
    this.#assertOpen();
    const call = beginCall('read', 'sqlite');
    try {
      return this.#steps.all(query);
    } catch (error) {
      if (!isLocked(error)) throw translate(error, this.#path);
      return await this.#readWhileLocked(query);
    } finally {
      call.ended = performance.now();
    }
  }

  async #readWhileLocked(query: Query): Promise<readonly Row[]> {
    try {
      return await whileLocked(() => this.#steps.all(query));
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  write<Result>({ inSteps, erases = false }: Write<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#assertOpen();
      if (this.#queue.length >= LONGEST_QUEUE) {
        throw new StoreUnavailableError('overloaded', 'too many writes are waiting');
      }
      this.#queue.push({
        work: inSteps,
        erases,
        call: beginCall('write', 'sqlite'),
        // Sound: `resolve` is called with what this very `work` returned.
        resolve: resolve as (result: unknown) => void,
        reject,
      });
      this.#draining ??= this.#drain();
    });
  }

  async snapshot<Result>(
    work: (read: (query: Query) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    this.#assertOpen();
    // A separate connection, with an open transaction that keeps its first view; a database in memory has only the one.
    if (this.#path === ':memory:') return work(async (query) => this.#steps.all(query));
    this.#file.assertInPlace();
    using database = new DatabaseSync(this.#path, { readOnly: true, timeout: BLOCKING_WAIT_MS });
    database.exec('BEGIN');
    const steps = new SqliteSteps(database);
    return await work(async (query) => {
      try {
        return steps.all(query);
      } catch (error) {
        throw translate(error, this.#path);
      }
    });
  }

  gauges(): StoreGauges {
    return { queued: this.#queue.length, connections: undefined };
  }

  async close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    await this.#draining;
    this.#log.empty();
    this.#database.close();
  }

  #assertOpen(): void {
    if (this.#closed !== undefined)
      throw new StoreUnavailableError('closed', 'the store is closed');
  }

  /** Waits while each iteration of the event loop brings more writes, which join the commit. */
  async #gather(): Promise<void> {
    let waiting: number;
    do {
      waiting = this.#queue.length;
      await new Promise(setImmediate);
    } while (this.#queue.length > waiting && this.#queue.length < LARGEST_BATCH);
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gather();
      const batch = this.#queue.splice(0, LARGEST_BATCH);
      try {
        const outcomes = await this.#commit(batch);
        settle(batch, outcomes);
        // After the answers: an error of an observer must not undo what is done.
        this.#note(batch, outcomes);
        this.#log.emptyIfOverdue();
      } catch (error) {
        this.#giveUp(batch, error);
      }
    }
    this.#draining = undefined;
    this.#log.emptyIfAsked();
  }

  /** Undoes the batch and rejects its writes with the reason. */
  #giveUp(batch: readonly Job[], error: unknown): void {
    try {
      this.#rollBack();
    } catch {
      // A disk that fails may fail that too; the next batch begins with it.
    }
    const failure = translate(error, this.#path);
    const now = performance.now();
    for (const { call, reject } of batch) {
      // A write that never started has waited until now.
      if (call.started === call.began) call.started = now;
      call.ended = now;
      reject(failure);
    }
    // Emptying it frees what the log takes of a full disk. And a file that has been moved gets what was acknowledged.
    const reason = failure instanceof StoreUnavailableError ? failure.reason : undefined;
    if (reason === 'disk_full' || reason === 'file_gone') {
      this.#log.askToEmpty();
      this.#log.emptyIfAsked();
    }
  }

  async #commit(batch: readonly Job[]): Promise<readonly Outcome[]> {
    await this.#begin(batch);
    let outcomes = this.#runTogether(batch);
    if (outcomes === undefined) {
      await this.#begin(batch);
      outcomes = this.#runApart(batch);
    }
    this.#file.assertInPlace();
    this.#database.exec('COMMIT');
    return outcomes;
  }

  async #begin(batch: readonly Job[]): Promise<void> {
    // Of the batch's first run, or of one that could not even be undone.
    this.#rollBack();
    await whileLocked(() => {
      this.#database.exec('BEGIN IMMEDIATE');
    }, batch[0]?.call.began);
    const now = performance.now();
    for (const { call } of batch) call.started = now;
  }

  #note(batch: readonly Job[], outcomes: readonly Outcome[]): void {
    const now = performance.now();
    for (const { call } of batch) call.ended = now;
    const done = batch.filter((_, index) => 'result' in (outcomes[index] ?? {}));
    if (done.some(({ erases }) => erases)) this.#log.askToEmpty();
    const [first] = done;
    if (first === undefined) return;
    const { began, started } = first.call;
    this.#observer.committed({
      writes: done.length,
      waited: started - began,
      took: now - started,
    });
  }

  /** Returns `undefined` when a write has failed after a change of its own, which the other writes must not commit. */
  #runTogether(batch: readonly Job[]): readonly Outcome[] | undefined {
    const outcomes: Outcome[] = [];
    for (const job of batch) {
      const watched = this.#steps.watch(() => job.work(this.#steps));
      if ('result' in watched) {
        outcomes.push(watched);
        continue;
      }
      // A full disk ends the whole transaction.
      if (watched.hasChanged || !this.#database.isTransaction) return undefined;
      outcomes.push({ error: translate(watched.error, this.#path) });
    }
    return outcomes;
  }

  /** Runs each write after a savepoint, to which a failing one is rolled back. */
  #runApart(batch: readonly Job[]): readonly Outcome[] {
    return batch.map((job) => {
      this.#steps.run(SAVEPOINT);
      try {
        const result = job.work(this.#steps);
        this.#steps.run(RELEASE);
        return { result };
      } catch (error) {
        // A full disk ends the whole transaction: none of the batch is stored, and each write must fail.
        if (!this.#database.isTransaction) throw error;
        this.#database.exec('ROLLBACK TO job; RELEASE job');
        return { error: translate(error, this.#path) };
      }
    });
  }

  #rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }
}

function settle(batch: readonly Job[], outcomes: readonly Outcome[]): void {
  batch.forEach((job, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) throw new Error('a write has no outcome');
    if ('error' in outcome) job.reject(outcome.error);
    else job.resolve(outcome.result);
  });
}
