import type { PoolClient } from 'pg';
import type { RoundTrips } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { breaksConnection } from './faults.ts';
import { RoundTrip } from './round-trip.ts';
import type { StatementCache } from './statement-cache.ts';

const statement = (sql: string): Query => ({ sql, parameters: [] });
// Named explicitly: each statement must see what was committed while the one before it waited.
const BEGIN = statement('BEGIN ISOLATION LEVEL READ COMMITTED');
const COMMIT = statement('COMMIT');
const ROLLBACK = statement('ROLLBACK');
const BEGIN_SNAPSHOT = statement('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
// The consumer of the rows may take long.
const WAIT_FOR_READER = statement('SET LOCAL idle_in_transaction_session_timeout = 0');

/** A query that follows the commit on the same trip. `take` receives no rows where the commit succeeded alone. */
export interface AfterCommit {
  readonly query: Query;
  readonly take: (rows: readonly Row[]) => void;
}

export interface AttemptOptions {
  readonly timeoutMs?: number | undefined;
  readonly afterCommit?: AfterCommit | undefined;
}

export interface TransactionOptions extends AttemptOptions {
  readonly statements: StatementCache;
  readonly timeoutMs: number;
  /** The first statements of the transaction, by which row-level policies let its rows through. */
  readonly scopeQueries: readonly Query[];
}

/** One transaction on a connection of the pool, which it gives back in the end. */
export class PostgresTransaction implements RoundTrips {
  readonly #client: PoolClient;
  readonly #options: TransactionOptions;
  #isOpen = false;
  #isCommitting = false;
  #failure: unknown;

  constructor(client: PoolClient, options: TransactionOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** `true` once the commit has been requested. If the connection breaks from then on, its outcome is unknown. */
  get isCommitting(): boolean {
    return this.#isCommitting;
  }

  /** The error of the server or the network, as opposed to errors of the code in between. */
  get failure(): unknown {
    return this.#failure;
  }

  send(...queries: readonly Query[]): Promise<readonly (readonly Row[])[]> {
    return this.#open(BEGIN, queries);
  }

  /** Opens a read-only transaction that keeps seeing what it sees first. */
  openSnapshot(): Promise<unknown> {
    return this.#open(BEGIN_SNAPSHOT, [WAIT_FOR_READER]);
  }

  async finish(...queries: readonly Query[]): Promise<readonly (readonly Row[])[]> {
    const { afterCommit, scopeQueries } = this.#options;
    const scope = this.#isOpen ? [] : scopeQueries;
    const isAlone =
      !this.#isOpen && scope.length === 0 && queries.length === 1 && afterCommit === undefined;
    const before = this.#isOpen || isAlone ? scope : [BEGIN, ...scope];
    const transaction = [...before, ...queries, ...(isAlone ? [] : [COMMIT])];
    this.#isCommitting = true;
    this.#isOpen = !isAlone;
    const results = await this.#trip(
      afterCommit === undefined ? transaction : [...transaction, afterCommit.query],
      transaction.length,
    );
    this.#isOpen = false;
    afterCommit?.take(results[transaction.length] ?? []);
    return results.slice(before.length, before.length + queries.length);
  }

  /** Gives the connection back: rolled back where the transaction is open, closed where it can no longer be trusted. */
  async release(): Promise<void> {
    if (this.#failure !== undefined && breaksConnection(this.#failure)) {
      return this.#client.release(true);
    }
    if (!this.#isOpen) return this.#client.release();
    try {
      await this.#trip([ROLLBACK]);
      this.#client.release();
    } catch {
      this.#client.release(true);
    }
  }

  async #open(begin: Query, queries: readonly Query[]): Promise<readonly (readonly Row[])[]> {
    const before = this.#isOpen ? [] : [begin, ...this.#options.scopeQueries];
    this.#isOpen = true;
    const results = await this.#trip([...before, ...queries]);
    return results.slice(before.length);
  }

  #trip(
    queries: readonly Query[],
    required = queries.length,
  ): Promise<readonly (readonly Row[])[]> {
    const { statements, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.#failure = error;
        reject(error);
      };
      const options = { statements, timeoutMs, required, resolve, reject: fail };
      this.#client.query(new RoundTrip(queries, options));
    });
  }
}
