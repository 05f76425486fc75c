import { expect } from 'vitest';
import type { ConversationKey, HoldRecord, Store } from '../../../src/index.ts';
import {
  findResponse,
  newHidden,
  newResponse,
  takeTurn,
  commitOf,
} from '../../support/responses.ts';
import { everything, key, minted, newConversation } from '../../support/store.ts';
import { itemIds, type StoreTest } from './operations.ts';

const HOUR_MS = 3_600_000;

const many = (count: number) => Array.from({ length: count }, (_, index) => `i${index}`);

const holdOn = (more: Partial<HoldRecord> = {}): HoldRecord => ({
  id: 'hold_1',
  tenant: 't',
  subject: null,
  conversationId: null,
  reason: 'a lawsuit',
  createdAt: 1,
  releasedAt: null,
  ...more,
});

const isStored = async (store: Store, id: string): Promise<boolean> =>
  (await store.conversations.getResource(key(id))) !== null;

/** Does what a sweep does with conversations, and returns those that it has deleted. */
async function sweep(store: Store): Promise<readonly string[]> {
  const { retention } = store;
  for (const due of await retention.due(50)) await retention.expire(due);
  for (const kept of await retention.keptDeleted(undefined, 50)) {
    if (!kept.isHeld) await retention.letGo(kept);
  }
  const gone: string[] = [];
  for (const purgeable of await retention.purgeable(50)) {
    if (await purgeAll(store, purgeable)) gone.push(purgeable.conversationId);
  }
  return gone;
}

async function purgeAll(store: Store, of: ConversationKey): Promise<boolean> {
  for (;;) {
    const { state } = await store.retention.purge(of, 50);
    if (state !== 'rest') return state === 'gone';
  }
}

export function testRetention(test: StoreTest): void {
  test('a conversation lives until the end of its time, and an item moves an idle one on', async ({
    store,
  }) => {
    const now = Date.now();
    const make = (id: string, anchor: 'created_at' | 'last_active_at', age: number) =>
      store.conversations.create({
        ...newConversation(id),
        createdAt: now - age,
        expiry: { anchor, afterMs: HOUR_MS },
      });
    await make('young', 'created_at', HOUR_MS - 60_000);
    await make('old', 'created_at', HOUR_MS + 1);
    await make('idle', 'last_active_at', HOUR_MS + 1);
    await make('active', 'last_active_at', HOUR_MS - 60_000);
    const stored = { ...key('active'), items: minted('a'), createdAt: now };
    await store.conversations.appendItems(stored);
    const found = await Promise.all(
      ['young', 'old', 'idle', 'active'].map((id) => store.conversations.get(key(id))),
    );
    expect(found.map((each) => each?.id ?? null)).toEqual(['young', null, null, 'active']);
    const { expiry } = found[3] ?? {};
    expect(expiry).toEqual({ expiresAt: now + HOUR_MS, idleMs: HOUR_MS, activeAt: now });
    expect(await sweep(store)).toEqual(expect.arrayContaining(['old', 'idle']));
    expect(await isStored(store, 'young')).toBe(true);
    expect(await isStored(store, 'old')).toBe(false);
  });

  test('an active conversation whose end has passed is moved on by the sweep', async ({
    store,
  }) => {
    const now = Date.now();
    await store.conversations.create({
      ...newConversation('c'),
      createdAt: now - 2 * HOUR_MS,
      expiry: { anchor: 'last_active_at', afterMs: 2 * HOUR_MS + 3000 },
    });
    const at = { ...key('c'), items: minted('a'), createdAt: now };
    await store.conversations.appendItems(at);
    await expect.poll(() => store.retention.due(5), { timeout: 20_000 }).toHaveLength(1);
    expect(await store.retention.expire(key('c'))).toBe(false);
    expect(await store.retention.due(5)).toEqual([]);
    expect(await store.conversations.get(key('c'))).not.toBeNull();
  });

  test('an expiry is changed, taken off, and refused when it would be over', async ({ store }) => {
    const now = Date.now();
    await store.conversations.create({ ...newConversation('c'), createdAt: now - HOUR_MS });
    const update = (anchor: 'created_at' | 'last_active_at', afterMs: number) =>
      store.conversations.update({
        ...key('c'),
        metadata: undefined,
        expiry: { anchor, afterMs },
      });
    expect(await update('created_at', HOUR_MS - 1)).toEqual({ refused: 'expired_already' });
    expect(await update('last_active_at', HOUR_MS - 1)).toEqual({ refused: 'expired_already' });
    expect(await update('created_at', 2 * HOUR_MS)).toMatchObject({
      conversation: { metadata: '{}', expiry: { expiresAt: now + HOUR_MS, idleMs: null } },
    });
    expect(
      await store.conversations.update({ ...key('c'), metadata: '{"a":"b"}', expiry: null }),
    ).toEqual({
      refused: undefined,
      conversation: { id: 'c', metadata: '{"a":"b"}', createdAt: now - HOUR_MS, revision: 2 },
    });
  });

  test('a conversation is purged in pieces, and not before its time', async ({ store }) => {
    const items = minted(...many(120));
    await store.conversations.create({ ...newConversation('c'), items });
    await store.responses.add({ ...key('c'), response: newResponse('r'), token: undefined });
    expect((await store.retention.purge(key('c'), 50)).state).toBe('absent');
    await store.conversations.delete({ ...key('c'), trashMs: HOUR_MS });
    expect((await store.retention.purge(key('c'), 50)).state).toBe('absent');
    const filter = { ...key('c'), owners: undefined, metadata: [] };
    expect(await store.retention.condemn(filter, { id: 'c', owner: 'o' })).toBe(true);
    const purge = () => store.retention.purge(key('c'), 50);
    expect(await purge()).toMatchObject({ state: 'rest', items: 50, responses: 1 });
    expect(await purge()).toMatchObject({ state: 'rest', items: 50, responses: 0 });
    expect(await purge()).toMatchObject({ state: 'gone', items: 20, responses: 0 });
    expect(await purge()).toMatchObject({ state: 'absent', items: 0, responses: 0 });
    expect(await isStored(store, 'c')).toBe(false);
    // The rows are gone, not merely out of reach.
    await store.conversations.create({ ...newConversation('c'), items: minted('i5') });
    expect(await itemIds(store, 'c')).toEqual({ ids: ['i5'], hasMore: false });
  });

  const TARGETS: Readonly<Record<string, Partial<HoldRecord>>> = {
    'the tenant': {},
    'the subject': { subject: 'o' },
    'the conversation': { conversationId: 'c' },
  };
  for (const [target, of] of Object.entries(TARGETS)) {
    test(`a hold on ${target} is stronger than every way to delete`, async ({ store }) => {
      const { conversations, retention, responses } = store;
      const items = minted('a', 'b', 'd');
      await conversations.create({ ...newConversation('c'), items });
      await responses.add({ ...key('c'), response: newResponse('r'), token: undefined });
      await store.holds.add(holdOn(of));
      // Items and responses are absent, and kept.
      await conversations.deleteItem({ ...key('c'), itemId: 'a' });
      await responses.delete({ ...key('c'), responseId: 'r' });
      expect(await itemIds(store, 'c')).toEqual({ ids: ['b', 'd'], hasMore: false });
      expect(await findResponse(store, 'r')).toBeNull();
      await responses.add({ ...key('c'), response: newResponse('s'), token: undefined });
      const old = { ...key('c'), responseId: 's', createdAt: 7 };
      expect(await retention.deleteOldResponse(old, 1)).toBe(false);
      const filter = { ...key('c'), owners: undefined, metadata: [] };
      expect(await retention.condemn(filter, { id: 'c', owner: 'o' })).toBe(false);
      expect((await retention.erasable(filter, undefined, 10)).matches).toMatchObject([
        { id: 'c', isHeld: true },
      ]);
      expect(await conversations.delete(key('c'))).toBe(true);
      expect(await conversations.delete(key('c'))).toBe(false);
      expect(await sweep(store)).toEqual([]);
      expect(await retention.purgeable(5), 'it does not come up again').toEqual([]);
      expect(await retention.keptDeleted(undefined, 5)).toMatchObject([{ isHeld: true }]);
      expect(await retention.forgetItems(key('c'), 50)).toBe(0);
      const kept: unknown[] = [];
      await store.archive.read({ tenant: 't', after: undefined }, async (records) => {
        kept.push(...records.map(({ table, row }) => `${table} ${'id' in row ? row.id : ''}`));
      });
      expect(new Set(kept)).toEqual(
        new Set([
          'conversations c',
          'held_items a',
          'held_items r',
          'holds hold_1',
          'items b',
          'items d',
          'responses s',
        ]),
      );
      expect(await store.holds.release({ id: 'hold_1', releasedAt: 2 })).toEqual({
        ...holdOn(of),
        releasedAt: 2,
      });
      expect(await store.holds.release({ id: 'hold_1', releasedAt: 2 })).toBeNull();
      expect(await sweep(store)).toEqual(['c']);
      expect(await isStored(store, 'c')).toBe(false);
    });
  }

  test('the reach of a hold is what is stored of its target', async ({ store }) => {
    await store.conversations.create(newConversation('c'));
    await store.conversations.create({ ...newConversation('d'), owner: 'p' });
    await store.conversations.create(newConversation('c', 'u'));
    await store.conversations.delete({ ...key('c'), trashMs: HOUR_MS });
    const reach = (of: Partial<HoldRecord>) => store.holds.reach(holdOn(of));
    expect(await reach({})).toBe(2);
    expect(await reach({ subject: 'o' })).toBe(1);
    expect(await reach({ conversationId: 'd' })).toBe(1);
    expect(await reach({ conversationId: 'e' })).toBe(0);
    expect(await reach({ subject: 'q' })).toBe(0);
    expect(await reach({ tenant: 'v' })).toBe(0);
  });

  test('a hold on something else keeps nothing', async ({ store }) => {
    const others = [
      { conversationId: 'd' },
      { subject: 'another' },
      { tenant: 'u' },
      { releasedAt: 2 },
    ];
    for (const [index, more] of others.entries()) {
      await store.holds.add(holdOn({ id: `hold_${index}`, ...more }));
    }
    await store.conversations.create({ ...newConversation('c'), items: minted('a') });
    await store.conversations.delete(key('c'));
    expect(await isStored(store, 'c')).toBe(false);
    expect((await store.holds.list('t')).map(({ id }) => id)).toHaveLength(3);
    expect(await store.holds.list(undefined)).toHaveLength(4);
  });

  test('what a hold has kept of a living conversation is deleted after its release', async ({
    store,
  }) => {
    await store.conversations.create({ ...newConversation('c'), items: minted('a', 'b') });
    await store.holds.add(holdOn());
    await store.conversations.deleteItem({ ...key('c'), itemId: 'a' });
    expect(await store.retention.keptItems(undefined, 10)).toMatchObject([{ isHeld: true }]);
    await store.holds.release({ id: 'hold_1', releasedAt: 2 });
    expect(await store.retention.keptItems(undefined, 10)).toMatchObject([
      { conversationId: 'c', isHeld: false },
    ]);
    expect(await store.retention.forgetItems(key('c'), 50)).toBe(1);
    expect(await store.retention.keptItems(undefined, 10)).toEqual([]);
    expect(await itemIds(store, 'c')).toEqual({ ids: ['b'], hasMore: false });
  });

  test('a hidden conversation under a hold is kept when its last response is deleted', async ({
    store,
  }) => {
    await store.responses.create(newHidden('h', 'r', 'a', 'b'));
    await store.holds.add(holdOn());
    expect(await store.responses.delete({ ...key('h'), responseId: 'r' })).toBe(true);
    expect(await store.conversations.get(key('h'))).toBeNull();
    expect(await isStored(store, 'h')).toBe(true);
    expect(await sweep(store)).toEqual([]);
    await store.holds.release({ id: 'hold_1', releasedAt: 2 });
    expect(await sweep(store)).toEqual(['h']);
  });

  test('old responses are deleted, and hidden conversations end with their last one', async ({
    store,
  }) => {
    const { retention } = store;
    const dayMs = 86_400_000;
    const recent = newResponse('new', { createdAt: Date.now() });
    await store.conversations.create({ ...newConversation('c'), items: minted('x') });
    await store.responses.add({ ...key('c'), response: newResponse('old'), token: undefined });
    await store.responses.add({ ...key('c'), response: recent, token: undefined });
    await store.responses.create(newHidden('h', 'r', 'a', 'b'));
    await store.responses.create(newHidden('k', 's', 'a', 'b'));
    const token = await takeTurn(store, 'k');
    const next = { ...recent, id: 'young' };
    await store.responses.commitTurn({ ...commitOf('k', token, 'young', 'd'), response: next });
    const found: string[] = [];
    let after;
    do {
      const page = await retention.oldResponses(dayMs, after, 2);
      for (const response of page.responses) {
        found.push(response.responseId);
        expect(await retention.deleteOldResponse(response, dayMs)).toBe(true);
        expect(await retention.deleteOldResponse(response, dayMs)).toBe(false);
      }
      after = page.next;
    } while (after !== undefined);
    expect(found.toSorted()).toEqual(['old', 'r', 's']);
    const young = { ...key('k'), responseId: 'young', createdAt: 0 };
    expect(await retention.deleteOldResponse(young, dayMs)).toBe(false);
    expect(await sweep(store)).toEqual(['h']);
    expect(await itemIds(store, 'c')).toEqual({ ids: ['x'], hasMore: false });
    expect(await itemIds(store, 'k')).toEqual({ ids: ['a', 'b', 'd'], hasMore: false });
    expect(await findResponse(store, 'young')).not.toBeNull();
  });

  test('an erasure finds owners, pairs and every state, and nothing of others', async ({
    store,
  }) => {
    const make = (id: string, owner: string, metadata = '{}', tenant = 't') =>
      store.conversations.create({
        ...newConversation(id, tenant),
        owner,
        metadata,
        items: minted(`${id}-1`, `${id}-2`),
      });
    await make('live', 'ann', '{"user":"7"}');
    await make('trashed', 'ann');
    await make('expired', 'ann');
    await make('isolated', 'ann#x');
    await make('similar', 'anna');
    await make('other', 'bob', '{"user":"7"}');
    await make('foreign', 'ann', '{"user":"7"}', 'u');
    await store.responses.create({ ...newHidden('hidden', 'r', 'a', 'b'), owner: 'ann' });
    await store.conversations.delete({ ...key('trashed'), trashMs: HOUR_MS });
    await store.retention.limit(key('expired'), { anchor: 'created_at', afterMs: 1 });
    const matches = async (
      owners: { owner: string; orPrefix: string | undefined } | undefined,
      metadata: readonly (readonly [string, string])[],
      access: typeof everything | { kind: 'owner'; subject: string } = everything,
    ) => {
      const ids: string[] = [];
      let after: string | undefined;
      do {
        const filter = { tenant: 't', access, owners, metadata };
        const page = await store.retention.erasable(filter, after, 3);
        for (const { id, items, bytes } of page.matches) {
          expect({ id, items }).toEqual({ id, items: 2 });
          expect(bytes).toBeGreaterThan(10);
          ids.push(id);
        }
        after = page.next;
      } while (after !== undefined);
      return ids.toSorted();
    };
    const all = ['expired', 'hidden', 'live', 'trashed'];
    expect(await matches({ owner: 'ann', orPrefix: undefined }, [])).toEqual(all);
    expect(await matches({ owner: 'ann', orPrefix: 'ann#' }, [])).toEqual(
      [...all, 'isolated'].toSorted(),
    );
    expect(await matches(undefined, [['user', '7']])).toEqual(['live', 'other']);
    expect(await matches({ owner: 'ann', orPrefix: undefined }, [['user', '7']])).toEqual(['live']);
    const bob = { kind: 'owner', subject: 'bob' } as const;
    expect(await matches(undefined, [['user', '7']], bob)).toEqual(['other']);
    const condemn = (id: string) =>
      store.retention.condemn(
        { tenant: 't', access: bob, owners: undefined, metadata: [['user', '7']] },
        { id, owner: 'ann' },
      );
    expect(await condemn('live'), 'of another owner').toBe(false);
    expect(await condemn('other')).toBe(true);
    expect(await store.conversations.get(key('other'))).toBeNull();
    expect(await sweep(store)).toEqual(expect.arrayContaining(['other']));
    expect(await isStored(store, 'live')).toBe(true);
  });
}
