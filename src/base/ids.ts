import { randomHex } from './random.ts';

/** One character of a well-formed id, as a regular expression. */
export const ID_CHARACTER = '[A-Za-z0-9_-]';
const WELL_FORMED = new RegExp(`^${ID_CHARACTER}+$`);
const COUNTER_END = 0x1_0000;

let lastMillisecond = 0;
let counter = 0;

/**
 * Makes an id: `prefix_` and 48 hex digits, of which 12 are Unix milliseconds, 4 a counter and 32 random. The ids of
 * one process sort in the order of creation, also when the clock steps back, so that indexes grow at the end.
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

/** Checks that `id` consists of letters, digits, underscores and dashes only. */
export function hasIdCharacters(id: string): boolean {
  return WELL_FORMED.test(id);
}
