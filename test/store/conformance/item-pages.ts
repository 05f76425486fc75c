import { expect } from 'vitest';
import { append, key, minted } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testItemPages(test: StoreTest): void {
  test('a page of items starts after any item, in both orders', async ({ store }) => {
    const all = Array.from({ length: 9 }, (_, index) => `i${index}`);
    await create(store, 'c', minted(...all));
    for (const order of ['asc', 'desc'] as const) {
      const ordered = order === 'asc' ? all : all.toReversed();
      for (const limit of [1, 2, 4, 9, 10]) {
        for (const [index, after] of [undefined, ...ordered].entries()) {
          expect(await itemIds(store, 'c', { order, limit, after })).toEqual({
            ids: ordered.slice(index, index + limit),
            hasMore: index + limit < ordered.length,
          });
        }
      }
    }
  });

  test('a cursor that is not an item of the conversation is reported as absent', async ({
    store,
  }) => {
    await create(store, 'c', minted('a', 'b'));
    await create(store, 'd', minted('e'));
    expect(await itemIds(store, 'c', { limit: 5, after: 'e' })).toBe('cursor');
    expect(await itemIds(store, 'c', { limit: 5, after: 'unknown' })).toBe('cursor');
    await store.conversations.deleteItem({ ...key('c'), itemId: 'a' });
    expect(await itemIds(store, 'c', { limit: 5, after: 'a' })).toBe('cursor');
    expect(await itemIds(store, 'absent', { limit: 5, after: 'a' })).toBe('conversation');
    expect(await itemIds(store, 'absent')).toBe('conversation');
  });

  test('a conversation without items has an empty page', async ({ store }) => {
    await create(store, 'c');
    expect(await itemIds(store, 'c')).toEqual({ ids: [], hasMore: false });
    expect(await append(store, 'c', [])).toMatchObject({ refused: undefined, items: [] });
  });
}
