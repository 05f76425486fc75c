import type { IdempotencyStore } from '../../store/idempotency/port.ts';
import type { Job } from '../jobs/jobs.ts';
import type { SweepCounts, Sweeper } from './sweeper.ts';

/** The lease of the one process that sweeps. No tenant's key has this id, which is not a digest. */
const LEASE = { tenant: 'colloquy', id: 'sweeper', request: 'sweep' };
const LEASE_MS = 60_000;
const RENEWED_AFTER_MS = 10_000;
const SWEEPS_EVERY_MS = 60_000;

type LeaseStore = Pick<IdempotencyStore, 'hold' | 'renew' | 'release'>;

/**
 * Sweeps, unless another process does; `undefined` then. Ends early when `isStopping` returns `true`, or the lease was
 * lost.
 */
export async function sweepUnderLease(
  sweeper: Sweeper,
  store: LeaseStore,
  isStopping: () => boolean = () => false,
): Promise<SweepCounts | undefined> {
  const { token } = await store.hold({ ...LEASE, leaseMs: LEASE_MS });
  if (token === undefined) return undefined;
  const held = { ...LEASE, token };
  let renewed = performance.now();
  const goesOn = async (): Promise<boolean> => {
    if (isStopping()) return false;
    if (performance.now() - renewed < RENEWED_AFTER_MS) return true;
    renewed = performance.now();
    return (await store.renew({ ...held, leaseMs: LEASE_MS, awaitedWithinMs: 0 })) !== 'lost';
  };
  try {
    return await sweeper.sweep(goesOn);
  } finally {
    await store.release(held);
  }
}

/** The job of a server. */
export function sweepingJob(sweeper: Sweeper, store: LeaseStore, isStopping: () => boolean): Job {
  return {
    name: 'sweep',
    everyMs: SWEEPS_EVERY_MS,
    run: async () => {
      await sweepUnderLease(sweeper, store, isStopping);
    },
  };
}
