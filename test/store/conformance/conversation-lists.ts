import { expect } from 'vitest';
import { newConversation } from '../../support/store.ts';
import { conversationIds, create, type StoreTest } from './operations.ts';

/** Pairs of metadata with the characters that JSON, SQL and regular expressions treat specially. */
const PAIRS: readonly [string, string][] = [
  ['a', 'b'],
  ['a', 'b.'],
  ['a', '.*'],
  ['"', '\\'],
  ['a":"b', '","a":"b'],
  ['\u0000', '\ud800'],
  ['(', '[^]$|?+{2}'],
  ['', ''],
  ['é', '💬\n'],
];

export function testConversationLists(test: StoreTest): void {
  test('a list by metadata finds pairs with any characters', async ({ store }) => {
    for (const [index, pair] of PAIRS.entries()) {
      const metadata = JSON.stringify(Object.fromEntries([['x', 'y'], pair, ['z', '']]));
      await store.conversations.create({
        ...newConversation(`c${index}`),
        metadata,
        createdAt: index,
      });
    }
    for (const [index, pair] of PAIRS.entries()) {
      expect(await conversationIds(store, [pair])).toEqual([`c${index}`]);
      expect(await conversationIds(store, [pair, ['x', 'y']])).toEqual([`c${index}`]);
      expect(await conversationIds(store, [pair, ['x', 'z']])).toEqual([]);
    }
    expect(await conversationIds(store, [['x', 'y']])).toHaveLength(PAIRS.length);
    expect(await conversationIds(store, [['b', 'a']])).toEqual([]);
  });

  test('conversations created at the same time are listed in byte order of their ids', async ({
    store,
  }) => {
    const named = ['b', 'B', 'a', 'A', '_', '-', '0'];
    for (const id of named) await create(store, id);
    expect(await conversationIds(store, [])).toEqual(named.toSorted());
  });
}
