import { expect } from 'vitest';
import { beginBackground, newBackground, queueIn } from '../../support/background.ts';
import {
  commitOf,
  findResponse,
  newHidden,
  newResponse,
  takeTurn,
} from '../../support/responses.ts';
import { append, everything, key, minted, unmatched } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

/** The result for a response that has not taken a turn. */
const QUEUED = { refused: undefined, token: undefined };
const LAST = { terminal: '{"type":"last"}', before: ['{"type":"first"}'] };

const find = (responseId: string) => ({ tenant: 't', responseId, access: everything });

export function testBackground(test: StoreTest): void {
  test('responses wait in the order of their creation, and the first one is found', async ({
    store,
  }) => {
    await create(store, 'c');
    await create(store, 'd');
    await queueIn(store, 'c', 'r2', { createdAt: 2 });
    await queueIn(store, 'c', 'r1', { createdAt: 1, isStreamed: false, request: '{"a":1}' });
    await queueIn(store, 'd', 'r0', { createdAt: 0 });
    const waiting = await store.background.waiting(10);
    expect(waiting.map(({ responseId }) => responseId)).toEqual(['r0', 'r1']);
    expect(await store.background.waiting(1)).toEqual(waiting.slice(0, 1));
    expect(await store.background.first(key('c'))).toEqual({
      tenant: 't',
      conversationId: 'c',
      id: 'r1',
      createdAt: 1,
      continuesAt: undefined,
      hasMovedOn: false,
      isStreamed: false,
      token: undefined,
      request: '{"a":1}',
    });
    expect(await store.background.find(find('r2'))).toMatchObject({ conversationId: 'c' });
    expect(await store.background.find({ ...find('r2'), access: unmatched })).toBeNull();
    expect(await store.background.find({ ...find('r2'), tenant: 'u' })).toBeNull();
    expect(await store.background.first(key('x'))).toBeNull();
  });

  test('responses of a conversation in which a turn runs are not waiting to be made', async ({
    store,
  }) => {
    await create(store, 'c');
    await queueIn(store, 'c', 'r');
    const token = await takeTurn(store, 'c');
    expect(await store.background.waiting(10)).toEqual([]);
    await store.turns.release({ ...key('c'), token });
    expect(await store.background.waiting(10)).toHaveLength(1);
    const late = await store.turns.take({ ...key('c'), leaseMs: 0 });
    expect(late.refused).toBeUndefined();
    expect(await store.background.waiting(10)).toHaveLength(1);
  });

  test('a response is refused where it may not wait', async ({ store }) => {
    await create(store, 'c', minted('a'));
    const params = {
      ...key('c'),
      response: newBackground('r'),
      continuesAt: undefined,
      mustBeFree: true,
    };
    const { background } = store;
    const absent = { refused: 'conversation_absent' };
    const busy = { refused: 'conversation_busy' };
    expect(await background.queue({ ...params, access: unmatched })).toEqual(absent);
    expect(await background.queue({ ...params, ...key('x') })).toEqual(absent);
    expect(await background.queue({ ...params, continuesAt: 0 })).toEqual(busy);
    const token = await takeTurn(store, 'c');
    expect(await background.queue(params)).toEqual(busy);
    await store.turns.release({ ...key('c'), token });
    expect(await background.queue({ ...params, continuesAt: 1 })).toEqual({ refused: undefined });
    expect(await background.queue({ ...params, response: newBackground('s') })).toEqual(busy);
    await append(store, 'c', minted('b'));
    expect(await background.first(key('c'))).toMatchObject({ id: 'r', hasMovedOn: true });
  });

  test('a model is asked once for a response, and in its turn alone', async ({ store }) => {
    await create(store, 'c');
    await queueIn(store, 'c', 'r');
    const asked = { ...key('c'), token: 'none', responseId: 'r' };
    expect(await store.background.ask(asked)).toBe(false);
    const token = await takeTurn(store, 'c');
    expect(await store.background.ask({ ...asked, token })).toBe(true);
    expect(await store.background.first(key('c'))).toMatchObject({ token });
    await store.turns.release({ ...key('c'), token });
    const next = await takeTurn(store, 'c');
    expect(await store.background.ask({ ...asked, token: next })).toBe(false);
    expect(await store.background.ask({ ...asked, token: next, responseId: 'x' })).toBe(false);
  });

  test('a response for which a model was asked is before those that are older', async ({
    store,
  }) => {
    await create(store, 'c');
    await beginBackground(store, 'c', 'asked');
    await queueIn(store, 'c', 'older', { createdAt: 1 });
    expect(await store.background.first(key('c'))).toMatchObject({ id: 'asked' });
  });

  test('a response that has ended is stored with its last event, and its turn is free', async ({
    store,
  }) => {
    await create(store, 'c', minted('a'));
    const begun = await beginBackground(store, 'c', 'r');
    await store.responseEvents.append({ ...begun, sequence: 0, events: ['{"n":0}', '{"n":1}'] });
    const response = newResponse('r', { status: 'cancelled' });
    const end = { ...key('c'), response, last: LAST, token: undefined };
    expect(await store.background.end({ ...end, access: unmatched })).toBe(false);
    expect(await store.background.end(end)).toBe(true);
    expect(await store.background.end(end), 'a response ends once').toBe(false);
    expect(await findResponse(store, 'r')).toMatchObject({
      status: 'cancelled',
      firstOutput: 1,
      endPosition: 1,
    });
    expect(await store.background.find(find('r'))).toBeNull();
    await takeTurn(store, 'c');
    expect(await store.responseEvents.read({ ...begun, from: 0, limit: 9 })).toEqual([
      { sequence: 0, events: ['{"n":0}', '{"n":1}'] },
      { sequence: 2, events: [LAST.terminal] },
    ]);
    expect(await store.responseEvents.append({ ...begun, sequence: 3, events: ['{}'] })).toBe(
      false,
    );
  });

  test('a response that ends before its first event has all events, and leaves another turn alone', async ({
    store,
  }) => {
    await create(store, 'c');
    await queueIn(store, 'c', 'r');
    const token = await takeTurn(store, 'c');
    const end = { ...key('c'), response: newResponse('r'), last: LAST, token: undefined };
    expect(await store.background.end(end)).toBe(true);
    const ref = { ...key('c'), responseId: 'r' };
    expect(await store.responseEvents.read({ ...ref, from: 0, limit: 9 })).toEqual([
      { sequence: 0, events: [...LAST.before, LAST.terminal] },
    ]);
    expect(await store.turns.renew({ ...key('c'), token, leaseMs: 60_000 })).toBe(true);
  });

  test('a commit in the background takes the response out of those that wait', async ({
    store,
  }) => {
    await create(store, 'c');
    const begun = await beginBackground(store, 'c', 'r');
    await store.responseEvents.append({ ...begun, sequence: 0, events: ['{}'] });
    const commit = { ...commitOf('c', begun.token, 'r', 'in', 'out'), background: { last: LAST } };
    expect(await store.responses.commitTurn({ ...commit, token: 'other' })).toMatchObject({
      refused: 'turn_lost',
    });
    expect(await store.background.find(find('r'))).not.toBeNull();
    expect(await store.responses.commitTurn(commit)).toMatchObject({ refused: undefined });
    expect(await store.background.find(find('r'))).toBeNull();
    expect(await itemIds(store, 'c')).toMatchObject({ ids: ['in', 'out'] });
    expect(await store.responseEvents.read({ ...begun, from: 1, limit: 9 })).toEqual([
      { sequence: 1, events: [LAST.terminal] },
    ]);
  });

  test('a response that another process has ended is not committed', async ({ store }) => {
    await create(store, 'c');
    const late = await beginBackground(store, 'c', 'r');
    const response = newResponse('r', { status: 'failed' });
    expect(
      await store.background.end({ ...key('c'), response, last: LAST, token: undefined }),
    ).toBe(true);
    const commit = { ...commitOf('c', late.token, 'r', 'in', 'out'), background: { last: LAST } };
    expect(await store.responses.commitTurn(commit)).toEqual({ refused: 'turn_lost' });
    expect(await itemIds(store, 'c')).toMatchObject({ ids: [] });
    expect(await findResponse(store, 'r')).toMatchObject({ status: 'failed', endPosition: 0 });
  });

  test('a response waits in a hidden conversation of its own, or in a fork, to which it can be moved', async ({
    store,
  }) => {
    const { background } = store;
    const own = { ...newHidden('h', 'unused'), response: newBackground('r') };
    await background.queueAlone(own);
    expect(await background.find(find('r'))).toMatchObject({ conversationId: 'h' });
    await create(store, 'c', minted('a', 'b'));
    const source = { ...key('c'), until: 1 };
    const fork = { ...newHidden('f', 'unused'), response: newBackground('s'), source };
    expect(await background.queueFork({ ...fork, isMoved: true })).toEqual({
      refused: 'conversation_absent',
    });
    expect(await background.queueFork({ ...fork, isMoved: false })).toEqual(QUEUED);
    expect(await itemIds(store, 'f')).toMatchObject({ ids: ['a'] });
    const from = { ...fork, ...newHidden('g', 'unused'), source: { ...key('f'), until: 1 } };
    expect(
      await background.queueFork({ ...from, response: newBackground('s'), isMoved: true }),
    ).toEqual(QUEUED);
    expect(await background.first(key('f'))).toBeNull();
    expect(await background.first(key('g'))).toMatchObject({ id: 's' });
  });

  test('a response takes the turn with its row where it is the first, and the turn is free', async ({
    store,
  }) => {
    const { background, turns } = store;
    await create(store, 'c');
    await create(store, 'd');
    const queue = (id: string, conversationId: string, leaseMs?: number) =>
      background.queue({
        ...key(conversationId),
        response: newBackground(id),
        continuesAt: undefined,
        mustBeFree: false,
        leaseMs,
      });
    const { token } = await queue('r1', 'c', 60_000);
    expect(token).toMatch(/^turn_/);
    expect(await turns.take({ ...key('c'), leaseMs: 60_000 })).toEqual({
      refused: 'conversation_busy',
    });
    expect(await background.waiting(9)).toEqual([]);
    expect(await background.ask({ ...key('c'), token: token ?? '', responseId: 'r1' })).toBe(true);
    expect(await queue('r2', 'c', 60_000), 'a turn runs').toEqual(QUEUED);
    expect(await queue('r3', 'd')).toEqual(QUEUED);
    expect(await queue('r4', 'd', 60_000), 'another response waits').toEqual(QUEUED);
    expect(await background.waiting(9)).toMatchObject([{ responseId: 'r3' }]);
    expect(await queue('r5', 'absent', 60_000)).toEqual({ refused: 'conversation_absent' });
  });

  test('a response takes the turn of the hidden conversation or the fork that is made for it', async ({
    store,
  }) => {
    const { background, turns } = store;
    await create(store, 'c', minted('a'));
    const added = [
      await background.queueAlone({
        ...newHidden('h', 'unused'),
        response: newBackground('r'),
        leaseMs: 60_000,
      }),
      await background.queueFork({
        ...newHidden('f', 'unused'),
        response: newBackground('s'),
        source: { ...key('c'), until: 1 },
        isMoved: false,
        leaseMs: 60_000,
      }),
    ];
    for (const [index, id] of ['h', 'f'].entries()) {
      const turn = { ...key(id), token: added[index]?.token ?? '' };
      expect(await turns.renew({ ...turn, leaseMs: 60_000 })).toBe(true);
    }
  });

  test('a hidden conversation stays while a response is made in it', async ({ store }) => {
    await store.responses.create(newHidden('h', 'first', 'in', 'out'));
    await queueIn(store, 'h', 'r');
    expect(await store.responses.delete({ ...key('h'), responseId: 'first' })).toBe(true);
    expect(await itemIds(store, 'h')).toMatchObject({ ids: ['in', 'out'] });
    const end = { ...key('h'), response: newResponse('r'), last: LAST, token: undefined };
    expect(await store.background.end(end)).toBe(true);
    expect(await store.responses.delete({ ...key('h'), responseId: 'r' })).toBe(true);
    expect(await store.conversations.get(key('h'))).toBeNull();
    const ref = { ...key('h'), responseId: 'r' };
    expect(await store.responseEvents.read({ ...ref, from: 0, limit: 9 })).toEqual([]);
  });

  test('events are deleted after their time, and beyond a size from the oldest on', async ({
    store,
  }) => {
    await create(store, 'c');
    const begun = await beginBackground(store, 'c', 'r');
    const { responseEvents } = store;
    const numbers = async () =>
      (await responseEvents.read({ ...begun, from: 0, limit: 9 })).map(({ sequence }) => sequence);
    for (const sequence of [0, 1, 2]) {
      await responseEvents.append({ ...begun, sequence, events: ['"0123456789"'] });
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    await responseEvents.sweep({ olderThanMs: 60_000, maxBytes: 1_000 });
    expect(await numbers()).toEqual([0, 1, 2]);
    await responseEvents.sweep({ olderThanMs: 60_000, maxBytes: 25 });
    expect(await numbers()).toEqual([1, 2]);
    await responseEvents.sweep({ olderThanMs: 1, maxBytes: 1_000 });
    expect(await numbers()).toEqual([]);
  });

  test('a turn that was interrupted is told from one that is lost', async ({ store }) => {
    await create(store, 'c');
    const first = await takeTurn(store, 'c');
    const interrupt = { ...key('c'), leaseMs: 60_000, interrupts: true };
    expect(await store.turns.take({ ...interrupt, access: unmatched })).toEqual({
      refused: 'conversation_absent',
    });
    expect(await store.turns.renew({ ...key('c'), token: first, leaseMs: 60_000 })).toBe(true);
    const second = await store.turns.take(interrupt);
    if (second.refused !== undefined) throw new Error('an interruption takes the turn');
    expect(await store.turns.renew({ ...key('c'), token: first, leaseMs: 60_000 })).toBe(false);
    const wasInterrupted = (token: string) => store.turns.wasInterrupted({ ...key('c'), token });
    expect(await wasInterrupted(first)).toBe(true);
    expect(await wasInterrupted(second.token)).toBe(false);
    await store.turns.release({ ...key('c'), token: second.token });
    expect(await wasInterrupted(first), 'the note outlives the turn').toBe(true);
    await store.turns.forgetInterrupted(60_000);
    expect(await wasInterrupted(first)).toBe(true);
    await store.turns.forgetInterrupted(-1_000);
    expect(await wasInterrupted(first)).toBe(false);
  });
}
