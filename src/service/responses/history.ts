import type { HistoryItem } from '../../context/assemble.ts';
import type { ConversationReader, ConversationRef } from '../../store/conversations/port.ts';
import { ITEMS_PER_PAGE, parsedItem } from '../conversations/read-items.ts';

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
