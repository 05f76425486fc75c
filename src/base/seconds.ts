/** Unix seconds of the wire as the milliseconds of the store. */

const MS_PER_SECOND = 1000;

/** The last second that a `Date` can express. Later times are treated like it. */
const END_OF_TIME_S = 8.64e12;

/** Returns the first millisecond of a second. */
export function firstMsOf(second: number): number {
  return Math.max(-END_OF_TIME_S, Math.min(second, END_OF_TIME_S)) * MS_PER_SECOND;
}

/** Returns the first millisecond after a second. */
export function firstMsAfter(second: number): number {
  return firstMsOf(second + 1);
}

/** Returns the second of a time in Unix milliseconds. */
export function secondOf(ms: number): number {
  return Math.floor(ms / MS_PER_SECOND);
}
