import type { ConversationKey } from '../../store/conversations/port.ts';
import type { SearchIndex } from '../../store/search/port.ts';

const MOST_TOGETHER = 64;

export interface IndexAllOptions {
  /** Called with the number of items that were added. */
  readonly onProgress?: (items: number) => void;
}

/** Adds all waiting items to the index, erases what waits for that, and returns how many items were added. */
export async function indexAll(
  index: SearchIndex,
  { onProgress }: IndexAllOptions = {},
): Promise<number> {
  let count = 0;
  let last: ConversationKey | undefined;
  do {
    const piece = await index.waitingAfter(last);
    last = piece.last;
    let keys = piece.keys;
    while (keys.length > 0) {
      const { items, unfinished } = await index.add(keys.slice(0, MOST_TOGETHER));
      keys = [...unfinished, ...keys.slice(MOST_TOGETHER)];
      onProgress?.((count += items));
    }
  } while (last !== undefined);
  await eraseAll(index);
  return count;
}

/** Erases the words of all deleted items, also from the pages that begin with them. */
export async function eraseAll(index: Pick<SearchIndex, 'erase' | 'rewrite'>): Promise<void> {
  while (await index.erase());
  while (await index.rewrite());
}
