import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import type { HistoryItem } from '../../context/assemble.ts';
import type {
  ConversationReader,
  ConversationRef,
  ItemRecord,
  Positions,
} from '../../store/conversations/port.ts';

const ITEMS_PER_PAGE = 1_000;

/** A conversation, or the items of it before a position. */
export interface HistoryRef {
  readonly conversation: ConversationRef;
  /** `undefined` for all items. */
  readonly until: number | undefined;
}

/** Reads a history, however long it is, in the order of positions; `null` when the conversation is absent. */
export async function readHistory(
  store: Pick<ConversationReader, 'listItems'>,
  { conversation, until }: HistoryRef,
): Promise<readonly HistoryItem[] | null> {
  const history: HistoryItem[] = [];
  const within = until === undefined ? undefined : { from: 0, until };
  let after: string | undefined;
  for (;;) {
    const page = { order: 'asc', limit: ITEMS_PER_PAGE, after } as const;
    const result = await store.listItems({ ...conversation, page, within, isCurrent: true });
    // An item that was deleted between two pages can no longer be the cursor: the history begins anew.
    if (result.absent === 'cursor') return readHistory(store, { conversation, until });
    if (result.absent !== undefined) return null;
    const { entries, hasMore } = result.page;
    for (const entry of entries) history.push({ item: parsedItem(entry) });
    if (!hasMore) return history;
    after = entries.at(-1)?.id;
  }
}

/** Reads the items within positions, as they are stored; `null` when the conversation is absent. */
export async function itemsWithin(
  store: Pick<ConversationReader, 'listItems'>,
  conversation: ConversationRef,
  within: Positions,
): Promise<readonly ItemRecord[] | null> {
  const items: ItemRecord[] = [];
  for (;;) {
    const page = { order: 'asc', limit: ITEMS_PER_PAGE, after: items.at(-1)?.id } as const;
    const result = await store.listItems({ ...conversation, page, within, isCurrent: true });
    if (result.absent !== undefined) return null;
    items.push(...result.page.entries);
    if (!result.page.hasMore) return items;
  }
}

/** Returns an item as an object. */
export function parsedItem({ data }: Pick<ItemRecord, 'data'>): JsonObject {
  const item: unknown = JSON.parse(data);
  if (!isJsonObject(item)) throw new Error('a stored item is not an object');
  return item;
}
