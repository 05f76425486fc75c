import { setTimeout as sleep } from 'node:timers/promises';
import { isLocked } from './faults.ts';

/** Total wait for another process's lock, between tries and off the event loop. */
const LONGEST_WAIT_MS = 30_000;
const WAIT_BETWEEN_TRIES_MS = 10;

/** Calls `attempt` again while another process holds the database, without blocking this one. */
export async function whileLocked<Result>(
  attempt: () => Result,
  since: number = performance.now(),
): Promise<Result> {
  const deadline = since + LONGEST_WAIT_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error;
    }
    await sleep(WAIT_BETWEEN_TRIES_MS);
  }
}
