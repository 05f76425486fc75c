/**
 * The interface of a database driver. A driver binds, batches, retries and translates errors; it has no knowledge of
 * tables.
 */

import type { StoreGauges } from '../../observe/observer.ts';
import type { SqlSyntax } from './syntax.ts';
import type { Query, Row } from './query.ts';

/** The tenant a statement is limited to. Enforced by row-level security where the database has it. */
export type Scope =
  | { readonly kind: 'tenant'; readonly tenant: string }
  /** For the commands of an operator. */
  | { readonly kind: 'all' }
  /** For tables that belong to no tenant. */
  | { readonly kind: 'none' };

/** The name of what a write changes and a read depends on. Equal texts are the same topic. */
export type Topic = string;

/** Permission to answer a read from a replica. */
export interface ReplicaRead {
  /** The replica must have all writes of this process to the topic. */
  readonly topic: Topic;
  /**
   * Returns `false` for rows that mean that something is absent. Only the primary may say so: a replica may not have
   * it yet. When left out, these are no rows.
   */
  readonly isPresent?: (rows: readonly Row[]) => boolean;
}

export interface Read {
  readonly scope: Scope;
  readonly query: Query;
  /** When left out, the read runs on the primary. */
  readonly fromReplica?: ReplicaRead;
  /** Reject at once, rather than wait, when the database is out of reach. */
  readonly isImpatient?: boolean;
}

/** A transaction of an embedded database: each statement is a call. */
export interface Steps {
  /** Returns all the rows of the statement. */
  all(query: Query): readonly Row[];
  /** Returns the first row of a statement that yields at most one. */
  get(query: Query): Row | undefined;
  /** Returns how many rows the statement changed. */
  run(query: Query): number;
  /** Runs several statements without parameters: a migration. */
  script(sql: string): void;
}

/** A transaction of a database across a network, where the number of round trips is the cost. */
export interface RoundTrips {
  /** Sends the statements together and resolves with the rows of each. Each sees what was committed before it began. */
  send(...queries: readonly Query[]): Promise<readonly (readonly Row[])[]>;
  /** Sends the statements and commits on the same trip. Without an earlier `send` it is the whole transaction. */
  finish(...queries: readonly Query[]): Promise<readonly (readonly Row[])[]>;
}

export interface Proof<Result> {
  readonly query: Query;
  readonly result: (rows: readonly Row[]) => Result | undefined;
}

/**
 * A transaction in the two forms that databases need. Both forms must do the same; the conformance suite holds them
 * equal. An error thrown by a form undoes the transaction and reaches the caller.
 */
export interface Write<Result> {
  readonly scope: Scope;
  readonly inSteps: (steps: Steps) => Result;
  readonly inRoundTrips: (trips: RoundTrips) => Promise<Result>;
  /** The topics that the write changes, of those that reads name. When left out, it may change all of them. */
  readonly changes?: readonly Topic[];
  /**
   * Finds out whether the write was committed, after the connection broke during its commit: returns the result if it
   * was, otherwise `undefined`. Only writes with ids that prevent a second application have it; the rest are given up.
   */
  readonly proof?: Proof<Result>;
  /**
   * Makes the error of a write that met a row with the key of one of its own. When absent, such a write runs again,
   * since the other row may just have been added.
   */
  readonly duplicate?: (cause: unknown) => Error;
  /** Whether the write deletes text of users. Its traces in the database's files are then erased soon. */
  readonly erases?: boolean;
}

export interface Driver {
  readonly syntax: SqlSyntax;
  /** Runs a statement on committed data and resolves with its rows. */
  read(read: Read): Promise<readonly Row[]>;
  /** Runs a transaction and resolves with its result once that is durable; when it rejects, nothing of it is there. */
  write<Result>(write: Write<Result>): Promise<Result>;
  /** Runs `work` on one unchanging view of the whole database. */
  snapshot<Result>(
    work: (read: (query: Query) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result>;
  gauges(): StoreGauges;
  close(): Promise<void>;
}

/** The methods of a driver that reading alone needs. */
export type Reader = Pick<Driver, 'syntax' | 'read' | 'close'>;

/** A write of one statement, which is the same in both forms. */
export function singleStatement<Result>(
  scope: Scope,
  query: Query,
  changes: readonly Topic[],
  result: (rows: readonly Row[]) => Result,
): Write<Result> {
  return {
    scope,
    changes,
    inSteps: (steps) => result(steps.all(query)),
    inRoundTrips: async (trips) => {
      const [rows = []] = await trips.finish(query);
      return result(rows);
    },
  };
}
