import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';

/** Settles as the work does, or rejects with `out_of_reach` after `ms` milliseconds; the work itself goes on. */
export async function inTime<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const over = new AbortController();
  const timeout = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new StoreUnavailableError('out_of_reach', `PostgreSQL has not answered in ${ms} ms`);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    over.abort();
    timeout.catch(() => undefined);
  }
}
