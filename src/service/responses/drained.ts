import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for work, calls `stop` when it takes longer than `withinMs`, and waits for what is left of both. */
export async function drained(
  work: Promise<unknown>,
  withinMs: number,
  stop: () => readonly Promise<unknown>[],
): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([
    work,
    sleep(withinMs, undefined, { signal: timeout.signal }).catch(() => undefined),
  ]);
  timeout.abort();
  await Promise.all(stop());
  await work;
}
