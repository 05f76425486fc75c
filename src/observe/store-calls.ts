/** Calls of the database, noted for the request that makes them. */

import { currentNotes } from './request-notes.ts';

/** One call of the database. Times are milliseconds of `performance.now()`. */
export interface StoreCall {
  readonly kind: 'read' | 'write';
  readonly system: 'sqlite' | 'postgresql';
  readonly began: number;
  /** End of the wait for a commit or a connection. */
  started: number;
  ended: number;
}

/** Notes a call for the request under way. The driver then sets `started` and `ended`. */
export function beginCall(kind: StoreCall['kind'], system: StoreCall['system']): StoreCall {
  const now = performance.now();
  const call: StoreCall = { kind, system, began: now, started: now, ended: now };
  currentNotes()?.calls.push(call);
  return call;
}
