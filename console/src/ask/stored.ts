import type { ItemWindow } from '../transcript/item-window.ts';
import type { Asking } from './asking.ts';

/** Attempts to find the stored items: something else may be loading, and they may be gone again. */
const MOST_TRIES = 10;

/** Loads the items of a turn that has ended, in whose place the streamed ones are until then. */
export async function showStored(items: ItemWindow, asking: Asking): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES && !isStoredIn(items, asking); tries += 1) {
    items.noteAppended();
    await items.idle();
    await items.newer();
  }
  asking.forget();
}

/** Checks whether a window has what was answered. */
export function isStoredIn({ entries }: ItemWindow, { answer }: Asking): boolean {
  const known = new Set(entries.value.map(({ id }) => id));
  return answer.value.items.some((each) => known.has(each?.item.id ?? ''));
}
