import type { Entry } from '../items/entry.ts';

/** Bounds of what a window keeps: items, and characters of their JSON. */
const MOST_ENTRIES = 1500;
const MOST_CHARACTERS = 24_000_000;

/** Returns how many of the first entries are within the bounds. */
export function withinBounds(entries: readonly Entry[]): number {
  let characters = 0;
  const most = entries.findIndex(({ size }, index) => {
    characters += size;
    return index === MOST_ENTRIES || characters > MOST_CHARACTERS;
  });
  return most === -1 ? entries.length : most;
}
