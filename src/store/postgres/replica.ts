import type { Pool, PoolClient } from 'pg';
import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { beginCall, type StoreCall } from '../../observe/store-calls.ts';
import type { PostgresOptions, PostgresServer } from '../../options/database.ts';
import type { Read, Reader, Scope } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { integerOrNull } from '../engine/rows.ts';
import { clientConfig } from './client-config.ts';
import { faultOf, isMisconfigured } from './faults.ts';
import { loadPackage, tidy } from './package.ts';
import type { Mark } from './marks.ts';
import {
  misfitOf,
  readOrigin,
  SELECT_REPLAYED,
  standingIn,
  type Origin,
  type Standing,
} from './standing.ts';
import { scopeQueriesOf } from './scope-queries.ts';
import { StatementCache } from './statement-cache.ts';
import { PostgresTransaction } from './transaction.ts';

/** Timeout of the wait for a connection, and of the wait for an answer. The primary answers after it. */
const ANSWER_WITHIN_MS = 1_000;
/** Longest time of a statement, which ends before the connection counts as broken. */
const STATEMENT_WITHIN_MS = 800;
/** Time without reads after a failure. */
const LEAVE_ALONE_MS = 2_000;
/** Time during which a mark that the replica had not reached is not asked for again. */
const LAG_KNOWN_FOR_MS = 20;

const SCOPE: Scope = { kind: 'none' };
const NOTHING: Query = { sql: 'SELECT 1', parameters: [] };

/** The reason for which a replica has not answered. */
export type Silence = 'replica_behind' | 'replica_away';

/** State of a replica. */
export type ReplicaReport =
  | { readonly kind: 'following'; readonly bytesBehind: number }
  /** `problem` continues a sentence about the server. */
  | { readonly kind: 'away'; readonly problem: string };

/** The server is reached, and is not what may be read. */
class NotFollowing extends Error {}

/**
 * The server at the address of the replicas. A failure of it is never one of the caller. After a failure it is left
 * alone for a moment, and then tried by a read of its own before it serves again.
 */
export class Replica {
  readonly #makePool: () => Pool;
  #pool: Pool;
  readonly #origin: Origin;
  readonly #statements: StatementCache;
  readonly #rowLevelSecurity: boolean;
  /** Timelines of the connections whose server has been compared with the primary. */
  readonly #timelines = new WeakMap<PoolClient, number>();
  /** Time of the next try; `undefined` while the replica serves. */
  #nextTry: number | undefined;
  #isTrying = false;
  #closed: Promise<void> | undefined;
  /** Last mark of the replica, and the time at which it was known. */
  #seen = { replayed: Number.POSITIVE_INFINITY, at: 0 };

  private constructor(makePool: () => Pool, options: PostgresOptions, origin: Origin) {
    this.#makePool = makePool;
    this.#pool = makePool();
    this.#origin = origin;
    this.#statements = new StatementCache(options.preparedStatements);
    this.#rowLevelSecurity = options.rowLevelSecurity;
  }

  /** Connects to nothing yet. */
  static async make(
    server: PostgresServer,
    options: PostgresOptions,
    origin: Origin,
  ): Promise<Replica> {
    const { Client, Pool } = await loadPackage();
    const statementTimeoutMs = Math.min(options.statementTimeoutMs, STATEMENT_WITHIN_MS);
    const config = await clientConfig({ ...options, ...server, statementTimeoutMs });
    const makePool = (): Pool => {
      const pool = new Pool({
        ...config,
        connectionTimeoutMillis: ANSWER_WITHIN_MS,
        // A server that hangs does not close its connections, and must not keep the process from ending.
        allowExitOnIdle: true,
        Client: tidy(Client),
      });
      return pool.on('error', () => undefined);
    };
    return new Replica(makePool, options, origin);
  }

  /** Reports on a replica without serving from it. */
  static async examine(
    server: PostgresServer,
    options: PostgresOptions,
    primary: Pick<Reader, 'read' | 'syntax'>,
  ): Promise<ReplicaReport> {
    const replica = await Replica.make(server, options, await readOrigin(primary));
    return replica.report().finally(() => replica.close());
  }

  /** Makes a replica that serves if it can. Rejects with an `OperatorError` where it answers, and never could. */
  static async open(...from: Parameters<typeof Replica.make>): Promise<Replica> {
    const replica = await Replica.make(...from);
    try {
      const { kind } = await replica.report();
      if (kind === 'away') replica.#leaveAlone();
      return replica;
    } catch (error) {
      await replica.close();
      throw error;
    }
  }

  /** Finds out whether the server can be read. Rejects with an `OperatorError` where it answers, and never could. */
  async report(): Promise<ReplicaReport> {
    let standing: Standing;
    try {
      standing = await this.#standing();
    } catch (error) {
      if (!isMisconfigured(error))
        return { kind: 'away', problem: `cannot be read: ${messageOf(error)}` };
      throw unusable(
        `refuses: ${messageOf(error)}`,
        'Check the user, the password and the database in --database-read-url.',
        error,
      );
    }
    const misfit = misfitOf(standing, this.#origin, this.#rowLevelSecurity);
    if (misfit?.mayPass === false) throw unusable(misfit.problem, misfit.fix);
    if (misfit !== undefined) return { kind: 'away', problem: `${misfit.problem} yet` };
    const { replayed } = standing;
    if (replayed === null) return { kind: 'away', problem: 'is no replica, but a primary' };
    const { timeline, offset } = this.#origin.mark ?? { timeline: 0, offset: 0 };
    return isOn(timeline, standing)
      ? { kind: 'following', bytesBehind: Math.max(0, offset - replayed) }
      : { kind: 'away', problem: 'is on an older timeline than the primary' };
  }

  /** Resolves with rows as of `needed` or later, or with the reason for which there are none. Never rejects. */
  async read({ scope, query }: Read, needed: Mark): Promise<readonly Row[] | Silence> {
    if (!this.#isServing(needed)) return 'replica_away';
    const now = performance.now();
    if (needed.offset > this.#seen.replayed) {
      if (now - this.#seen.at < LAG_KNOWN_FOR_MS) return 'replica_behind';
      // The next ones wait for what this read finds out.
      this.#seen = { ...this.#seen, at: now };
    }
    const call = beginCall('read', 'postgresql');
    try {
      const { replayed, rows } = await this.#ask(scope, query, needed.timeline, call);
      this.#seen = { replayed, at: performance.now() };
      return replayed < needed.offset ? 'replica_behind' : rows;
    } catch (error) {
      if (isOfServer(error)) this.#leaveAlone();
      return 'replica_away';
    } finally {
      call.ended = performance.now();
    }
  }

  async close(): Promise<void> {
    this.#closed ??= this.#pool.end();
    return this.#closed;
  }

  #isServing({ timeline }: Mark): boolean {
    if (this.#nextTry === undefined) return true;
    if (!this.#isTrying && performance.now() >= this.#nextTry) void this.#try(timeline);
    return false;
  }

  async #try(timeline: number): Promise<void> {
    this.#isTrying = true;
    try {
      await this.#ask(SCOPE, NOTHING, timeline);
      this.#nextTry = undefined;
    } catch {
      this.#leaveAlone();
    } finally {
      this.#isTrying = false;
    }
  }

  /** Also closes the connections: by then, the address may lead to another server. */
  #leaveAlone(): void {
    this.#nextTry = performance.now() + LEAVE_ALONE_MS;
    if (this.#closed !== undefined) return;
    void this.#pool.end();
    this.#pool = this.#makePool();
  }

  /** Runs a query on a server that follows the primary on the timeline, or on a later one. */
  async #ask(
    scope: Scope,
    query: Query,
    timeline: number,
    call?: StoreCall,
  ): Promise<{ readonly replayed: number; readonly rows: readonly Row[] }> {
    const client = await this.#pool.connect();
    if (call !== undefined) call.started = performance.now();
    const isCompared = (this.#timelines.get(client) ?? 0) >= timeline;
    // Read by a statement of its own, before the query takes its snapshot.
    const select = isCompared ? SELECT_REPLAYED : this.#origin.selectStanding;
    const [[row] = [], rows = []] = await this.#trip(client, scope, [select, query]);
    if (row === undefined) throw new NotFollowing('no mark');
    if (!isCompared) this.#compare(client, standingIn(row), timeline);
    const replayed = integerOrNull(row, 'replayed');
    if (replayed === null) throw new NotFollowing('a primary');
    return { replayed, rows };
  }

  #compare(client: PoolClient, standing: Standing, timeline: number): void {
    const misfit = misfitOf(standing, this.#origin, this.#rowLevelSecurity);
    if (misfit !== undefined) throw new NotFollowing(misfit.problem);
    if (!isOn(timeline, standing)) throw new NotFollowing('an older timeline');
    this.#timelines.set(client, timeline);
  }

  async #standing(): Promise<Standing> {
    const client = await this.#pool.connect();
    const [[row] = []] = await this.#trip(client, SCOPE, [this.#origin.selectStanding]);
    if (row === undefined) throw new Error('a row without a table is missing');
    return standingIn(row);
  }

  async #trip(
    client: PoolClient,
    scope: Scope,
    queries: readonly Query[],
  ): Promise<readonly (readonly Row[])[]> {
    const transaction = new PostgresTransaction(client, {
      statements: this.#statements,
      timeoutMs: ANSWER_WITHIN_MS,
      scopeQueries: this.#rowLevelSecurity ? scopeQueriesOf(undefined)(scope) : [],
    });
    try {
      return await transaction.finish(...queries);
    } finally {
      // A failed read goes on at the primary meanwhile.
      void transaction.release();
    }
  }
}

function unusable(problem: string, fix: string, cause?: unknown): OperatorError {
  return new OperatorError(
    'unusable_replica',
    `The server of --database-read-url ${problem}.`,
    fix,
    cause,
  );
}

/** Returns `false` when the server follows an older timeline. Where timelines cannot be read, none counts as older. */
function isOn(timeline: number, standing: Standing): boolean {
  return standing.timeline === null || standing.timeline >= timeline;
}

/** Returns `false` for the failure of a single read, such as a conflict with what is replayed. */
function isOfServer(error: unknown): boolean {
  const fault = faultOf(error);
  return fault === 'lost' || fault === 'unavailable';
}
