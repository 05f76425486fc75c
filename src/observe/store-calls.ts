/** Calls of the database, noted for the request that makes them. */

import { AsyncLocalStorage } from 'node:async_hooks';

/** One call of the database. Times are milliseconds of `performance.now()`. */
export interface StoreCall {
  readonly kind: 'read' | 'write';
  readonly system: 'sqlite' | 'postgresql';
  readonly began: number;
  /** End of the wait for a commit or a connection. */
  started: number;
  ended: number;
}

const current = new AsyncLocalStorage<StoreCall[]>();

/** Runs `work`, and notes its calls of the database in `calls`. */
export function notingCalls<Result>(calls: StoreCall[], work: () => Result): Result {
  return current.run(calls, work);
}

/** Notes a call for the request under way. The driver then sets `started` and `ended`. */
export function beginCall(kind: StoreCall['kind'], system: StoreCall['system']): StoreCall {
  const now = performance.now();
  const call: StoreCall = { kind, system, began: now, started: now, ended: now };
  current.getStore()?.push(call);
  return call;
}
