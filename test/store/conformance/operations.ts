/** Short forms of the store's operations, for the conformance suite: tenant `t`, full access, one owner. */

import { test } from 'vitest';
import type { AppendResult, ItemRecord, NewItem, Order, Store } from '../../../src/index.ts';
import { everything, key, newConversation } from '../../support/store.ts';

export type OpenStore = () => Promise<Store & AsyncDisposable>;

/** `test`, with an empty store for each test. */
export type StoreTest = ReturnType<typeof testWithStore>;

export function testWithStore(open: OpenStore) {
  return test.extend<{ readonly store: Store }>({
    store: async ({ onTestFinished }, use) => {
      const store = await open();
      onTestFinished(() => store[Symbol.asyncDispose]());
      await use(store);
    },
  });
}

/** The record of an item made by `minted`. */
export const record = (id: string): ItemRecord => ({
  id,
  type: 'message',
  data: `{"id":"${id}"}`,
});

export function create(
  store: Store,
  id: string,
  items: readonly NewItem[] = [],
  tenant = 't',
): Promise<AppendResult> {
  return store.conversations.create({
    ...newConversation(id, tenant),
    metadata: '{"a":"b"}',
    createdAt: 1_700_000_000_123,
    items,
  });
}

interface ItemIdsOptions {
  readonly order?: Order;
  readonly limit?: number;
  readonly after?: string | undefined;
  readonly tenant?: string;
}

/** Returns the ids of a page of items, or the name of what is absent. */
export async function itemIds(
  store: Store,
  id: string,
  { order = 'asc', limit = 1000, after, tenant = 't' }: ItemIdsOptions = {},
): Promise<{ ids: string[]; hasMore: boolean } | string> {
  const result = await store.conversations.listItems({
    ...key(id, tenant),
    page: { limit, order, after },
  });
  if (result.absent !== undefined) return result.absent;
  return { ids: result.page.entries.map((item) => item.id), hasMore: result.page.hasMore };
}

/** Returns the ids of all conversations that have the pairs in their metadata. */
export async function conversationIds(
  store: Store,
  metadata: readonly (readonly [string, string])[],
): Promise<string[]> {
  const page = await store.conversations.list({
    tenant: 't',
    access: everything,
    order: 'asc',
    limit: 100,
    cursor: undefined,
    metadata,
    createdFrom: undefined,
    createdUntil: undefined,
  });
  return page?.entries.map(({ id }) => id) ?? [];
}
