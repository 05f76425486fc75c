/** Reading the items of a conversation by pages. */

import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import type { Page } from '../../base/paging.ts';
import type {
  ConversationReader,
  ConversationRef,
  ItemRecord,
  Positions,
} from '../../store/conversations/port.ts';

export const ITEMS_PER_PAGE = 1_000;

export interface FirstItemsParams {
  /** Positions of the items; `undefined` for all. */
  readonly within?: Positions | undefined;
  readonly most: number;
}

/** Reads up to `most` items in the order of positions, as they are stored; `null` when the conversation is absent. */
export async function firstItems(
  store: Pick<ConversationReader, 'listItems'>,
  conversation: ConversationRef,
  { within, most }: FirstItemsParams,
): Promise<Page<ItemRecord> | null> {
  const entries: ItemRecord[] = [];
  for (;;) {
    const limit = Math.min(ITEMS_PER_PAGE, most - entries.length);
    const page = { order: 'asc', limit, after: entries.at(-1)?.id } as const;
    const result = await store.listItems({ ...conversation, page, within, isCurrent: true });
    // The last item of a page may be deleted before the next one is read.
    if (result.absent === 'cursor') return firstItems(store, conversation, { within, most });
    if (result.absent !== undefined) return null;
    entries.push(...result.page.entries);
    const { hasMore } = result.page;
    if (!hasMore || entries.length >= most) return { entries, hasMore };
  }
}

/** Returns an item as an object. */
export function parsedItem({ data }: Pick<ItemRecord, 'data'>): JsonObject {
  const item: unknown = JSON.parse(data);
  if (!isJsonObject(item)) throw new Error('a stored item is not an object');
  return item;
}
