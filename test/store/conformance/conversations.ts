import { expect } from 'vitest';
import { append, given, key, minted } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testConversations(test: StoreTest): void {
  test('a created conversation is read back as it was given', async ({ store }) => {
    await create(store, 'c');
    expect(await store.conversations.get(key('c'))).toEqual({
      id: 'c',
      metadata: '{"a":"b"}',
      createdAt: 1_700_000_000_123,
      revision: 0,
    });
    expect(await store.conversations.get(key('other'))).toBeNull();
  });

  test('an update replaces the metadata', async ({ store }) => {
    await create(store, 'c');
    const updated = await store.conversations.update({ ...key('c'), metadata: '{}' });
    const conversation = await store.conversations.get(key('c'));
    expect(conversation).toMatchObject({ id: 'c', metadata: '{}' });
    expect(updated).toEqual({ refused: undefined, conversation });
    expect(await store.conversations.update({ ...key('x'), metadata: '{}' })).toEqual({
      refused: 'conversation_absent',
    });
  });

  test('deleting a conversation deletes its items and no other conversation', async ({ store }) => {
    await create(store, 'c', minted('a'));
    await create(store, 'd', minted('b'));
    expect(await store.conversations.delete(key('c'))).toBe(true);
    expect(await store.conversations.delete(key('c'))).toBe(false);
    expect(await store.conversations.get(key('c'))).toBeNull();
    expect(await append(store, 'c', minted('x'))).toEqual({ refused: 'conversation_absent' });
    // The items are gone, not merely out of reach: their ids are free again.
    await create(store, 'c', [given('a', '"new"')]);
    expect(await store.conversations.getItem({ ...key('c'), itemId: 'a' })).toMatchObject({
      item: { data: '"new"' },
    });
    expect(await itemIds(store, 'd')).toEqual({ ids: ['b'], hasMore: false });
  });
}
