import { expect } from 'vitest';
import type { NewItem } from '../../../src/index.ts';
import {
  append,
  everything,
  given,
  key,
  minted,
  newConversation,
  unmatched,
} from '../../support/store.ts';
import { create, itemIds, record, type StoreTest } from './operations.ts';

const reference = (id: string): NewItem => ({ kind: 'reference', id });

export function testItemIds(test: StoreTest): void {
  test("an item with the caller's id is stored as it was posted, whatever other conversations have under it", async ({
    store,
  }) => {
    await create(store, 'c', [given('a', '"in c"')]);
    await create(store, 'd', [given('a', '"in d"')]);
    await create(store, 'e');
    const [own] = [{ id: 'a', type: 'message', data: '"in e"' }];
    expect(await append(store, 'e', [given('a', '"in e"')])).toEqual({
      refused: undefined,
      items: [own],
      revision: 1,
    });
    for (const [conversation, data] of [
      ['c', '"in c"'],
      ['d', '"in d"'],
      ['e', '"in e"'],
    ] as const) {
      expect(
        await store.conversations.getItem({ ...key(conversation), itemId: 'a' }),
      ).toMatchObject({ item: { id: 'a', data } });
    }
    await store.conversations.deleteItem({ ...key('c'), itemId: 'a' });
    expect(await itemIds(store, 'c')).toEqual({ ids: [], hasMore: false });
    expect(await itemIds(store, 'd')).toEqual({ ids: ['a'], hasMore: false });
  });

  test('a reference stores a copy of the item that was stored last among the readable conversations', async ({
    store,
  }) => {
    const posted = async (conversation: string, owner: string, createdAt: number) => {
      await store.conversations.create({ ...newConversation(conversation), owner });
      const items = [given('a', `"in ${conversation}"`)];
      await store.conversations.appendItems({ ...key(conversation), items, createdAt });
    };
    await posted('old', 'o', 1);
    await posted('new', 'o', 3);
    await posted('foreign', 'p', 9);
    await create(store, 'd');
    const appended = await store.conversations.appendItems({
      ...key('d'),
      readable: { kind: 'owner', subject: 'o' },
      items: [...minted('n'), reference('a')],
      createdAt: 10,
    });
    const copy = { id: 'a', type: 'message', data: '"in new"' };
    expect(appended).toMatchObject({ refused: undefined, items: [record('n'), copy] });
    await store.conversations.delete(key('new'));
    expect(await store.conversations.getItem({ ...key('d'), itemId: 'a' })).toMatchObject({
      item: copy,
    });
  });

  test('an item is found by its id among the readable conversations of the tenant', async ({
    store,
  }) => {
    await create(store, 'c', [given('a', '"in c"')]);
    const find = (itemId: string, more: object = {}) =>
      store.conversations.findItem({ tenant: 't', readable: everything, itemId, ...more });
    expect(await find('a')).toEqual({ id: 'a', type: 'message', data: '"in c"' });
    expect(await find('b')).toBeNull();
    expect(await find('a', { tenant: 'u' })).toBeNull();
    expect(await find('a', { readable: unmatched })).toBeNull();
  });

  test('an append with an item of the same conversation is refused as a whole', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    await create(store, 'd', minted('a'));
    for (const batch of [
      [...minted('n'), given('a', '""')],
      [...minted('n'), reference('a')],
      [given('b', '""'), given('a', '""'), given('d', '""')],
    ]) {
      expect(await append(store, 'c', batch)).toEqual({ refused: 'item_present', id: 'a' });
    }
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
  });

  test('an id that a request has twice is refused in an append and in a creation', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    await create(store, 'd', minted('x'));
    const twice = [given('n', '"1"'), ...minted('m'), given('n', '"2"')];
    expect(await append(store, 'c', twice)).toEqual({ refused: 'item_present', id: 'n' });
    expect(await append(store, 'absent', twice)).toEqual({ refused: 'conversation_absent' });
    const mixed = [given('x', '"1"'), reference('x')];
    expect(await append(store, 'c', mixed)).toEqual({ refused: 'item_present', id: 'x' });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
    expect(await create(store, 'e', twice)).toEqual({ refused: 'item_present', id: 'n' });
    expect(await store.conversations.get(key('e'))).toBeNull();
  });

  test('a write with a reference to an absent item is refused as a whole', async ({ store }) => {
    await create(store, 'c');
    const batch: NewItem[] = [...minted('n'), reference('x')];
    expect(await append(store, 'c', batch)).toEqual({ refused: 'reference_absent', id: 'x' });
    expect(await append(store, 'absent', batch)).toEqual({ refused: 'conversation_absent' });
    expect(await itemIds(store, 'c')).toEqual({ ids: [], hasMore: false });
    expect(await create(store, 'd', batch)).toEqual({ refused: 'reference_absent', id: 'x' });
    expect(await store.conversations.get(key('d'))).toBeNull();
  });
}
