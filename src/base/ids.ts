import { randomHex } from './random.ts';

const WELL_FORMED = /^[A-Za-z0-9_-]+$/;
const COUNTER_END = 0x1_0000;

let lastMillisecond = 0;
let counter = 0;

/**
 * A new id: `prefix_` and 48 hex digits: 12 of Unix milliseconds, 4 of a counter, 32 random.
 * Ids of one process sort in the order they were made, also when the clock steps back, so that
 * indexes grow at their end.
 */
export function newId(prefix: string): string {
  const now = Date.now();
  if (now > lastMillisecond) {
    lastMillisecond = now;
    counter = 0;
  } else {
    counter += 1;
    if (counter === COUNTER_END) {
      lastMillisecond += 1;
      counter = 0;
    }
  }
  const time = lastMillisecond.toString(16).padStart(12, '0');
  const tie = counter.toString(16).padStart(4, '0');
  return `${prefix}_${time}${tie}${randomHex(16)}`;
}

/** Whether `id` consists of letters, digits, underscores and dashes only. */
export function hasIdCharacters(id: string): boolean {
  return WELL_FORMED.test(id);
}
