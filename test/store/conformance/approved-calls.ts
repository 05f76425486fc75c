import { expect } from 'vitest';
import { everything, given, key, newConversation, unmatched } from '../../support/store.ts';
import { create, type StoreTest } from './operations.ts';

const call = { ...key('c'), requestId: 'mcpr_1' };

export function testApprovedCalls(test: StoreTest): void {
  test('one of 20 racing requests begins an approved call', async ({ store }) => {
    await create(store, 'c');
    const racing = Array.from({ length: 20 }, () => store.approvedCalls.begin(call));
    const results = await Promise.all(racing);
    expect(results.filter(({ refused }) => refused === undefined)).toHaveLength(1);
    expect(results.filter(({ refused }) => refused === 'begun_before')).toHaveLength(19);
  });

  test('an approved call of another request or another conversation can be begun', async ({
    store,
  }) => {
    await create(store, 'c');
    await create(store, 'd');
    for (const each of [call, { ...call, requestId: 'mcpr_2' }, { ...call, ...key('d') }]) {
      expect(await store.approvedCalls.begin(each)).toMatchObject({ refused: undefined });
    }
  });

  test('an approved call whose beginning was undone can be begun again', async ({ store }) => {
    await create(store, 'c');
    const first = await store.approvedCalls.begin(call);
    if (first.refused !== undefined) throw new Error('the call must be free');
    await store.approvedCalls.undo({ ...first.call, token: 'another' });
    expect(await store.approvedCalls.begin(call)).toEqual({ refused: 'begun_before' });
    await store.approvedCalls.undo(first.call);
    const second = await store.approvedCalls.begin(call);
    expect(second).toMatchObject({ refused: undefined });
    // The first request undoes what is no longer its own.
    await store.approvedCalls.undo(first.call);
    expect(await store.approvedCalls.begin(call)).toEqual({ refused: 'begun_before' });
  });

  test('no call is begun in a conversation that is absent or outside the filter', async ({
    store,
  }) => {
    await create(store, 'c');
    const absent = { refused: 'conversation_absent' };
    expect(await store.approvedCalls.begin({ ...call, access: unmatched })).toEqual(absent);
    expect(await store.approvedCalls.begin({ ...call, ...key('x') })).toEqual(absent);
    expect(await store.approvedCalls.begin({ ...call, ...key('c', 'u') })).toEqual(absent);
    await store.approvedCalls.begin(call);
    await store.conversations.delete(key('c'));
    expect(await store.approvedCalls.begin(call)).toEqual(absent);
    await create(store, 'c');
    expect(await store.approvedCalls.begin(call)).toMatchObject({ refused: undefined });
  });

  test('the request for an approval is found where it was stored first', async ({ store }) => {
    await create(store, 'c', [given('mcpr_1', '"first"')]);
    const items = [given('mcpr_1', '"later"')];
    const createdAt = Date.now();
    await store.conversations.create({ ...newConversation('b'), createdAt, items });
    const find = (more: object = {}) =>
      store.approvedCalls.findRequest({
        tenant: 't',
        requestId: 'mcpr_1',
        readable: everything,
        ...more,
      });
    expect(await find()).toEqual({ conversationId: 'c', data: '"first"' });
    expect(await find({ requestId: 'mcpr_2' })).toBeNull();
    expect(await find({ tenant: 'u' })).toBeNull();
    expect(await find({ readable: unmatched })).toBeNull();
  });
}
