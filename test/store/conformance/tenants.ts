import { expect } from 'vitest';
import { append, given, key, minted } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testTenants(test: StoreTest): void {
  test('two tenants can use the same ids without sharing anything', async ({ store }) => {
    await create(store, 'c', minted('a'), 't');
    await create(store, 'c', [given('a', '"other"')], 'u');
    expect(await store.conversations.getItem({ ...key('c', 'u'), itemId: 'a' })).toMatchObject({
      item: { data: '"other"' },
    });
    await store.conversations.delete(key('c', 'u'));
    expect(await itemIds(store, 'c', { limit: 5, tenant: 'u' })).toBe('conversation');
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
    await create(store, 'd', [], 'u');
    expect(await append(store, 'd', [{ kind: 'reference', id: 'a' }], 'u')).toEqual({
      refused: 'reference_absent',
      id: 'a',
    });
  });

  test('adoption moves conversations and their items to another owner and tenant', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    await create(store, 'd', minted('b'));
    const to = { tenant: 'u', owner: 'new', attributes: { teams: ['x'] } };
    const from = { tenant: 't', owner: 'o' };
    expect(await store.conversations.adopt({ from, to, conversationId: 'c' })).toBe(1);
    expect(await itemIds(store, 'c')).toBe('conversation');
    expect(await itemIds(store, 'c', { limit: 5, tenant: 'u' })).toEqual({
      ids: ['a'],
      hasMore: false,
    });
    expect(await store.conversations.getResource({ tenant: 'u', conversationId: 'c' })).toEqual({
      id: 'c',
      owner: 'new',
      attributes: { teams: ['x'] },
    });
    expect(await store.conversations.adopt({ from, to, conversationId: undefined })).toBe(1);
    expect(await store.conversations.adopt({ from, to, conversationId: undefined })).toBe(0);
    expect(await itemIds(store, 'd', { limit: 5, tenant: 'u' })).toEqual({
      ids: ['b'],
      hasMore: false,
    });
  });
}
