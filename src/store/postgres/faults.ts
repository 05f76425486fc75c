/** What a failed attempt says about the next one. */
export type Fault =
  /** The connection broke, or the server is going down, or is not up yet. */
  | 'lost'
  /** Another transaction stood in the way; this one is undone and can run again. */
  | 'conflict'
  /** As `conflict`, if the other transaction is one that the statement did not see yet. */
  | 'duplicate'
  /** The database cannot take the request now, and says so. */
  | 'unavailable'
  /** The statement's own fault. */
  | 'statement';

/** By SQLSTATE, or its class of two characters, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const FAULTS: Readonly<Record<string, Fault>> = {
  '08': 'lost',
  // read_only_sql_transaction: the connection leads to what is no longer the primary.
  '25006': 'lost',
  '57P': 'lost',
  '40': 'conflict',
  '23505': 'duplicate',
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
  // A prepared statement that the pooler in between has lost.
  '26000': 'unavailable',
  '42P05': 'unavailable',
  XX: 'unavailable',
};

export function faultOf(error: unknown): Fault {
  const state = sqlStateOf(error);
  if (state === undefined) return 'lost';
  return FAULTS[state] ?? FAULTS[state.slice(0, 3)] ?? FAULTS[state.slice(0, 2)] ?? 'statement';
}

/** Undefined: it does not come from the server. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the server ends the connection with this error. */
export function isFatal(error: unknown): boolean {
  return (
    error instanceof Error &&
    'severity' in error &&
    (error.severity === 'FATAL' || error.severity === 'PANIC')
  );
}
