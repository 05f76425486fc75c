import { expect } from 'vitest';
import type { Order, Positions, Store } from '../../../src/index.ts';
import {
  commitOf,
  findResponse as find,
  newHidden,
  newResponse,
  own,
  takeTurn,
} from '../../support/responses.ts';
import { key, minted, unmatched } from '../../support/store.ts';
import { conversationIds, create, itemIds, type StoreTest } from './operations.ts';

/** Returns the ids of a page of the items at these positions. */
async function idsWithin(
  store: Store,
  id: string,
  within: Positions,
  page: { readonly order?: Order; readonly after?: string; readonly limit?: number } = {},
): Promise<{ ids: string[]; hasMore: boolean } | string> {
  const { order = 'asc', after, limit = 100 } = page;
  const listed = await store.conversations.listItems({
    ...key(id),
    within,
    page: { order, after, limit },
  });
  if (listed.absent !== undefined) return listed.absent;
  return { ids: listed.page.entries.map((item) => item.id), hasMore: listed.page.hasMore };
}

export function testResponses(test: StoreTest): void {
  test('a response of its own lives in a conversation that no list shows', async ({ store }) => {
    await create(store, 'c');
    const created = await store.responses.create(newHidden('h', 'r', 'a', 'b', 'o'));
    expect(created).toEqual({ refused: undefined, firstOutput: 2, endPosition: 3 });
    expect(await conversationIds(store, [])).toEqual(['c']);
    expect(await itemIds(store, 'h')).toEqual({ ids: ['a', 'b', 'o'], hasMore: false });
    expect(await find(store, 'r')).toMatchObject({
      conversationId: 'h',
      isHidden: true,
      isNewest: true,
    });
    expect(await store.responses.create(newHidden('g', 's'))).toMatchObject({ endPosition: 0 });
    expect(await find(store, 's')).toMatchObject({ firstOutput: 0 });
    const twice = { ...newHidden('i', 'u'), input: [own('a')], output: [own('a')] };
    expect(await store.responses.create(twice)).toEqual({ refused: 'item_present', id: 'a' });
    expect(await store.conversations.get(key('i'))).toBeNull();
  });

  test('the newest response of a hidden conversation is continued in it', async ({ store }) => {
    await store.responses.create(newHidden('h', 'r', 'a', 'b'));
    const token = await takeTurn(store, 'h');
    const params = { ...commitOf('h', token, 's', 'c', 'd'), continuesAt: 2 };
    expect(await store.responses.commitTurn(params)).toMatchObject({ firstOutput: 3 });
    expect(await itemIds(store, 'h')).toEqual({ ids: ['a', 'b', 'c', 'd'], hasMore: false });
    expect(await find(store, 'r')).toMatchObject({ isNewest: false });
    expect(await find(store, 's')).toMatchObject({ isNewest: true, isHidden: true });
    expect(await conversationIds(store, [])).toEqual([]);
  });

  test('a response without items is added to a conversation, with a turn to give back or none', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    const token = await takeTurn(store, 'c');
    const failed = newResponse('r', { status: 'failed', rest: '[{"id":"partial"}]' });
    const params = { ...key('c'), response: failed, token: undefined };
    expect(await store.responses.add(params)).toBe(true);
    const { tokens: _tokens, ...kept } = failed;
    expect(await find(store, 'r')).toMatchObject({
      ...kept,
      firstOutput: 1,
      endPosition: 1,
      isNewest: true,
    });
    expect(await store.turns.renew({ ...key('c'), token, leaseMs: 60_000 })).toBe(true);
    const second = { ...params, response: newResponse('s'), token };
    expect(await store.responses.add(second)).toBe(true);
    const third = { ...params, response: newResponse('u'), token: await takeTurn(store, 'c') };
    for (const refused of [
      { ...third, ...key('none') },
      { ...third, access: unmatched },
    ]) {
      expect(await store.responses.add(refused)).toBe(false);
    }
    expect(await find(store, 'u')).toBeNull();
    expect(await store.turns.renew({ ...key('c'), token: third.token, leaseMs: 1 })).toBe(true);
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
  });

  test('a response is found by its id in its tenant, where its conversation matches the filter', async ({
    store,
  }) => {
    await store.responses.create(newHidden('h', 'r', 'a'));
    expect(await find(store, 'r')).not.toBeNull();
    expect(await find(store, 'r', 'u')).toBeNull();
    expect(await find(store, 'none')).toBeNull();
    for (const access of [unmatched, { kind: 'none' } as const]) {
      expect(await store.responses.find({ tenant: 't', responseId: 'r', access })).toBeNull();
    }
  });

  test('the items at given positions are listed in pages, in both orders', async ({ store }) => {
    await create(store, 'c', minted('a', 'b', 'd', 'e', 'f'));
    const within = { from: 1, until: 4 };
    expect(await idsWithin(store, 'c', within)).toEqual({ ids: ['b', 'd', 'e'], hasMore: false });
    expect(await idsWithin(store, 'c', within, { order: 'desc', limit: 2 })).toEqual({
      ids: ['e', 'd'],
      hasMore: true,
    });
    expect(await idsWithin(store, 'c', within, { order: 'desc', after: 'd' })).toEqual({
      ids: ['b'],
      hasMore: false,
    });
    expect(await idsWithin(store, 'c', within, { after: 'e' })).toEqual({
      ids: [],
      hasMore: false,
    });
    expect(await idsWithin(store, 'c', { from: 2, until: 2 })).toEqual({ ids: [], hasMore: false });
    // An item outside of the positions is not in the list, so that no page follows it.
    for (const after of ['a', 'f']) {
      for (const order of ['asc', 'desc'] as const) {
        expect(await idsWithin(store, 'c', within, { order, after })).toBe('cursor');
      }
    }
    expect(await idsWithin(store, 'none', within)).toBe('conversation');
  });
}
