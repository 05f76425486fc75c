import { expect } from 'vitest';
import { append, key, minted, unmatched } from '../../support/store.ts';
import { takeTurn } from '../../support/responses.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testTurns(test: StoreTest): void {
  test('one of 20 racing takers gets the turn of a conversation', async ({ store }) => {
    await create(store, 'c');
    await create(store, 'd');
    const racing = Array.from({ length: 20 }, () =>
      store.turns.take({ ...key('c'), leaseMs: 60_000 }),
    );
    const results = await Promise.all(racing);
    const taken = results.filter(({ refused }) => refused === undefined);
    expect(taken).toEqual([{ refused: undefined, token: expect.stringMatching(/^turn_/) }]);
    const others = results.filter(({ refused }) => refused !== undefined);
    expect(new Set(others.map(({ refused }) => refused))).toEqual(new Set(['conversation_busy']));
    // The turn of another conversation is free.
    await takeTurn(store, 'd');
  });

  test('a turn that was given back is free', async ({ store }) => {
    await create(store, 'c');
    const first = await takeTurn(store, 'c');
    await store.turns.release({ ...key('c'), token: 'another' });
    expect(await store.turns.take({ ...key('c'), leaseMs: 60_000 })).toEqual({
      refused: 'conversation_busy',
    });
    await store.turns.release({ ...key('c'), token: first });
    const second = await takeTurn(store, 'c');
    expect(second).not.toBe(first);
    // The first holder gives back a turn that is no longer its own.
    await store.turns.release({ ...key('c'), token: first });
    expect(await store.turns.renew({ ...key('c'), token: second, leaseMs: 1 })).toBe(true);
  });

  test('a turn whose time is over is taken by another holder, and then not renewed', async ({
    store,
  }) => {
    await create(store, 'c');
    const first = await store.turns.take({ ...key('c'), leaseMs: 0 });
    if (first.refused !== undefined) throw new Error('the turn must be free');
    // Its time is over, and it is still the only one.
    const renewal = { ...key('c'), token: first.token };
    expect(await store.turns.renew({ ...renewal, leaseMs: 60_000 })).toBe(true);
    expect(await store.turns.take({ ...key('c'), leaseMs: 60_000 })).toEqual({
      refused: 'conversation_busy',
    });
    expect(await store.turns.renew({ ...renewal, leaseMs: 0 })).toBe(true);
    await takeTurn(store, 'c');
    expect(await store.turns.renew({ ...renewal, leaseMs: 60_000 })).toBe(false);
  });

  test('a conversation that is absent or outside the filter has no turn to take', async ({
    store,
  }) => {
    await create(store, 'c');
    const absent = { refused: 'conversation_absent' };
    expect(await store.turns.take({ ...key('x'), leaseMs: 1 })).toEqual(absent);
    expect(await store.turns.take({ ...key('c', 'u'), leaseMs: 1 })).toEqual(absent);
    expect(await store.turns.take({ ...key('c'), access: unmatched, leaseMs: 1 })).toEqual(absent);
    const token = await takeTurn(store, 'c');
    expect(await store.turns.take({ ...key('c'), access: unmatched, leaseMs: 1 })).toEqual(absent);
    await store.conversations.delete(key('c'));
    expect(await store.turns.renew({ ...key('c'), token, leaseMs: 1 })).toBe(false);
    await create(store, 'c');
    await takeTurn(store, 'c');
  });

  test('items are appended and deleted while a turn runs', async ({ store }) => {
    await create(store, 'c', minted('a'));
    await takeTurn(store, 'c');
    expect(await append(store, 'c', minted('b'))).toMatchObject({ refused: undefined });
    expect(await store.conversations.deleteItem({ ...key('c'), itemId: 'a' })).toMatchObject({
      absent: undefined,
    });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['b'], hasMore: false });
  });
}
