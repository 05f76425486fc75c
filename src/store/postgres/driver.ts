import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { PostgresOptions } from '../../options/database.ts';
import { messageOf } from '../../base/errors/message-of.ts';
import { NO_OBSERVER, type Observer, type StoreGauges } from '../../observe/observer.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { beginCall, type StoreCall } from '../../observe/store-calls.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { Driver, Read, Scope, Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { findCitus, syntaxOf, type CitusDatabase } from './citus.ts';
import { clientConfig } from './client-config.ts';
import { faultOf, leavesFateUnknown, reasonOf } from './faults.ts';
import { inTime } from './in-time.ts';
import { loadPackage, tidy } from './package.ts';
import { NO_SCOPE_QUERIES, scopeQueriesOf, type ScopeQueries } from './scope-queries.ts';
import { StatementCache } from './statement-cache.ts';
import { PostgresTransaction, type AfterCommit, type AttemptOptions } from './transaction.ts';

/** Longest time during which a request is retried while the database restarts or another one takes its place. */
const LONGEST_WAIT_MS = 5_000;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/** Timeout of an impatient read. */
const IMPATIENCE_MS = 2_000;
/** Most conflicts of a transaction before it is given up. */
const MOST_CONFLICTS = 8;
/** Most connections in a row that may have lost the prepared statements. */
const MOST_STALE = 50;
/** Most retries of a write that met a duplicate key, which another transaction may just have added. */
const MOST_DUPLICATES = 3;
/**
 * Most requests that may wait for a connection; with more, the database is not keeping up, and callers get an error.
 */
const LONGEST_QUEUE = 10_000;
/** Time beyond the server's own limits after which its connection counts as broken. */
const GRACE_MS = 5_000;
const UNLIMITED_STATEMENT_MS = 300_000;
/** The message of the `pg` package's pool when no connection became free in time. */
const POOL_TIMEOUT = 'timeout exceeded when trying to connect';

/** Thrown by an attempt that failed in the database. */
class AttemptError extends Error {
  /** `true` when the connection broke during the commit, which may therefore have happened. */
  readonly isFateUnknown: boolean;

  constructor(cause: unknown, isFateUnknown: boolean) {
    super('the database failed', { cause });
    this.isFateUnknown = isFateUnknown;
  }
}

/**
 * PostgreSQL, and databases with its protocol, through a pool of connections.
 *
 * A transaction that conflicted with another one runs again. A broken connection is replaced, and its work runs again
 * where that is safe: reads, and writes that had not begun to commit. A commit of unknown outcome is looked for first;
 * if it cannot be found out, the write is given up and never counts as done.
 */
export class PostgresDriver implements Driver {
  readonly syntax: SqlSyntax;
  /** Whether the database has the extension that distributes tables. */
  readonly hasCitus: boolean;
  readonly #pool: Pool;
  readonly #statements: StatementCache;
  readonly #timeoutMs: number;
  readonly #scopeQueries: ScopeQueries;
  readonly #observer: Observer;
  #closed: Promise<void> | undefined;

  private constructor(
    pool: Pool,
    options: PostgresOptions,
    citus: CitusDatabase | undefined,
    observer: Observer,
  ) {
    this.#pool = pool;
    this.syntax = syntaxOf(citus);
    this.hasCitus = citus !== undefined;
    this.#observer = observer;
    this.#statements = new StatementCache(options.preparedStatements);
    this.#scopeQueries = options.rowLevelSecurity ? scopeQueriesOf(citus) : NO_SCOPE_QUERIES;
    const { statementTimeoutMs, lockTimeoutMs } = options;
    this.#timeoutMs = (statementTimeoutMs || UNLIMITED_STATEMENT_MS) + lockTimeoutMs + GRACE_MS;
  }

  /** Connects once, so that a wrong address or password is noticed now. Rejects with what is wrong. */
  static async open(
    options: PostgresOptions,
    observer: Observer = NO_OBSERVER,
  ): Promise<PostgresDriver> {
    const { Client, Pool } = await loadPackage();
    const pool = new Pool({ ...(await clientConfig(options)), Client: tidy(Client) });
    // A connection that breaks while it is idle is replaced at the next use.
    pool.on('error', () => undefined);
    try {
      const run = async (sql: string) => (await pool.query<Record<string, unknown>>(sql)).rows;
      const [server] = await run('SHOW server_encoding');
      assertUtf8(server?.['server_encoding']);
      return new PostgresDriver(pool, options, await findCitus(run), observer);
    } catch (error) {
      await pool.end();
      if (error instanceof OperatorError) throw error;
      const message = `PostgreSQL cannot be opened: ${messageOf(error)}`;
      throw new StoreUnavailableError(reasonOf(error), message, { cause: error });
    }
  }

  read({ scope, query, isImpatient = false }: Read): Promise<readonly Row[]> {
    if (!isImpatient) return this.#persisting(LONGEST_WAIT_MS, () => this.#readOnce(scope, query));
    const reading = this.#persisting(0, () => this.#readOnce(scope, query, IMPATIENCE_MS));
    return inTime(reading, IMPATIENCE_MS);
  }

  write<Result>(write: Write<Result>, afterCommit?: AfterCommit): Promise<Result> {
    const { scope, proof, inRoundTrips } = write;
    let isFateUnknown = false;
    const findDone = async (): Promise<Result | undefined> =>
      isFateUnknown && proof !== undefined
        ? proof.result(await this.#readOnce(scope, proof.query))
        : undefined;
    return this.#persisting(LONGEST_WAIT_MS, async () => {
      const done = await findDone();
      if (done !== undefined) return done;
      try {
        return await this.#attempt('write', scope, inRoundTrips, { afterCommit });
      } catch (thrown) {
        const error = duplicateError(thrown, write) ?? thrown;
        isFateUnknown ||= error instanceof AttemptError && error.isFateUnknown;
        if (isFateUnknown && proof === undefined) {
          throw new StoreUnavailableError(
            'out_of_reach',
            'the connection broke while a write was committing',
            { cause: error },
          );
        }
        // A refusal may come from the lost attempt itself, which has been done in the meantime.
        const doneAfterAll = error instanceof AttemptError ? undefined : await findDone();
        if (doneAfterAll === undefined) throw error;
        return doneAfterAll;
      }
    });
  }

  async snapshot<Result>(
    work: (read: (query: Query) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    // Not tried again: what the work has made of the first try is out.
    return this.#persisting(0, async () => {
      const transaction = this.#begin(await this.#connect(), { kind: 'all' });
      try {
        await transaction.openSnapshot();
        return await work(async (query) => {
          const [rows = []] = await transaction.send(query);
          return rows;
        });
      } catch (error) {
        throw transaction.failure === error ? new AttemptError(error, false) : error;
      } finally {
        await transaction.release();
      }
    });
  }

  gauges(): StoreGauges {
    const { waitingCount, totalCount, idleCount } = this.#pool;
    return {
      queued: waitingCount,
      connections: { busy: totalCount - idleCount, idle: idleCount },
    };
  }

  async close(): Promise<void> {
    this.#closed ??= this.#pool.end();
    return this.#closed;
  }

  async #readOnce(scope: Scope, query: Query, timeoutMs?: number): Promise<readonly Row[]> {
    const read = (transaction: PostgresTransaction) => transaction.finish(query);
    const [rows = []] = await this.#attempt('read', scope, read, { timeoutMs });
    return rows;
  }

  /** One try on one connection. Rejects with an `AttemptError` for what the database throws, and with what `work` throws. */
  async #attempt<Result>(
    kind: StoreCall['kind'],
    scope: Scope,
    work: (transaction: PostgresTransaction) => Promise<Result>,
    options: AttemptOptions,
  ): Promise<Result> {
    const call = beginCall(kind, 'postgresql');
    const client = await this.#connect().finally(() => {
      call.started = performance.now();
      call.ended = call.started;
    });
    const transaction = this.#begin(client, scope, options);
    let hasWritten = false;
    try {
      const result = await work(transaction);
      hasWritten = kind === 'write';
      return result;
    } catch (error) {
      if (transaction.failure !== error) throw error;
      throw new AttemptError(error, transaction.isCommitting && leavesFateUnknown(error));
    } finally {
      call.ended = performance.now();
      await transaction.release();
      if (hasWritten) this.#note(call);
    }
  }

  #note({ began, started, ended }: StoreCall): void {
    this.#observer.committed({ writes: 1, waited: started - began, took: ended - started });
  }

  #begin(client: PoolClient, scope: Scope, options: AttemptOptions = {}): PostgresTransaction {
    return new PostgresTransaction(client, {
      statements: this.#statements,
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      scopeQueries: this.#scopeQueries(scope),
      afterCommit: options.afterCommit,
    });
  }

  async #connect(): Promise<PoolClient> {
    if (this.#closed !== undefined)
      throw new StoreUnavailableError('closed', 'the store is closed');
    if (this.#pool.waitingCount >= LONGEST_QUEUE) {
      throw new StoreUnavailableError('overloaded', 'too many requests wait for a connection');
    }
    const isFull = this.#pool.totalCount >= this.#pool.options.max;
    try {
      return await this.#pool.connect();
    } catch (error) {
      // Only a full pool gives this message; other failures come from the server or the network.
      if (isFull && error instanceof Error && error.message === POOL_TIMEOUT) {
        throw new StoreUnavailableError('no_free_connection', 'no connection became free in time', {
          cause: error,
        });
      }
      throw new AttemptError(error, false);
    }
  }

  /** Calls `attempt` again while it fails for what passes by itself. */
  async #persisting<Result>(forMs: number, attempt: () => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + forMs;
    const counts = { conflict: 0, duplicate: 0, lost: 0, stale: 0 };
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof AttemptError)) throw error;
        const { cause } = error;
        const fault = faultOf(cause);
        if (fault === 'statement') throw cause;
        if (fault === 'duplicate' && counts.duplicate >= MOST_DUPLICATES) throw cause;
        const isHopeless =
          fault === 'unavailable' ||
          (fault === 'conflict' && counts.conflict >= MOST_CONFLICTS) ||
          (fault === 'stale' && counts.stale >= MOST_STALE) ||
          performance.now() >= deadline;
        if (isHopeless) {
          throw new StoreUnavailableError(reasonOf(cause), 'PostgreSQL cannot take the request', {
            cause,
          });
        }
        counts[fault] += 1;
        if (fault !== 'stale') await sleep(pauseAfter(counts[fault]));
      }
    }
  }
}

/** Returns the write's own error for a duplicate key; `undefined` for any other failure. */
function duplicateError(
  thrown: unknown,
  { duplicate }: Pick<Write<unknown>, 'duplicate'>,
): Error | undefined {
  return thrown instanceof AttemptError && faultOf(thrown.cause) === 'duplicate'
    ? duplicate?.(thrown.cause)
    : undefined;
}

function assertUtf8(encoding: unknown): void {
  if (encoding === 'UTF8') return;
  throw new OperatorError(
    'wrong_encoding',
    `The database's encoding is ${String(encoding)}, which does not have all characters.`,
    "Make one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
  );
}

/** Doubling, and different each time, so that two that collided do not meet again. */
function pauseAfter(failures: number): number {
  const longest = Math.min(SHORTEST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  return longest * (0.5 + Math.random() / 2);
}
