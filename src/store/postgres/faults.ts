import type { ReasonOn } from '../../base/errors/store-unavailable.ts';

/** A class of failures, by what can be done next. */
export type Fault =
  /** The connection broke, or leads nowhere useful: the server is going down, or not up yet. */
  | 'lost'
  /** The connection has forgotten its prepared statements, or they have grown old; another one has not. */
  | 'stale'
  /** Another transaction stood in the way; this one is undone and can run again. */
  | 'conflict'
  /** As `conflict`, if the other transaction is one that the statement did not see yet. */
  | 'duplicate'
  /** The database cannot take the request now, and says so. */
  | 'unavailable'
  /** The statement's own fault. */
  | 'statement';

/** The server is a standby, or has been made read-only. */
const READ_ONLY = '25006';

/** Faults by SQLSTATE, or its class, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const FAULTS: Readonly<Record<string, Fault>> = {
  '08': 'lost',
  // too_many_connections: other clients will close some.
  '53300': 'lost',
  '57P': 'lost',
  // invalid_sql_statement_name, duplicate_prepared_statement: a pooler in between has changed connections.
  '26000': 'stale',
  '42P05': 'stale',
  '40': 'conflict',
  '23505': 'duplicate',
  // read_only_sql_transaction
  [READ_ONLY]: 'unavailable',
  // transaction_timeout, idle_in_transaction_session_timeout
  '25P': 'unavailable',
  // The role or the schema is not what it was when the server started.
  '28': 'unavailable',
  '3D': 'unavailable',
  '42501': 'unavailable',
  '42P01': 'unavailable',
  '53': 'unavailable',
  '55': 'unavailable',
  // query_canceled: a time limit, or an operator.
  '57014': 'unavailable',
  '58': 'unavailable',
  XX: 'unavailable',
};

/**
 * The states of an error of a connection between nodes: `connection_exception`, and Citus's `internal_error` for a
 * connection that failed earlier in the transaction.
 */
const FAILURES_OF_NODES = /^08|^XX000$/;

export function faultOf(error: unknown): Fault {
  const state = sqlStateOf(error);
  if (state === undefined) return 'lost';
  // The one feature_not_supported that does not concern the statement itself.
  if (state === '0A000' && error instanceof Error && /cached plan/.test(error.message)) {
    return 'stale';
  }
  return byState(FAULTS, state) ?? (isFatal(error) ? 'lost' : 'statement');
}

/** The entry for the state itself, for its condition, or for its class. */
function byState<Entry>(table: Readonly<Record<string, Entry>>, state: string): Entry | undefined {
  return table[state] ?? table[state.slice(0, 3)] ?? table[state.slice(0, 2)];
}

/** Reasons by SQLSTATE, or its class. An error without one comes from the connection. */
const REASONS: Readonly<Record<string, ReasonOn<'postgres'>>> = {
  '08': 'out_of_reach',
  '57P': 'out_of_reach',
  [READ_ONLY]: 'standby',
  '53100': 'disk_full',
  '53300': 'no_connections_left',
  // transaction_timeout, idle_in_transaction_session_timeout
  '25P': 'cut_short',
  // lock_not_available
  '55P03': 'cut_short',
  '57014': 'cut_short',
  '58030': 'disk_fault',
  XX001: 'damaged',
  XX002: 'damaged',
};

/** Returns the reason why the database does not take a request that failed with this error. */
export function reasonOf(error: unknown): ReasonOn<'postgres'> {
  const state = sqlStateOf(error);
  return state === undefined ? 'out_of_reach' : (byState(REASONS, state) ?? 'other');
}

/**
 * Returns `true` when the server may have continued without the connection, having reported no failure of the
 * statement.
 */
export function leavesFateUnknown(error: unknown): boolean {
  return sqlStateOf(error) === undefined || isFatal(error) || isFromNode(error);
}

/** Returns `true` when the connection can no longer be used, or another one may lead to a better server. */
export function breaksConnection(error: unknown): boolean {
  const fault = faultOf(error);
  const isLost = fault === 'lost' && !isFromNode(error);
  const isReadOnly = sqlStateOf(error) === READ_ONLY;
  return isLost || fault === 'stale' || isReadOnly || isFatal(error);
}

/**
 * Returns `true` when a sharded database reports the failure of one of its nodes. Its own connection is whole, and the
 * node may have committed.
 */
function isFromNode(error: unknown): boolean {
  return !isFatal(error) && FAILURES_OF_NODES.test(sqlStateOf(error) ?? '');
}

/** Returns `true` when the role lacks a right. */
export function isForbidden(error: unknown): boolean {
  // insufficient_privilege
  return sqlStateOf(error) === '42501';
}

/** Returns `true` when the server refuses the role, the password or the database of a URL. */
export function isMisconfigured(error: unknown): boolean {
  return /^(?:28|3D|42501)/.test(sqlStateOf(error) ?? '');
}

/** Returns `true` when the server is in another state than the statement needs, such as in recovery. */
export function isNotReady(error: unknown): boolean {
  // object_not_in_prerequisite_state
  return sqlStateOf(error) === '55000';
}

/** Returns `true` when the database has no such function, or does not support it. */
export function lacksFunction(error: unknown): boolean {
  return ['42883', '0A000'].includes(sqlStateOf(error) ?? '');
}

/** Returns the SQLSTATE; `undefined` when the error does not come from the server. */
function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Returns `true` when the server ends the connection with this error. */
function isFatal(error: unknown): boolean {
  return (
    error instanceof Error &&
    'severity' in error &&
    (error.severity === 'FATAL' || error.severity === 'PANIC')
  );
}
