import type {
  BranchLimits,
  ForkConversationParams,
  ForkConversationResult,
  ItemPlace,
  NewItem,
  RewindParams,
  RewindResult,
  RowFilter,
  Store,
} from '../../src/index.ts';
import { everything, given, key, minted, newConversation } from './store.ts';
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

/** The operations that copy and remove the items of one conversation, of those that the tests of shards have. */
export function branchOperations({ branches }: Store, access: RowFilter) {
  const source = { conversationId: 'conv_807', access, until: before('msg_1615') };
  const on = { ...key('conv_907'), access };
  return {
    'branches.fork': () =>
      branches.fork({ ...forkOf('conv_807', 'new-d'), source, items: [given('d', '1')] }),
    'branches.rewind': () =>
      branches.rewind({
        ...on,
        token: 'turn_907',
        from: after('msg_1814'),
        createdAt: 1,
        items: [...minted('e'), given('g', '1')],
        expectedIds: undefined,
        limits: WIDE,
      }),
  };
}
