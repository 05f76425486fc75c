import { setTimeout as sleep } from 'node:timers/promises';
import type * as Pg from 'pg';
import type { Pool, PoolClient } from 'pg';
import type { PostgresOptions } from '../../base/database-options.ts';
import { OperatorError } from '../../base/operator-error.ts';
import { POSTGRES } from '../dialect.ts';
import type { Driver, Query, Read, Row, Scope, Write } from '../driver.ts';
import { StoreUnavailableError } from '../port.ts';
import { clientConfig } from './client-config.ts';
import { faultOf } from './faults.ts';
import { StatementCache } from './statement-cache.ts';
import { PostgresTransaction } from './transaction.ts';

/** How long a request is tried again while the database restarts or another one takes its place. */
const LONGEST_WAIT_MS = 5_000;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/** How often a transaction gives way to others before it is given up. */
const MOST_CONFLICTS = 8;
/** How often a duplicate key is taken for a row that another transaction has just added. */
const MOST_DUPLICATES = 3;
/** Requests that may wait for a connection; with more, the database is not keeping up, and callers had better hear it. */
const LONGEST_QUEUE = 10_000;
/** How long beyond its own time limits the server may take before its connection counts as broken. */
const GRACE_MS = 5_000;
const UNLIMITED_STATEMENT_MS = 300_000;

/** Thrown by an attempt that failed in the database. */
class AttemptError extends Error {
  /** Whether the connection broke when the commit was on its way, so that it may have happened. */
  readonly isFateUnknown: boolean;

  constructor(cause: unknown, isFateUnknown: boolean) {
    super('the database failed', { cause });
    this.isFateUnknown = isFateUnknown;
  }
}

/**
 * PostgreSQL, and what speaks its protocol, behind a pool of connections.
 *
 * A transaction that another one stood in the way of runs again. A broken connection is replaced, and what it was
 * doing runs again where that is safe: reads, and writes that had not begun to commit. A commit whose fate is
 * unknown is looked for first, and where it cannot be told it is given up, never taken for done.
 */
export class PostgresDriver implements Driver {
  readonly dialect = POSTGRES;
  readonly #pool: Pool;
  readonly #statements: StatementCache;
  readonly #timeoutMs: number;
  readonly #rowLevelSecurity: boolean;
  #isClosed = false;

  private constructor(pool: Pool, options: PostgresOptions) {
    this.#pool = pool;
    this.#statements = new StatementCache(options.preparedStatements);
    this.#rowLevelSecurity = options.rowLevelSecurity;
    const { statementTimeoutMs, lockTimeoutMs } = options;
    this.#timeoutMs = (statementTimeoutMs || UNLIMITED_STATEMENT_MS) + lockTimeoutMs + GRACE_MS;
  }

  /** Connects once, so that a wrong address or password is noticed now. Rejects with what is wrong. */
  static async open(options: PostgresOptions): Promise<PostgresDriver> {
    const { Pool } = await loadPackage();
    const pool = new Pool(await clientConfig(options));
    // A connection that breaks while nobody uses it is replaced at the next use.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => {
      // Whoever uses it is told through their query.
      client.on('error', () => undefined);
    });
    try {
      const { rows } = await pool.query<{ readonly server_encoding: string }>(
        'SHOW server_encoding',
      );
      assertUtf8(rows[0]?.server_encoding);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return new PostgresDriver(pool, options);
  }

  read({ scope, query, isImpatient = false }: Read): Promise<readonly Row[]> {
    return this.#persisting(isImpatient ? 0 : LONGEST_WAIT_MS, () => this.#readOnce(scope, query));
  }

  write<Result>(write: Write<Result>): Promise<Result> {
    const { scope, proof, inRoundTrips } = write;
    let isFateUnknown = false;
    return this.#persisting(LONGEST_WAIT_MS, async () => {
      if (isFateUnknown && proof !== undefined) {
        const proven = proof.result(await this.#readOnce(scope, proof.query));
        if (proven !== undefined) return proven;
      }
      try {
        return await this.#attempt(scope, inRoundTrips);
      } catch (error) {
        isFateUnknown ||= error instanceof AttemptError && error.isFateUnknown;
        if (!isFateUnknown || proof !== undefined) throw error;
        throw new StoreUnavailableError('the connection broke while a write was committing', {
          cause: error,
        });
      }
    });
  }

  async snapshot<Result>(
    work: (read: (query: Query) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    const transaction = this.#begin(await this.#connect(), { kind: 'all' });
    try {
      await transaction.openSnapshot();
      return await work(async (query) => {
        const [rows = []] = await transaction.send(query);
        return rows;
      });
    } finally {
      await transaction.release();
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#pool.end();
  }

  async #readOnce(scope: Scope, query: Query): Promise<readonly Row[]> {
    const [rows = []] = await this.#attempt(scope, (transaction) => transaction.finish(query));
    return rows;
  }

  /** One try on one connection. Rejects with an `AttemptError` for what the database throws, and with what `work` throws. */
  async #attempt<Result>(
    scope: Scope,
    work: (transaction: PostgresTransaction) => Promise<Result>,
  ): Promise<Result> {
    const transaction = this.#begin(await this.#connect(), scope);
    try {
      return await work(transaction);
    } catch (error) {
      if (transaction.failure !== error) throw error;
      const isLost = faultOf(error) === 'lost';
      throw new AttemptError(error, isLost && transaction.isCommitting);
    } finally {
      await transaction.release();
    }
  }

  #begin(client: PoolClient, scope: Scope): PostgresTransaction {
    return new PostgresTransaction(client, {
      statements: this.#statements,
      timeoutMs: this.#timeoutMs,
      rowLevelSecurity: this.#rowLevelSecurity,
      scope,
    });
  }

  async #connect(): Promise<PoolClient> {
    if (this.#isClosed) throw new StoreUnavailableError('the store is closed');
    if (this.#pool.waitingCount >= LONGEST_QUEUE) {
      throw new StoreUnavailableError('too many requests wait for a connection');
    }
    const isFull = this.#pool.totalCount >= this.#pool.options.max;
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (isFull) {
        throw new StoreUnavailableError('no connection became free in time', { cause: error });
      }
      throw new AttemptError(error, false);
    }
  }

  /** Calls `attempt` again while it fails for what passes by itself. */
  async #persisting<Result>(forMs: number, attempt: () => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + forMs;
    const counts = { conflict: 0, duplicate: 0, lost: 0 };
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
          performance.now() >= deadline;
        if (isHopeless) {
          throw new StoreUnavailableError('PostgreSQL cannot take the request', { cause });
        }
        counts[fault] += 1;
        await sleep(pauseAfter(counts[fault]));
      }
    }
  }
}

function assertUtf8(encoding: string | undefined): void {
  if (encoding === 'UTF8') return;
  throw new OperatorError(
    'wrong_encoding',
    `The database's encoding is ${encoding}, which does not have all characters.`,
    "Make one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
  );
}

/** Doubling, and different each time, so that two that collided do not meet again. */
function pauseAfter(failures: number): number {
  const longest = Math.min(SHORTEST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  return longest * (0.5 + Math.random() / 2);
}

async function loadPackage(): Promise<Pick<typeof Pg, 'Pool'>> {
  try {
    return await import('pg');
  } catch (error) {
    throw new OperatorError(
      'missing_package',
      'PostgreSQL needs the package pg, which is not installed.',
      'Install it beside colloquy: npm install pg@8.',
      error,
    );
  }
}
