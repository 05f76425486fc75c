import { expect } from 'vitest';
import {
  commitOf,
  exchanged,
  findResponse as find,
  newHidden,
  takeTurn,
} from '../../support/responses.ts';
import { append, everything, key, minted, unmatched } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testForks(test: StoreTest): void {
  test('a fork copies the items before a position and adds its own', async ({ store }) => {
    await create(store, 'c', minted('a', 'gone', 'b'));
    await store.conversations.deleteItem({ ...key('c'), itemId: 'gone' });
    const token = await takeTurn(store, 'c');
    await store.responses.commitTurn(commitOf('c', token, 'r', 'i', 'o'));
    await append(store, 'c', minted('later'));
    const source = { conversationId: 'c', access: everything, until: 5 };
    const fork = { ...newHidden('f', 's', 'x', 'y'), source };
    expect(await store.responses.fork(fork)).toEqual({
      refused: undefined,
      firstOutput: 6,
      endPosition: 7,
    });
    expect(await itemIds(store, 'f')).toEqual({
      ids: ['a', 'b', 'i', 'o', 'x', 'y'],
      hasMore: false,
    });
    expect(await itemIds(store, 'c')).toEqual({
      ids: ['a', 'b', 'i', 'o', 'later'],
      hasMore: false,
    });
    expect(await find(store, 's')).toMatchObject({ conversationId: 'f', isNewest: true });
    expect(await find(store, 'r')).toMatchObject({ conversationId: 'c' });
    // The copy goes its own way.
    await append(store, 'f', minted('z'));
    await store.conversations.delete(key('c'));
    expect(await itemIds(store, 'f')).toMatchObject({
      ids: ['a', 'b', 'i', 'o', 'x', 'y', 'z'],
    });
  });

  test('a fork is refused for an absent source and for an item that it copies', async ({
    store,
  }) => {
    await create(store, 'c', minted('a', 'b'));
    const source = { conversationId: 'c', access: everything, until: 1 };
    const fork = { ...newHidden('f', 's', 'x', 'y'), source };
    const absent = { refused: 'conversation_absent' };
    for (const other of [
      { ...source, access: unmatched },
      { ...source, conversationId: 'none' },
    ]) {
      expect(await store.responses.fork({ ...fork, source: other })).toEqual(absent);
    }
    const present = { ...fork, ...exchanged('a', 'y') };
    expect(await store.responses.fork(present)).toEqual({ refused: 'item_present', id: 'a' });
    expect(await store.conversations.get(key('f'))).toBeNull();
    expect(await find(store, 's')).toBeNull();
    // The item `b` comes after the position.
    expect(await store.responses.fork({ ...fork, ...exchanged('b', 'y') })).toMatchObject({
      refused: undefined,
    });
    expect(await itemIds(store, 'f')).toEqual({ ids: ['a', 'b', 'y'], hasMore: false });
  });
}
