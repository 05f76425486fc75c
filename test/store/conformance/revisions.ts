import { expect } from 'vitest';
import type { ConversationRef, Store } from '../../../src/index.ts';
import { after, rewind } from '../../support/branches.ts';
import { commitOf, takeTurn } from '../../support/responses.ts';
import { append, everything, key, minted } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

async function revisionOf(store: Store, id: string): Promise<number | undefined> {
  return (await store.conversations.get(key(id)))?.revision;
}

/** A conversation that must have one of these revisions. */
const only = (id: string, ...revisions: readonly number[]): ConversationRef => ({
  ...key(id),
  access: { kind: 'and', filters: [everything, { kind: 'revision', revisions }] },
});

export function testRevisions(test: StoreTest): void {
  test('each change of a conversation has a revision of its own', async ({ store }) => {
    await create(store, 'c', minted('a'));
    const { conversations } = store;
    const seen = [await revisionOf(store, 'c')];
    const changes = [
      async () => (await append(store, 'c', minted('b', 'd'))).refused,
      () => conversations.update({ ...key('c'), metadata: '{}' }),
      () => conversations.deleteItem({ ...key('c'), itemId: 'a' }),
      async () =>
        store.responses.commitTurn(commitOf('c', await takeTurn(store, 'c'), 'r', 'i', 'o')),
      () => rewind(store, 'c', after('b')),
      () => rewind(store, 'c', after('b'), { items: minted('e') }),
    ];
    for (const change of changes) {
      await change();
      seen.push(await revisionOf(store, 'c'));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // Reads, refusals and a rewind of nothing change nothing.
    await conversations.deleteItem({ ...key('c'), itemId: 'none' });
    await rewind(store, 'c', after('e'));
    await rewind(store, 'c', after('none'));
    await append(store, 'c', [{ kind: 'given', id: 'e', type: 'message', data: '1' }]);
    expect(await revisionOf(store, 'c')).toBe(6);
  });

  test('writes return the revision that they have made', async ({ store }) => {
    expect(await create(store, 'c', minted('a'))).toMatchObject({ revision: 0 });
    expect(await append(store, 'c', minted('b'))).toMatchObject({ revision: 1 });
    const { conversations } = store;
    expect(await conversations.update({ ...key('c'), metadata: '{}' })).toMatchObject({
      conversation: { revision: 2 },
    });
    expect(await conversations.deleteItem({ ...key('c'), itemId: 'b' })).toMatchObject({
      conversation: { revision: 3 },
    });
    expect(await rewind(store, 'c', after('a'), { items: minted('d') })).toMatchObject({
      revision: 4,
    });
    expect(await revisionOf(store, 'c')).toBe(4);
  });

  test('a write on another revision than the conversation has does nothing', async ({ store }) => {
    await create(store, 'c', minted('a'));
    await append(store, 'c', minted('b'));
    const { conversations } = store;
    const writes = (ref: ConversationRef) => [
      () => conversations.update({ ...ref, metadata: '{"new":"1"}' }),
      () => conversations.appendItems({ ...key('c'), ...ref, items: minted('x'), createdAt: 9 }),
      () => conversations.deleteItem({ ...ref, itemId: 'a' }),
      () => store.turns.take({ ...ref, leaseMs: 60_000 }),
    ];
    for (const ref of [only('c', 0), only('c', 2, 3), only('c')]) {
      expect(await conversations.delete(ref)).toBe(false);
      for (const write of writes(ref)) {
        const result = await write();
        const absent = 'refused' in result ? result.refused : `${result.absent}_absent`;
        expect(absent).toBe('conversation_absent');
      }
    }
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'b'], hasMore: false });
    expect(await conversations.get(key('c'))).toMatchObject({
      metadata: '{"a":"b"}',
      revision: 1,
    });
    const [update] = writes(only('c', 0, 1));
    expect(await update?.()).toMatchObject({ refused: undefined });
    expect(await conversations.delete(only('c', 2))).toBe(true);
  });

  test('one of 20 racing writes on the same revision is carried out', async ({ store }) => {
    await create(store, 'c');
    const racing = Array.from({ length: 20 }, (_, index) =>
      store.conversations.appendItems({
        ...key('c'),
        ...only('c', 0),
        items: minted(`i${index}`),
        createdAt: 9,
      }),
    );
    const results = await Promise.all(racing);
    expect(results.filter(({ refused }) => refused === undefined)).toHaveLength(1);
    expect(await itemIds(store, 'c')).toMatchObject({ ids: { length: 1 } });
  });
}
