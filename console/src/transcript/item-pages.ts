import { call } from '../api/client.ts';
import type { ItemPage } from '../api/objects.ts';
import type { Entry } from './entry.ts';

const PAGE = 100;
/** Bodies beyond this come as stubs. */
const MOST_ITEM_BYTES = 65_536;

/** A contiguous part of a conversation, in its order. */
export interface Run {
  readonly entries: readonly Entry[];
  /** Set when more follow in the direction that was asked for. */
  readonly hasMore: boolean;
  /** Set when the server says at which positions the items are. */
  readonly isPlaced: boolean;
}

export function pathOfItems(conversation: string): string {
  return `conversations/${encodeURIComponent(conversation)}/items`;
}

/** Loads a page of items, from the given place on in the given order. Rejects with an `ApiFailure`, or when it is aborted. */
export async function loadRun(
  conversation: string,
  order: 'asc' | 'desc',
  from: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Run> {
  const parameters = new URLSearchParams({
    order,
    limit: String(PAGE),
    max_item_bytes: String(MOST_ITEM_BYTES),
    'include[]': 'placement',
    ...from,
  });
  const page = await call<ItemPage>(`${pathOfItems(conversation)}?${parameters}`, { signal });
  signal.throwIfAborted();
  const entries = page.data.map((item, index) => {
    const { position = -1, created_at: createdAt = 0 } = page.placements?.[index] ?? {};
    return { id: item.id, item, position, createdAt, size: JSON.stringify(item).length };
  });
  return {
    entries: order === 'asc' ? entries : entries.toReversed(),
    hasMore: page.has_more,
    isPlaced: page.placements !== undefined,
  };
}
