/** Conversations that are stored and absent: in the trash, expired, or kept under a hold after their deletion. */

import { expect } from 'vitest';
import type { Store } from '../../../src/index.ts';
import { newBackground } from '../../support/background.ts';
import { commitOf, newHidden, newResponse } from '../../support/responses.ts';
import { append, everything, key, minted, newConversation } from '../../support/store.ts';
import { conversationIds, itemIds, type StoreTest } from './operations.ts';

const HOUR_MS = 3_600_000;

/** Makes conversation `c` with items `a` and `b`, with response `r` and with an earlier turn, and ends it. */
const ENDINGS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'in the trash': (store) => store.conversations.delete({ ...key('c'), trashMs: HOUR_MS }),
  expired: (store) => store.retention.limit(key('c'), { anchor: 'created_at', afterMs: 1 }),
  'idle for too long': (store) =>
    store.retention.limit(key('c'), { anchor: 'last_active_at', afterMs: 1 }),
  'deleted under a hold': async (store) => {
    await store.holds.add({
      id: 'hold_1',
      tenant: 't',
      subject: null,
      conversationId: 'c',
      reason: 'r',
      createdAt: 1,
      releasedAt: null,
    });
    return store.conversations.delete(key('c'));
  },
};

const SINCE_EVER = {
  tenant: 't',
  access: everything,
  since: { at: 0, transaction: 3, database: 0 },
} as const;
const PAGE = { limit: 5, order: 'asc', after: undefined } as const;

/** Operations on a conversation `id`, and what they answer when it is absent. */
function operations(store: Store, id: string, response: string) {
  const { conversations, responses, turns, background, retention } = store;
  const at = key(id);
  const fork = {
    ...newConversation('fork'),
    metadata: undefined,
    limits: { maxItems: 9, maxBytes: 999 },
  };
  const exchange = { ...newHidden('copy', 'resp_copy', 'x'), source: { ...at, until: 2 } };
  return {
    get: () => conversations.get(at),
    listItems: () => conversations.listItems({ ...at, page: PAGE }),
    'listItems after an item': () =>
      conversations.listItems({ ...at, page: { ...PAGE, after: 'a' } }),
    getItem: () => conversations.getItem({ ...at, itemId: 'a' }),
    getItems: () => conversations.getItems({ ...at, itemIds: ['a'] }),
    findItem: () => conversations.findItem({ ...at, itemId: id === 'c' ? 'a' : 'none' }),
    appendItems: () => append(store, id, minted('new')),
    'appendItems of none': () => append(store, id, []),
    update: () => conversations.update({ ...at, metadata: '{}' }),
    'update of the expiry': () =>
      conversations.update({ ...at, metadata: undefined, expiry: null }),
    'update to an expiry': () =>
      conversations.update({
        ...at,
        metadata: undefined,
        expiry: { anchor: 'last_active_at', afterMs: HOUR_MS },
      }),
    deleteItem: () => conversations.deleteItem({ ...at, itemId: 'a' }),
    delete: () => conversations.delete(at),
    'delete into the trash': () => conversations.delete({ ...at, trashMs: HOUR_MS }),
    'responses.find': () => responses.find({ ...at, responseId: response }),
    'responses.list': () => responses.list({ ...at, order: 'asc', limit: 5, cursor: undefined }),
    'responses.add': () =>
      responses.add({ ...at, response: newResponse('resp_new'), token: undefined }),
    'responses.delete': () => responses.delete({ ...at, responseId: response }),
    'responses.fork': () => responses.fork(exchange),
    'responses.commitTurn': () => responses.commitTurn(commitOf(id, 'earlier', 'resp_t', 'y')),
    'turns.take': () => turns.take({ ...at, leaseMs: 1000 }),
    'turns.take of another one': () => turns.take({ ...at, leaseMs: 1000, interrupts: true }),
    'background.queue': () =>
      background.queue({
        ...at,
        response: newBackground('resp_queued'),
        continuesAt: undefined,
        mustBeFree: false,
      }),
    'background.find': () => background.find({ ...at, responseId: 'resp_waiting' }),
    list: () =>
      conversations.list({
        tenant: 't',
        access: everything,
        order: 'asc',
        limit: 5,
        cursor: { id, side: 'after' },
        metadata: [],
        createdFrom: undefined,
        createdUntil: undefined,
      }),
    'changes.head': () => store.changes.head(at),
    'changes.read': () => {
      const range = { from: { position: 0, revision: 0 }, until: { position: 9, revision: 9 } };
      return store.changes.read({ ...at, ...range, limit: 9 });
    },
    'branches.fork': () => store.branches.fork({ ...fork, source: { ...at, until: undefined } }),
    'branches.readableSources': async () => {
      const params = { tenant: 't', conversationIds: [id], access: everything };
      return (await store.branches.readableSources(params)).size;
    },
    'retention.limit': () =>
      id === 'c' ? false : retention.limit(at, { anchor: 'created_at', afterMs: HOUR_MS }),
  };
}

export function testAbsences(test: StoreTest): void {
  for (const [state, end] of Object.entries(ENDINGS)) {
    test(`a conversation that is ${state} is absent in every operation`, async ({ store }) => {
      const items = minted('a', 'b');
      await store.conversations.create({ ...newConversation('c'), items });
      await store.responses.add({ ...key('c'), response: newResponse('r'), token: undefined });
      await store.background.queue({
        ...key('c'),
        response: newBackground('resp_waiting'),
        continuesAt: undefined,
        mustBeFree: false,
      });
      const heads: string[] = [];
      for await (const page of store.changes.changed(SINCE_EVER)) {
        heads.push(...page.map(({ conversationId }) => conversationId));
      }
      expect(heads).toContain('c');
      await end(store);
      const absent = operations(store, 'absent', 'none');
      for (const [name, operation] of Object.entries(operations(store, 'c', 'r'))) {
        // Sound: both have the same names.
        const twin = absent[name as keyof typeof absent];
        expect(await operation(), `${name} finds it`).toEqual(await twin());
      }
      expect(await conversationIds(store, [])).toEqual([]);
      for await (const heads of store.changes.changed(SINCE_EVER)) expect(heads).toEqual([]);
      const usage = { tenant: 't', access: everything, metadata: [], limit: 5, after: undefined };
      for (const groupBy of ['owner', 'conversation', 'day'] as const) {
        expect((await store.usage.sum({ ...usage, groupBy })).entries).toEqual([]);
      }
      expect(await store.conversations.getResource(key('c')), 'it is stored').not.toBeNull();
    });
  }

  test('a conversation is restored from the trash as it was, and from nowhere else', async ({
    store,
  }) => {
    await store.conversations.create({ ...newConversation('c'), items: minted('a', 'b') });
    await store.responses.add({ ...key('c'), response: newResponse('r'), token: undefined });
    const before = await store.conversations.get(key('c'));
    const restore = () => store.retention.restore(key('c'));
    expect(await restore()).toEqual({ refused: 'conversation_absent' });
    await store.conversations.delete({ ...key('c'), trashMs: HOUR_MS });
    expect(await restore()).toMatchObject({
      conversation: { ...before, revision: 2 },
    });
    expect(await restore()).toEqual({ refused: 'conversation_absent' });
    expect(await store.conversations.get(key('c'))).toEqual({ ...before, revision: 2 });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['a', 'b'], hasMore: false });
    expect(await store.responses.find({ ...key('c'), responseId: 'r' })).not.toBeNull();
    await store.conversations.delete({ ...key('c'), trashMs: HOUR_MS });
    expect(await store.conversations.delete({ ...key('c'), mayBeTrashed: true })).toBe(true);
    expect(await restore()).toEqual({ refused: 'conversation_absent' });
    expect(await store.conversations.getResource(key('c'))).toBeNull();
  });

  test('the trash lists what is in it by pages, for its owner', async ({ store }) => {
    for (const id of ['a', 'b', 'c', 'd']) await store.conversations.create(newConversation(id));
    for (const id of ['a', 'b', 'd']) {
      await store.conversations.delete({ ...key(id), trashMs: HOUR_MS });
    }
    const list = (cursor?: { id: string; side: 'after' | 'before' }, owner = 'o') =>
      store.conversations.list({
        tenant: 't',
        access: { kind: 'owner', subject: owner },
        order: 'asc',
        limit: 2,
        cursor,
        metadata: [],
        createdFrom: undefined,
        createdUntil: undefined,
        isTrash: true,
      });
    const ids = async (cursor?: { id: string; side: 'after' | 'before' }) =>
      (await list(cursor))?.entries.map(({ id }) => id);
    expect(await ids()).toEqual(['a', 'b']);
    expect(await ids({ id: 'b', side: 'after' })).toEqual(['d']);
    expect(await ids({ id: 'd', side: 'after' })).toEqual([]);
    expect(await ids({ id: 'd', side: 'before' })).toEqual(['a', 'b']);
    expect(await list({ id: 'c', side: 'after' }), 'c is no place in the trash').toBeNull();
    expect((await list(undefined, 'another'))?.entries).toEqual([]);
  });
}
