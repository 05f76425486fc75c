/** What one request has asked of its database, and how long that took. */

import { AsyncLocalStorage } from 'node:async_hooks';

/** Times are milliseconds of `performance.now()`. */
export interface StoreCall {
  readonly kind: 'read' | 'write';
  readonly system: 'sqlite' | 'postgresql';
  readonly began: number;
  /** When it had its turn: a commit of its own, or a connection. */
  started: number;
  ended: number;
}

const current = new AsyncLocalStorage<StoreCall[]>();

/** Runs `work`; what it asks of a database is noted in `calls`. */
export function notingCalls<Result>(calls: StoreCall[], work: () => Result): Result {
  return current.run(calls, work);
}

/** Notes a call for the request that is under way. Whoever makes it says when it had its turn, and when it ended. */
export function beginCall(kind: StoreCall['kind'], system: StoreCall['system']): StoreCall {
  const now = performance.now();
  const call: StoreCall = { kind, system, began: now, started: now, ended: now };
  current.getStore()?.push(call);
  return call;
}
