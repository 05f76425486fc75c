import { expect } from 'vitest';
import type { NewItem } from '../../../src/index.ts';
import { append, claimed, key, minted } from '../../support/store.ts';
import { create, itemIds, record, type StoreTest } from './operations.ts';

export function testLinking(test: StoreTest): void {
  test("an item with the caller's id is linked if the id is stored elsewhere, and stored if not", async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    await create(store, 'd');
    const appended = await append(store, 'd', [claimed('a', '"forged"'), claimed('n', '"new"')]);
    const expected = [record('a'), { id: 'n', type: 'message', data: '"new"' }];
    expect(appended).toEqual({ refused: undefined, items: expected });
    expect(await store.conversations.getItem({ ...key('d'), itemId: 'a' })).toMatchObject({
      item: record('a'),
    });
    await store.conversations.delete(key('c'));
    expect(await itemIds(store, 'd')).toEqual({ ids: ['a', 'n'], hasMore: false });
  });

  test('an append with an item of the same conversation is refused as a whole', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    for (const batch of [
      [...minted('n'), claimed('a', '""')],
      [...minted('n'), { kind: 'reference', id: 'a' } as const],
    ]) {
      expect(await append(store, 'c', batch)).toEqual({ refused: 'item_present', id: 'a' });
    }
    expect(await append(store, 'c', [claimed('n', '""'), claimed('n', '""')])).toEqual({
      refused: 'item_present',
      id: 'n',
    });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
  });

  test('a write with a reference to an absent item is refused as a whole', async ({ store }) => {
    await create(store, 'c');
    const batch: NewItem[] = [...minted('n'), { kind: 'reference', id: 'x' }];
    expect(await append(store, 'c', batch)).toEqual({ refused: 'reference_absent', id: 'x' });
    expect(await itemIds(store, 'c')).toEqual({ ids: [], hasMore: false });
    expect(await create(store, 'd', batch)).toEqual({ refused: 'reference_absent', id: 'x' });
    expect(await store.conversations.get(key('d'))).toBeNull();
  });
}
