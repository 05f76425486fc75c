/**
 * Telling what is new since a moment, by what each database has for that.
 *
 * PostgreSQL numbers its transactions, and each row has the number of the one that has written it. A transaction that
 * was open at the moment, or began later, has at least the number of the oldest one that was open. Elsewhere rows are
 * told by their times, with a margin for writes that take long, and for clocks that differ.
 */

import type { SqlSyntax } from '../engine/syntax.ts';
import type { Moment } from './port.ts';

const MINUTE_MS = 60_000;

/** Numbers of transactions have 32 bits in rows, and go round. */
const NUMBERS = 2 ** 32;

export interface Novelty {
  /** Columns that make a {@link Moment}, with its time. */
  readonly columns: string;
  /** Condition that a row of a table is new since the parameter; `time` is its column of milliseconds. */
  readonly isNew: (table: string, time: string, parameter: string) => string;
  /** The value of the parameter. */
  readonly since: (moment: Moment) => number;
  /** Milliseconds before a moment by which the times of rows may be wrong. */
  readonly marginMs: number;
  /** Whether times alone tell rows apart. */
  readonly isByTime: boolean;
}

function byTime(marginMs: number): Novelty {
  return {
    columns: 'NULL AS transaction_number, 0 AS database',
    isNew: (_table, time, parameter) => `${time} >= ${parameter}`,
    since: ({ at }) => at - marginMs,
    marginMs,
    isByTime: true,
  };
}

const BY_TRANSACTION: Novelty = {
  columns: `pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS transaction_number,
    'changes'::regclass::oid::bigint AS database`,
  // The difference as a number of 32 bits with a sign is not negative.
  isNew: (table, _time, parameter) => `
    (${table}.xmin::text::bigint - CAST(${parameter} AS BIGINT) + ${NUMBERS + NUMBERS / 2}) % ${NUMBERS} >= ${NUMBERS / 2}`,
  since: ({ transaction }) => (transaction ?? 0) % NUMBERS,
  marginMs: 60 * MINUTE_MS,
  isByTime: false,
};

const NOVELTIES: Readonly<Record<SqlSyntax['name'], Novelty>> = {
  // One process writes at a time, by one clock.
  sqlite: byTime(MINUTE_MS),
  postgres: BY_TRANSACTION,
  // The nodes number their transactions apart.
  citus: byTime(10 * MINUTE_MS),
};

export function noveltyOf({ name }: Pick<SqlSyntax, 'name'>): Novelty {
  return NOVELTIES[name];
}
