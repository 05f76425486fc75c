import { expect } from 'vitest';
import { append, key, minted } from '../../support/store.ts';
import { create, itemIds, record, type StoreTest } from './operations.ts';

export function testItems(test: StoreTest): void {
  test('items are returned and listed in the order of the request', async ({ store }) => {
    const created = await create(store, 'c', minted('i3', 'i1'));
    expect(created).toMatchObject({ refused: undefined, items: [record('i3'), record('i1')] });
    await append(store, 'c', minted('i2', 'i0'));
    expect(await itemIds(store, 'c')).toEqual({ ids: ['i3', 'i1', 'i2', 'i0'], hasMore: false });
    expect(await itemIds(store, 'c', { order: 'desc' })).toEqual({
      ids: ['i0', 'i2', 'i1', 'i3'],
      hasMore: false,
    });
  });

  test('one item can be read and deleted by its id', async ({ store }) => {
    await create(store, 'c', minted('a', 'b', 'd'));
    const find = (itemId: string) => store.conversations.getItem({ ...key('c'), itemId });
    expect(await find('b')).toEqual({ absent: undefined, item: record('b') });
    expect(await find('x')).toEqual({ absent: 'item' });
    expect(await store.conversations.getItem({ ...key('x'), itemId: 'b' })).toEqual({
      absent: 'conversation',
    });
    const deleted = await store.conversations.deleteItem({ ...key('c'), itemId: 'b' });
    expect(deleted).toEqual({
      absent: undefined,
      conversation: await store.conversations.get(key('c')),
    });
    expect(await find('b')).toEqual({ absent: 'item' });
    expect(await store.conversations.deleteItem({ ...key('c'), itemId: 'b' })).toEqual({
      absent: 'item',
    });
    expect(await store.conversations.deleteItem({ ...key('x'), itemId: 'a' })).toEqual({
      absent: 'conversation',
    });
    await append(store, 'c', minted('e'));
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'd', 'e'], hasMore: false });
  });

  test('an item of 3 MB with any characters is read back unchanged', async ({ store }) => {
    const data = JSON.stringify({ text: `\u0000\ud800 💬 ${'x'.repeat(3_000_000)}` });
    await create(store, 'c', [{ kind: 'minted', id: 'a', type: 'message', data }]);
    const found = await store.conversations.getItem({ ...key('c'), itemId: 'a' });
    // Compared here, since a diff of 3 MB is unreadable.
    const isUnchanged = found.absent === undefined && found.item.data === data;
    expect(isUnchanged, 'the stored text of the item differs from the given one').toBe(true);
  });

  test('an id that cannot be stored finds nothing', async ({ store }) => {
    await create(store, 'c', minted('a'));
    for (const odd of ['a\0', '\0', 'a\ud800', '']) {
      expect(await store.conversations.get(key(odd))).toBeNull();
      expect(await store.conversations.getItem({ ...key('c'), itemId: odd })).toEqual({
        absent: 'item',
      });
      expect(await itemIds(store, 'c', { limit: 5, after: odd })).toBe('cursor');
      expect(await append(store, 'c', [{ kind: 'reference', id: odd }])).toMatchObject({
        refused: 'reference_absent',
      });
    }
  });
}
