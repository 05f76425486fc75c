import type {
  BranchLimits,
  ForkConversationParams,
  ForkConversationResult,
  ItemPlace,
  NewItem,
  RewindParams,
  RewindResult,
  Store,
} from '../../src/index.ts';
import { everything, key, newConversation } from './store.ts';
import { takeTurn } from './responses.ts';

export const WIDE: BranchLimits = { maxItems: 10_000, maxBytes: 64 * 1024 * 1024 };

export const after = (itemId: string): ItemPlace => ({ side: 'after', itemId });
export const before = (itemId: string): ItemPlace => ({ side: 'before', itemId });

/** A fork of conversation `source`, with the source's metadata. */
export function forkOf(
  source: string,
  id: string,
  until?: ItemPlace,
  items: readonly NewItem[] = [],
): ForkConversationParams {
  return {
    ...newConversation(id),
    metadata: undefined,
    createdAt: 5,
    items,
    source: { conversationId: source, access: everything, until },
    limits: WIDE,
  };
}

/** Makes a fork, with the source's metadata. */
export function fork(
  store: Store,
  ...params: Parameters<typeof forkOf>
): Promise<ForkConversationResult> {
  return store.branches.fork(forkOf(...params));
}

/** Takes the turn of a conversation, and rewinds it. */
export async function rewind(
  store: Store,
  id: string,
  from: ItemPlace,
  more: Partial<Pick<RewindParams, 'items' | 'expectedIds' | 'key' | 'limits'>> = {},
): Promise<RewindResult> {
  const token = await takeTurn(store, id);
  const result = await store.branches.rewind({
    ...key(id),
    token,
    from,
    createdAt: 6,
    items: [],
    expectedIds: undefined,
    limits: WIDE,
    ...more,
  });
  await store.turns.release({ ...key(id), token });
  return result;
}
