let latest = 0;

/**
 * Returns Unix milliseconds, by which lists are ordered. The result never decreases within a process: after the clock
 * has stepped back, it stays the same until the clock has caught up, so that later conversations are listed later.
 */
export function creationTime(): number {
  latest = Math.max(latest, Date.now());
  return latest;
}
