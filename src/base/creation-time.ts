let latest = 0;

/**
 * Unix milliseconds, by which lists are ordered. Never less than before in the same process: after the clock has
 * stepped back it stands still until that has caught up, so that what is created later is listed later.
 */
export function creationTime(): number {
  latest = Math.max(latest, Date.now());
  return latest;
}
