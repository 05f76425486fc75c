import { expect } from 'vitest';
import { after, before, fork, forkOf, rewind, WIDE } from '../../support/branches.ts';
import { commitOf, findResponse, takeTurn } from '../../support/responses.ts';
import { append, given, key, minted, newKey, unmatched } from '../../support/store.ts';
import { create, itemIds, record, type StoreTest } from './operations.ts';

const ids = (...all: readonly string[]) => ({ ids: all, hasMore: false });
const NOTHING_ADDED = { refused: undefined, items: [] };

export function testBranches(test: StoreTest): void {
  test('a fork has the items up to its place at their positions, and its own after them', async ({
    store,
  }) => {
    await create(store, 'c', minted('a', 'gone', 'b', 'd'));
    await store.conversations.deleteItem({ ...key('c'), itemId: 'gone' });
    const forks = [
      [undefined, ['a', 'b', 'd']],
      [after('b'), ['a', 'b']],
      [before('b'), ['a']],
      [before('a'), []],
    ] as const;
    for (const [index, [until, copied]] of forks.entries()) {
      const id = `f${index}`;
      const forkedFrom = { conversationId: 'c', itemId: copied.at(-1) ?? null };
      const conversation = { id, metadata: '{"a":"b"}', createdAt: 5, revision: 0, forkedFrom };
      expect(await fork(store, 'c', id, until, minted(`x${index}`))).toEqual({
        refused: undefined,
        conversation,
        items: [record(`x${index}`)],
      });
      expect(await itemIds(store, id)).toEqual(ids(...copied, `x${index}`));
      expect(await store.conversations.get(key(id))).toEqual(conversation);
      await append(store, id, minted('later'));
      expect(await itemIds(store, id)).toEqual(ids(...copied, `x${index}`, 'later'));
    }
    expect(await itemIds(store, 'c')).toEqual(ids('a', 'b', 'd'));
    await store.conversations.delete(key('c'));
    expect(await itemIds(store, 'f0')).toEqual(ids('a', 'b', 'd', 'x0', 'later'));
  });

  test('a fork has metadata of its own if it is given some', async ({ store }) => {
    await create(store, 'c', minted('a'));
    await store.branches.fork({ ...forkOf('c', 'f'), metadata: '{"own":"1"}' });
    expect(await store.conversations.get(key('f'))).toMatchObject({ metadata: '{"own":"1"}' });
  });

  test('a fork is refused whole for what is absent, present or too much', async ({ store }) => {
    await create(store, 'c', [...minted('a', 'b'), given('c', '"ä"')]);
    const params = forkOf('c', 'f', after('b'));
    const { source } = params;
    const refusals = [
      [{ ...params, source: { ...source, access: unmatched } }, { refused: 'conversation_absent' }],
      [
        { ...params, source: { ...source, conversationId: 'none' } },
        { refused: 'conversation_absent' },
      ],
      [{ ...params, source: { ...source, until: after('none') } }, { refused: 'place_absent' }],
      [
        { ...params, items: [given('b', '1')] },
        { refused: 'item_present', id: 'b' },
      ],
      [
        { ...params, items: [given('x', '1'), given('x', '2')] },
        { refused: 'item_present', id: 'x' },
      ],
      [
        { ...params, items: [{ kind: 'reference', id: 'none' }] },
        { refused: 'reference_absent', id: 'none' },
      ],
      [
        { ...params, limits: { ...WIDE, maxItems: 1 } },
        { refused: 'too_long', limit: 'items' },
      ],
      [
        { ...params, limits: { ...WIDE, maxBytes: 19 } },
        { refused: 'too_long', limit: 'bytes' },
      ],
    ] as const;
    for (const [refused, refusal] of refusals) {
      expect(await store.branches.fork(refused)).toEqual(refusal);
      expect(await store.conversations.get(key('f'))).toBeNull();
      expect(await itemIds(store, 'f')).toBe('conversation');
    }
    // The item `c` comes after the place, and two items of ten bytes are not too much.
    const limits = { maxItems: 2, maxBytes: 20 };
    const allowed = { ...params, items: [given('c', '1')], limits };
    expect(await store.branches.fork(allowed)).toMatchObject({ refused: undefined });
    expect(await itemIds(store, 'f')).toEqual(ids('a', 'b', 'c'));
  });

  test('a fork under a key is made once', async ({ store }) => {
    await create(store, 'c', minted('a'));
    const first = { ...forkOf('c', 'f1'), key: newKey('k') };
    expect(await store.branches.fork(first)).toMatchObject({ refused: undefined });
    const second = { ...forkOf('c', 'f2'), key: newKey('k') };
    expect(await store.branches.fork(second)).toEqual({
      refused: 'key_used',
      used: { request: 'r', outcome: { kind: 'conversation', conversationId: 'f1' } },
    });
    expect(await store.conversations.get(key('f2'))).toBeNull();
  });

  test('a rewind removes the items from its place on, and appends others in their stead', async ({
    store,
  }) => {
    await create(store, 'c', minted('a', 'b', 'd'));
    expect(await rewind(store, 'c', after('d'))).toEqual({
      ...NOTHING_ADDED,
      deletedIds: [],
      deletedCount: 0,
      revision: 0,
    });
    expect(await rewind(store, 'c', after('b'), { items: minted('e') })).toMatchObject({
      items: [record('e')],
      deletedIds: ['d'],
      revision: 1,
    });
    expect(await itemIds(store, 'c')).toEqual(ids('a', 'b', 'e'));
    // An id that is removed may come again.
    expect(await rewind(store, 'c', before('b'), { items: [given('e', '{"id":"e"}')] })).toEqual({
      refused: undefined,
      items: [record('e')],
      deletedIds: ['b', 'e'],
      deletedCount: 2,
      revision: 2,
    });
    expect(await itemIds(store, 'c')).toEqual(ids('a', 'e'));
    expect(await rewind(store, 'c', before('a'))).toMatchObject({ deletedIds: ['a', 'e'] });
    expect(await itemIds(store, 'c')).toEqual(ids());
    await append(store, 'c', minted('z'));
    expect(await itemIds(store, 'c')).toEqual(ids('z'));
  });

  test('a rewind does nothing when it is refused', async ({ store }) => {
    await create(store, 'c', minted('a', 'b', 'd', 'e'));
    const refusals = [
      [after('none'), {}, { refused: 'place_absent' }],
      [after('a'), { items: [given('a', '1')] }, { refused: 'item_present', id: 'a' }],
      [after('b'), { expectedIds: ['d'] }, { refused: 'changed' }],
      [after('b'), { expectedIds: ['e', 'd'] }, { refused: 'changed' }],
      [after('e'), { expectedIds: ['e'] }, { refused: 'changed' }],
      [after('a'), { limits: { ...WIDE, maxItems: 2 } }, { refused: 'too_long', limit: 'items' }],
      [after('a'), { limits: { ...WIDE, maxBytes: 29 } }, { refused: 'too_long', limit: 'bytes' }],
    ] as const;
    for (const [from, more, refusal] of refusals) {
      expect(await rewind(store, 'c', from, more)).toEqual(refusal);
    }
    expect(await itemIds(store, 'c')).toEqual(ids('a', 'b', 'd', 'e'));
    expect(await store.conversations.get(key('c'))).toMatchObject({ revision: 0 });
    const allowed = { expectedIds: ['b', 'd', 'e'], limits: { maxItems: 3, maxBytes: 30 } };
    expect(await rewind(store, 'c', after('a'), allowed)).toMatchObject({ refused: undefined });
  });

  test('a rewind demands a conversation that may be changed, and its turn', async ({ store }) => {
    await create(store, 'c', minted('a', 'b'));
    const token = await takeTurn(store, 'c');
    const params = {
      ...key('c'),
      token,
      from: before('b'),
      createdAt: 6,
      items: [],
      expectedIds: undefined,
      limits: WIDE,
    };
    const { branches } = store;
    const absent = { refused: 'conversation_absent' };
    expect(await branches.rewind({ ...params, access: unmatched })).toEqual(absent);
    expect(await branches.rewind({ ...params, conversationId: 'none' })).toEqual(absent);
    expect(await branches.rewind({ ...params, token: 'other' })).toEqual({ refused: 'turn_lost' });
    expect(await itemIds(store, 'c')).toEqual(ids('a', 'b'));
    // It gives the turn back.
    expect(await branches.rewind(params)).toMatchObject({ refused: undefined });
    expect(await takeTurn(store, 'c')).not.toBe(token);
  });

  test('a turn that lost its place to a rewind stores nothing', async ({ store }) => {
    await create(store, 'c', minted('a', 'b'));
    const late = await store.turns.take({ ...key('c'), leaseMs: 0 });
    expect(await rewind(store, 'c', before('b'))).toMatchObject({ refused: undefined });
    const { token = '' } = late.refused === undefined ? late : {};
    expect(await store.responses.commitTurn(commitOf('c', token, 'r', 'i', 'o'))).toEqual({
      refused: 'turn_lost',
    });
    expect(await itemIds(store, 'c')).toEqual(ids('a'));
  });

  test('a response stays when its items are rewound away, and none is forked', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    await store.responses.commitTurn(commitOf('c', await takeTurn(store, 'c'), 'r', 'i', 'o'));
    await fork(store, 'c', 'f');
    await rewind(store, 'c', after('a'));
    expect(await findResponse(store, 'r')).toMatchObject({
      conversationId: 'c',
      firstOutput: 2,
      endPosition: 3,
    });
    expect(await itemIds(store, 'f')).toEqual(ids('a', 'i', 'o'));
    // Its positions are not given out again.
    await append(store, 'c', minted('later'));
    const page = { order: 'asc', limit: 9, after: undefined } as const;
    const within = { from: 1, until: 3 };
    expect(await store.conversations.listItems({ ...key('c'), page, within })).toMatchObject({
      page: { entries: [] },
    });
  });

  test('a rewind under a key is done once, and names what it has removed and added', async ({
    store,
  }) => {
    await create(store, 'c', minted('a', 'b', 'd'));
    const more = { items: minted('e'), key: newKey('k'), expectedIds: ['b', 'd'] };
    expect(await rewind(store, 'c', after('a'), more)).toMatchObject({ refused: undefined });
    const used = {
      request: 'r',
      outcome: {
        kind: 'rewind',
        conversationId: 'c',
        itemIds: ['e'],
        deletedIds: ['b', 'd'],
        deletedCount: 2,
      },
    };
    expect(await rewind(store, 'c', after('a'), more)).toEqual({ refused: 'key_used', used });
    expect(await itemIds(store, 'c')).toEqual(ids('a', 'e'));
    expect(await store.idempotency.find(newKey('k'))).toEqual(used);
    // A refusal keeps no key.
    const refused = { ...more, key: newKey('other'), items: minted('g') };
    expect(await rewind(store, 'c', after('a'), refused)).toEqual({ refused: 'changed' });
    expect(await store.idempotency.find(newKey('other'))).toBeNull();
  });
}
