import { expect } from 'vitest';
import { given, key, minted, unmatched } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testAccess(test: StoreTest): void {
  test('a conversation outside the row filter is absent for every operation', async ({ store }) => {
    await create(store, 'c', minted('a'));
    const hidden = {
      tenant: 't',
      conversationId: 'c',
      access: unmatched,
      readable: unmatched,
    };
    const page = { limit: 5, order: 'asc', after: undefined } as const;
    expect(await store.conversations.get(hidden)).toBeNull();
    expect(await store.conversations.update({ ...hidden, metadata: '{}' })).toEqual({
      refused: 'conversation_absent',
    });
    expect(await store.conversations.delete(hidden)).toBe(false);
    expect(await store.conversations.listItems({ ...hidden, page })).toEqual({
      absent: 'conversation',
    });
    expect(await store.conversations.getItem({ ...hidden, itemId: 'a' })).toEqual({
      absent: 'conversation',
    });
    expect(await store.conversations.deleteItem({ ...hidden, itemId: 'a' })).toEqual({
      absent: 'conversation',
    });
    for (const items of [minted('b'), [given('a', '')]]) {
      expect(await store.conversations.appendItems({ ...hidden, createdAt: 1, items })).toEqual({
        refused: 'conversation_absent',
      });
    }
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
  });

  test('an item outside the filter of readable conversations is not linked', async ({ store }) => {
    await create(store, 'c', minted('a'));
    await create(store, 'd');
    const linking = { ...key('d'), readable: unmatched, createdAt: 1 };
    expect(
      await store.conversations.appendItems({
        ...linking,
        items: [{ kind: 'reference', id: 'a' }],
      }),
    ).toEqual({ refused: 'reference_absent', id: 'a' });
    expect(
      await store.conversations.appendItems({ ...linking, items: [given('a', '"own"')] }),
    ).toMatchObject({
      items: [{ data: '"own"' }],
    });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
  });
}
