import { expect } from 'vitest';
import { append, given, minted } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testConcurrentWrites(test: StoreTest): void {
  test('concurrent appends are all stored, each as one unbroken run of positions', async ({
    store,
  }) => {
    await create(store, 'c');
    const batches = Array.from({ length: 200 }, (_, batch) =>
      Array.from({ length: 1 + (batch % 5) }, (_each, index) => `${batch}-${index}`),
    );
    await Promise.all(batches.map((batch) => append(store, 'c', minted(...batch))));
    const listed = await itemIds(store, 'c');
    if (typeof listed === 'string') throw new Error(listed);
    expect(listed.ids.toSorted()).toEqual(batches.flat().toSorted());
    for (const batch of batches) {
      const start = listed.ids.indexOf(batch[0] ?? '');
      expect(listed.ids.slice(start, start + batch.length)).toEqual(batch);
    }
  });

  test('a refused write leaves the other writes of its commit alone', async ({ store }) => {
    await create(store, 'c', minted('a'));
    const results = await Promise.all([
      append(store, 'c', minted('b')),
      append(store, 'c', [given('a', '""')]),
      append(store, 'none', minted('x')),
      append(store, 'c', minted('d')),
    ]);
    expect(results.map(({ refused }) => refused)).toEqual([
      undefined,
      'item_present',
      'conversation_absent',
      undefined,
    ]);
    expect(inEitherOrder('a', 'b', 'd')).toContainEqual(await itemIds(store, 'c'));
  });

  test('a write that the database refuses undoes itself and no other write', async ({ store }) => {
    await create(store, 'c', minted('a'));
    const results = await Promise.all([
      append(store, 'c', minted('b')),
      // The store takes ids of this kind for new and does not look them up; the database's key must refuse `a`.
      append(store, 'c', minted('n', 'a')),
      append(store, 'c', minted('d')),
    ]);
    expect(results.map(({ refused }) => refused)).toEqual([undefined, 'item_present', undefined]);
    expect(inEitherOrder('a', 'b', 'd')).toContainEqual(await itemIds(store, 'c'));
  });
}

/** Returns the pages of three items of which two were appended at once. */
function inEitherOrder(first: string, second: string, third: string) {
  return [
    { ids: [first, second, third], hasMore: false },
    { ids: [first, third, second], hasMore: false },
  ];
}
