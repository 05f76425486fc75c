import { expect } from 'vitest';
import {
  commitOf,
  findResponse as find,
  newResponse,
  own,
  takeTurn,
} from '../../support/responses.ts';
import { append, key, minted, unmatched } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

export function testTurnCommits(test: StoreTest): void {
  test('a committed turn has stored its items in order, its response, and is given back', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    const token = await takeTurn(store, 'c');
    await append(store, 'c', minted('b'));
    const response = newResponse('r', { status: 'incomplete', rest: '[{"id":"fc"}]' });
    const params = { ...commitOf('c', token, 'r', 'i', 'o'), response };
    expect(await store.responses.commitTurn(params)).toEqual({
      refused: undefined,
      firstOutput: 3,
      endPosition: 4,
    });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'b', 'i', 'o'], hasMore: false });
    const { tokens: _tokens, ...kept } = response;
    expect(await find(store, 'r')).toEqual({
      ...kept,
      tenant: 't',
      conversationId: 'c',
      firstOutput: 3,
      endPosition: 4,
      isHidden: false,
      isNewest: true,
    });
    await takeTurn(store, 'c');
    await append(store, 'c', minted('later'));
    expect(await find(store, 'r')).toMatchObject({ isNewest: false });
  });

  test('a turn without items stores its response and is given back', async ({ store }) => {
    await create(store, 'c', minted('a'));
    const token = await takeTurn(store, 'c');
    const params = { ...commitOf('c', token, 'r'), input: [], output: [] };
    expect(await store.responses.commitTurn(params)).toMatchObject({ endPosition: 1 });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
    await takeTurn(store, 'c');
  });

  test('a late holder of a turn stores nothing', async ({ store }) => {
    await create(store, 'c');
    const late = await store.turns.take({ ...key('c'), leaseMs: 0 });
    if (late.refused !== undefined) throw new Error('the turn must be free');
    const token = await takeTurn(store, 'c');
    const lost = { refused: 'turn_lost' };
    expect(await store.responses.commitTurn(commitOf('c', late.token, 'r', 'a', 'b'))).toEqual(
      lost,
    );
    expect(await itemIds(store, 'c')).toEqual({ ids: [], hasMore: false });
    expect(await find(store, 'r')).toBeNull();
    // The refusal leaves the turn of the other holder alone.
    expect(await store.responses.commitTurn(commitOf('c', token, 's', 'a', 'b'))).toMatchObject({
      refused: undefined,
    });
    expect(await store.responses.commitTurn(commitOf('c', token, 'u', 'd', 'e'))).toEqual(lost);
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'b'], hasMore: false });
  });

  test('a turn whose time is over is committed unless another one was taken', async ({ store }) => {
    await create(store, 'c');
    const taken = await store.turns.take({ ...key('c'), leaseMs: 0 });
    if (taken.refused !== undefined) throw new Error('the turn must be free');
    expect(await store.responses.commitTurn(commitOf('c', taken.token, 'r', 'a'))).toMatchObject({
      refused: undefined,
    });
  });

  test('a commit to a conversation that is gone or outside the filter stores nothing', async ({
    store,
  }) => {
    await create(store, 'c');
    await create(store, 'd');
    const absent = { refused: 'conversation_absent' };
    const token = await takeTurn(store, 'c');
    const hidden = { ...commitOf('c', token, 'r', 'a'), access: unmatched };
    expect(await store.responses.commitTurn(hidden)).toEqual(absent);
    expect(await itemIds(store, 'c')).toEqual({ ids: [], hasMore: false });
    const gone = await takeTurn(store, 'd');
    await store.conversations.delete(key('d'));
    expect(await store.responses.commitTurn(commitOf('d', gone, 'r', 'a'))).toEqual(absent);
    expect(await find(store, 'r')).toBeNull();
    // The turn was not given back.
    expect(await store.turns.renew({ ...key('c'), token, leaseMs: 60_000 })).toBe(true);
  });

  test('a commit that continues at a position is refused when the conversation has moved on', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    const token = await takeTurn(store, 'c');
    await append(store, 'c', minted('b'));
    const params = { ...commitOf('c', token, 'r', 'x'), continuesAt: 1 };
    expect(await store.responses.commitTurn(params)).toEqual({ refused: 'moved_on' });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'b'], hasMore: false });
    expect(await store.responses.commitTurn({ ...params, continuesAt: 2 })).toMatchObject({
      refused: undefined,
      firstOutput: 2,
    });
  });

  test('a commit with an item of the conversation, or with one id twice, is refused as a whole', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    const token = await takeTurn(store, 'c');
    const params = commitOf('c', token, 'r', 'x');
    const present = { refused: 'item_present', id: 'a' };
    expect(await store.responses.commitTurn({ ...params, input: [own('a')] })).toEqual(present);
    const twice = { ...params, input: [own('y')], output: [own('y')] };
    expect(await store.responses.commitTurn(twice)).toEqual({ refused: 'item_present', id: 'y' });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a'], hasMore: false });
    expect(await find(store, 'r')).toBeNull();
    expect(await store.turns.renew({ ...key('c'), token, leaseMs: 60_000 })).toBe(true);
  });
}
