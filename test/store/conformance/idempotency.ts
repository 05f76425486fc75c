import { expect } from 'vitest';
import type { AppendResult, NewItem, Store } from '../../../src/index.ts';
import { given, key, minted, newConversation, newKey } from '../../support/store.ts';
import { newHidden, takeTurn, commitOf, findResponse } from '../../support/responses.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

const LONG = { leaseMs: 60_000 };
const renewal = { ...LONG, awaitedWithinMs: 60_000 };
const RUNNING = { token: undefined, used: { request: 'r', outcome: undefined } };

export function testIdempotency(test: StoreTest): void {
  test('one of 20 racing attempts holds a key', async ({ store }) => {
    const racing = Array.from({ length: 20 }, () =>
      store.idempotency.hold({ ...newKey('k'), ...LONG }),
    );
    const results = await Promise.all(racing);
    const tokens = results.flatMap(({ token }) => token ?? []);
    expect(tokens).toHaveLength(1);
    const others = results.filter(({ token }) => token === undefined);
    expect(others).toEqual(others.map(() => RUNNING));
    // The same key of another tenant is another key.
    expect(await store.idempotency.hold({ ...newKey('k', 'u'), ...LONG })).toMatchObject({
      used: undefined,
    });
  });

  test('a key that was freed, or whose time is over, is held by the next attempt', async ({
    store: { idempotency },
  }) => {
    const first = await idempotency.hold({ ...newKey('k'), leaseMs: 0 });
    expect(await idempotency.find(newKey('k'))).toBeNull();
    const second = await idempotency.hold({ ...newKey('k'), ...LONG });
    if (first.token === undefined || second.token === undefined) throw new Error('a key is in use');
    expect(await idempotency.renew({ ...newKey('k'), token: first.token, ...renewal })).toBe(
      'lost',
    );
    await idempotency.release({ ...newKey('k'), token: first.token });
    expect(await idempotency.hold({ ...newKey('k'), ...LONG })).toEqual(RUNNING);
    await idempotency.release({ ...newKey('k'), token: second.token });
    expect(await idempotency.find(newKey('k'))).toBeNull();
  });

  test('a renewal finds out whether a request waits', async ({ store: { idempotency } }) => {
    const { token = '' } = await idempotency.hold({ ...newKey('k'), ...LONG });
    const held = { ...newKey('k'), token };
    expect(await idempotency.renew({ ...held, ...renewal })).toBe('held');
    await idempotency.await(newKey('k'));
    expect(await idempotency.renew({ ...held, ...renewal })).toBe('awaited');
    expect(await idempotency.renew({ ...held, ...LONG, awaitedWithinMs: -1 })).toBe('held');
  });

  test('a response is stored under the key that its attempt holds, or not at all', async ({
    store,
  }) => {
    const { idempotency, responses } = store;
    const { token = '' } = await idempotency.hold({ ...newKey('k'), ...LONG });
    const key = { tenant: 't', id: 'k', token };
    const lost = { ...key, token: 'another' };
    await create(store, 'c');
    const turn = await takeTurn(store, 'c');
    const refused = { refused: 'turn_lost' };
    expect(await responses.create({ ...newHidden('h', 'resp_1', 'a', 'b'), key: lost })).toEqual(
      refused,
    );
    expect(
      await responses.commitTurn({ ...commitOf('c', turn, 'resp_1', 'a', 'b'), key: lost }),
    ).toEqual(refused);
    expect(await findResponse(store, 'resp_1')).toBeNull();
    expect(await itemIds(store, 'c')).toEqual({ ids: [], hasMore: false });
    await responses.commitTurn({ ...commitOf('c', turn, 'resp_1', 'a', 'b'), key });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'b'], hasMore: false });
    expect(await idempotency.find(newKey('k'))).toEqual({
      request: 'r',
      outcome: { kind: 'response', conversationId: 'c', responseId: 'resp_1' },
    });
    // The attempt has ended.
    expect(await idempotency.renew({ ...key, ...renewal })).toBe('lost');
    expect(await responses.create({ ...newHidden('h', 'resp_2'), key })).toEqual(refused);
  });

  test('a sweep deletes the keys whose time is over, and no other', async ({
    store: { idempotency },
  }) => {
    const { token = '' } = await idempotency.hold({ ...newKey('old'), leaseMs: 0 });
    await idempotency.hold({ ...newKey('new'), ...LONG });
    await idempotency.sweep();
    expect(await idempotency.renew({ ...newKey('old'), token, ...renewal })).toBe('lost');
    expect(await idempotency.hold({ ...newKey('new'), ...LONG })).toEqual(RUNNING);
  });

  test('a creation under a key that is in use stores nothing, and finds the first one', async ({
    store,
  }) => {
    const creation = (id: string) =>
      store.conversations.create({ ...newConversation(id), items: minted('a'), key: newKey('k') });
    expect(await creation('c')).toMatchObject({ refused: undefined });
    const used = { request: 'r', outcome: { kind: 'conversation', conversationId: 'c' } };
    expect(await creation('d')).toEqual({ refused: 'key_used', used });
    expect(await store.conversations.get(key('d'))).toBeNull();
    // The conversation may go: what was carried out stays so.
    await store.conversations.delete(key('c'));
    expect(await creation('d')).toEqual({ refused: 'key_used', used });
  });

  test('one of 20 racing appends under one key is stored', async ({ store }) => {
    await create(store, 'c');
    const racing = Array.from({ length: 20 }, (_, index) =>
      keyedAppend(store, minted(`i${index}`)),
    );
    const results = await Promise.all(racing);
    const stored = results.flatMap((result) => (result.refused === undefined ? result.items : []));
    const itemIdsOfKey = stored.map(({ id }) => id);
    expect(itemIdsOfKey).toHaveLength(1);
    expect(await itemIds(store, 'c')).toEqual({ ids: itemIdsOfKey, hasMore: false });
    const outcome = { kind: 'items', conversationId: 'c', itemIds: itemIdsOfKey };
    const repeated = results.filter(({ refused }) => refused !== undefined);
    const used = { request: 'r', outcome };
    expect(repeated).toEqual(repeated.map(() => ({ refused: 'key_used', used })));
    expect(repeated).toHaveLength(19);
  });

  test('an append of items with ids, or of references, is found under its key', async ({
    store,
  }) => {
    await create(store, 'c');
    await create(store, 'd', minted('x'));
    const items: readonly NewItem[] = [given('g', '{}'), { kind: 'reference', id: 'x' }];
    expect(await keyedAppend(store, items)).toMatchObject({ refused: undefined });
    await store.conversations.delete(key('d'));
    const outcome = { kind: 'items', conversationId: 'c', itemIds: ['g', 'x'] };
    expect(await keyedAppend(store, items)).toMatchObject({ used: { outcome } });
    await store.conversations.deleteItem({ ...key('c'), itemId: 'x' });
    expect(await keyedAppend(store, items)).toMatchObject({ used: { outcome } });
    expect(await store.conversations.getItems({ ...key('c'), itemIds: ['x', 'g'] })).toMatchObject([
      { id: 'g' },
    ]);
  });

  test('a write that is refused leaves its key free', async ({ store }) => {
    const absent = { refused: 'conversation_absent' };
    expect(await keyedAppend(store, minted('a'))).toEqual(absent);
    const update = { ...key('c'), metadata: '{"a":"b"}', key: newKey('u') };
    expect(await store.conversations.update(update)).toEqual(absent);
    expect(await store.idempotency.find(newKey('u'))).toBeNull();
    await create(store, 'c', [given('g', '{}')]);
    expect(await keyedAppend(store, [given('g', '{}')])).toMatchObject({ refused: 'item_present' });
    expect(await keyedAppend(store, minted('a'))).toMatchObject({ refused: undefined });
    expect(await store.conversations.update(update)).toMatchObject({ refused: undefined });
    expect(await store.conversations.update(update)).toMatchObject({ refused: 'key_used' });
  });

  test('a commit whose turn is lost leaves its key held', async ({ store }) => {
    await create(store, 'c');
    const { token = '' } = await store.idempotency.hold({ ...newKey('k'), ...LONG });
    const held = { tenant: 't', id: 'k', token };
    const params = { ...commitOf('c', 'lost', 'resp_1', 'a', 'b'), key: held };
    expect(await store.responses.commitTurn(params)).toEqual({ refused: 'turn_lost' });
    expect(await store.idempotency.renew({ ...held, ...renewal })).toBe('held');
  });
}

function keyedAppend(store: Store, items: readonly NewItem[]): Promise<AppendResult> {
  return store.conversations.appendItems({ ...key('c'), createdAt: 1, items, key: newKey('k') });
}
