import { expect } from 'vitest';
import type { ArchiveRecord } from '../../../src/index.ts';
import { commitOf, findResponse as find, newHidden, takeTurn } from '../../support/responses.ts';
import { key, minted, unmatched } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testResponseRemoval(test: StoreTest): void {
  test('deleting a response of a conversation leaves its items and other responses', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    for (const [responseId, item] of [
      ['r', 'b'],
      ['s', 'd'],
    ] as const) {
      const token = await takeTurn(store, 'c');
      await store.responses.commitTurn(commitOf('c', token, responseId, item));
    }
    const ref = { ...key('c'), responseId: 'r' };
    expect(await store.responses.delete({ ...ref, access: unmatched })).toBe(false);
    expect(await store.responses.delete({ ...ref, conversationId: 'x' })).toBe(false);
    expect(await find(store, 'r')).not.toBeNull();
    expect(await store.responses.delete(ref)).toBe(true);
    expect(await store.responses.delete(ref)).toBe(false);
    expect(await find(store, 'r')).toBeNull();
    expect(await store.responses.delete({ ...ref, responseId: 's' })).toBe(true);
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'b', 'd'], hasMore: false });
  });

  test('deleting the last response of a hidden conversation deletes the conversation', async ({
    store,
  }) => {
    await store.responses.create(newHidden('h', 'r', 'a', 'b'));
    const token = await takeTurn(store, 'h');
    await store.responses.commitTurn(commitOf('h', token, 's', 'd'));
    await takeTurn(store, 'h');
    expect(await store.responses.delete({ ...key('h'), responseId: 'r' })).toBe(true);
    expect(await itemIds(store, 'h')).toEqual({ ids: ['a', 'b', 'd'], hasMore: false });
    expect(await store.responses.delete({ ...key('h'), responseId: 's' })).toBe(true);
    expect(await store.conversations.get(key('h'))).toBeNull();
    // The rows are gone, not merely out of reach.
    await create(store, 'h', minted('a'));
    expect(await itemIds(store, 'h')).toEqual({ ids: ['a'], hasMore: false });
    await takeTurn(store, 'h');
  });

  test('deleting the newest response of a hidden conversation deletes the items that only it shows', async ({
    store,
  }) => {
    await store.responses.create(newHidden('h', 'r', 'a', 'b'));
    const ref = { ...key('h'), responseId: 's' };
    for (const item of ['d', 'e']) {
      const token = await takeTurn(store, 'h');
      await store.responses.commitTurn(commitOf('h', token, 's', item));
      expect(await store.responses.delete({ ...ref, access: unmatched })).toBe(false);
      expect(await itemIds(store, 'h')).toEqual({ ids: ['a', 'b', item], hasMore: false });
      expect(await store.responses.delete(ref)).toBe(true);
      expect(await itemIds(store, 'h')).toEqual({ ids: ['a', 'b'], hasMore: false });
    }
  });

  test('deleting a conversation deletes its responses', async ({ store }) => {
    await create(store, 'c');
    const token = await takeTurn(store, 'c');
    await store.responses.commitTurn(commitOf('c', token, 'r', 'a'));
    await store.conversations.delete(key('c'));
    expect(await find(store, 'r')).toBeNull();
  });

  test('adoption moves hidden conversations and responses to another owner and tenant', async ({
    store,
  }) => {
    await store.responses.create(newHidden('h', 'r', 'a'));
    const adopted = await store.conversations.adopt({
      from: { tenant: 't', owner: 'o' },
      to: { tenant: 'u', owner: 'new', attributes: {} },
      conversationId: undefined,
    });
    expect(adopted).toBe(1);
    expect(await find(store, 'r')).toBeNull();
    expect(await find(store, 'r', 'u')).toMatchObject({ isHidden: true, isNewest: true });
  });

  test('an archive has responses and hidden conversations, and no turns', async ({ store }) => {
    await store.responses.create(newHidden('h', 'r', 'a'));
    await takeTurn(store, 'h');
    const records: ArchiveRecord[] = [];
    await store.archive.read({ tenant: undefined, after: undefined }, async (batch) => {
      records.push(...batch);
    });
    expect(records.map(({ table }) => table)).toEqual(['conversations', 'items', 'responses']);
    await store.conversations.delete(key('h'));
    await store.archive.write(records);
    expect(await find(store, 'r')).toMatchObject({ isHidden: true });
    await takeTurn(store, 'h');
    // The records are stored already.
    expect(await store.archive.write(records)).toBe(0);
  });
}
