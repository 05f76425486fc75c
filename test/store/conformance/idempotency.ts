import { expect } from 'vitest';
import { newHidden, takeTurn, commitOf, findResponse } from '../../support/responses.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

const ref = (id: string, tenant = 't') => ({ tenant, id, request: 'r' });
const LONG = { leaseMs: 60_000 };
const renewal = { ...LONG, awaitedWithinMs: 60_000 };
const RUNNING = { token: undefined, used: { request: 'r', outcome: undefined } };

export function testIdempotency(test: StoreTest): void {
  test('one of 20 racing attempts holds a key', async ({ store }) => {
    const racing = Array.from({ length: 20 }, () =>
      store.idempotency.hold({ ...ref('k'), ...LONG }),
    );
    const results = await Promise.all(racing);
    const tokens = results.flatMap(({ token }) => token ?? []);
    expect(tokens).toHaveLength(1);
    expect(results.filter(({ token }) => token === undefined)).toEqual(Array(19).fill(RUNNING));
    // The same key of another tenant is another key.
    expect(await store.idempotency.hold({ ...ref('k', 'u'), ...LONG })).toMatchObject({
      used: undefined,
    });
  });

  test('a key that was freed, or whose time is over, is held by the next attempt', async ({
    store: { idempotency },
  }) => {
    const first = await idempotency.hold({ ...ref('k'), leaseMs: 0 });
    const second = await idempotency.hold({ ...ref('k'), ...LONG });
    if (first.token === undefined || second.token === undefined) throw new Error('a key is in use');
    expect(await idempotency.renew({ ...ref('k'), token: first.token, ...renewal })).toBe('lost');
    await idempotency.release({ ...ref('k'), token: first.token });
    expect(await idempotency.hold({ ...ref('k'), ...LONG })).toEqual(RUNNING);
    await idempotency.release({ ...ref('k'), token: second.token });
    expect(await idempotency.find(ref('k'))).toBeNull();
  });

  test('a renewal finds out whether a request waits', async ({ store: { idempotency } }) => {
    const { token = '' } = await idempotency.hold({ ...ref('k'), ...LONG });
    const held = { ...ref('k'), token };
    expect(await idempotency.renew({ ...held, ...renewal })).toBe('held');
    await idempotency.await(ref('k'));
    expect(await idempotency.renew({ ...held, ...renewal })).toBe('awaited');
    expect(await idempotency.renew({ ...held, ...LONG, awaitedWithinMs: -1 })).toBe('held');
  });

  test('a response is stored under the key that its attempt holds, or not at all', async ({
    store,
  }) => {
    const { idempotency, responses } = store;
    const { token = '' } = await idempotency.hold({ ...ref('k'), ...LONG });
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
    expect(await idempotency.find(ref('k'))).toEqual({
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
    const { token = '' } = await idempotency.hold({ ...ref('old'), leaseMs: 0 });
    await idempotency.hold({ ...ref('new'), ...LONG });
    await idempotency.sweep();
    expect(await idempotency.renew({ ...ref('old'), token, ...renewal })).toBe('lost');
    expect(await idempotency.hold({ ...ref('new'), ...LONG })).toEqual(RUNNING);
  });
}
