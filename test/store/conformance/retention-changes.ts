import { expect } from 'vitest';
import type { ChangedParams, Moment, Store } from '../../../src/index.ts';
import { everything, key, minted, newConversation, unmatched } from '../../support/store.ts';
import type { StoreTest } from './operations.ts';

const HOUR_MS = 3_600_000;
const OWNER = { kind: 'owner', subject: 'o' } as const;
const LONG_AGO: Moment = { at: Date.now() - 30 * 60_000, transaction: 3, database: 0 };

function create(store: Store, id: string, age = 0) {
  return store.conversations.create({
    ...newConversation(id),
    createdAt: Date.now() - age,
    items: minted(`${id}-1`, `${id}-2`),
    ...(age > 0 && { expiry: { anchor: 'created_at', afterMs: HOUR_MS } }),
  });
}

const trash = (store: Store, id: string) =>
  store.conversations.delete({ ...key(id), trashMs: HOUR_MS });

async function purge(store: Store, id: string): Promise<void> {
  while ((await store.retention.purge(key(id), 50)).state === 'rest');
  expect(await store.conversations.getResource(key(id))).toBeNull();
}

function condemn(store: Store, id: string): Promise<boolean> {
  const filter = { tenant: 't', access: everything, owners: undefined, metadata: [] };
  return store.retention.condemn(filter, { id, owner: 'o' });
}

/** Returns the deletions of a tenant, as a reader of all conversations finds them. */
async function deletions(store: Store, access: ChangedParams['access'] = everything) {
  const found: [string, number][] = [];
  const params = { tenant: 't', access, since: LONG_AGO };
  for await (const page of store.changes.deleted(params)) {
    for (const { conversationId, revision } of page) found.push([conversationId, revision]);
  }
  return found;
}

/** Returns the recorded changes of a conversation that is there. */
async function recordedOf(store: Store, id: string): Promise<readonly string[]> {
  const from = { position: 9, revision: 0 };
  const until = { position: 9, revision: 99 };
  const changes = await store.changes.read({ ...key(id), from, until, limit: 99 });
  return changes.map(
    ({ type, after }) => `${type.slice('conversation.'.length)} ${after.revision}`,
  );
}

export function testRetentionChanges(test: StoreTest): void {
  test('a conversation that is restored was deleted and restored, and is no deletion', async ({
    store,
  }) => {
    await create(store, 'c');
    expect(await trash(store, 'c')).toBe(true);
    expect(await deletions(store)).toEqual([['c', 1]]);
    expect(await store.retention.restore({ ...key('c'), access: unmatched })).toMatchObject({
      refused: 'conversation_absent',
    });
    expect(await store.retention.restore(key('c'))).toMatchObject({ refused: undefined });
    expect(await store.retention.restore(key('c'))).toMatchObject({
      refused: 'conversation_absent',
    });
    expect(await recordedOf(store, 'c')).toEqual(['deleted 1', 'restored 2']);
    expect(await deletions(store)).toEqual([]);
    await trash(store, 'c');
    expect(await deletions(store)).toEqual([['c', 3]]);
    expect(await store.conversations.delete({ ...key('c'), mayBeTrashed: true })).toBe(true);
    expect(await deletions(store)).toEqual([['c', 3]]);
    expect(await store.changes.deletion(key('c'))).toMatchObject({ revision: 3, position: 2 });
  });

  test('a conversation whose time is over is deleted for its readers, before and after the sweep', async ({
    store,
  }) => {
    await create(store, 'c', 2 * HOUR_MS);
    await create(store, 'young', HOUR_MS / 2);
    const deletion = await store.changes.deletion({ ...key('c'), access: OWNER });
    expect(deletion).toMatchObject({ conversationId: 'c', revision: 1 });
    expect(await store.changes.deletion({ ...key('c'), access: unmatched })).toBeNull();
    expect(await store.changes.deletion(key('young'))).toBeNull();
    expect(await store.retention.expire(key('young'))).toBe(false);
    expect(await store.retention.expire(key('c'))).toBe(true);
    expect(await store.retention.expire(key('c'))).toBe(false);
    expect(await deletions(store, OWNER)).toEqual([['c', 1]]);
    expect(await deletions(store, unmatched)).toEqual([]);
    expect(await store.changes.deletion(key('c'))).toMatchObject({ revision: 1 });
  });

  test('a purge forgets what was recorded, but for the deletion', async ({ store }) => {
    await create(store, 'c');
    await store.conversations.update({ ...key('c'), metadata: '{"a":"b"}' });
    await store.conversations.deleteItem({ ...key('c'), itemId: 'c-1' });
    expect(await condemn(store, 'c')).toBe(true);
    await purge(store, 'c');
    await create(store, 'c');
    expect(await recordedOf(store, 'c')).toEqual(['deleted 3']);
  });

  test('an erasure is known to those who could read the conversation, by a digest of its owner', async ({
    store,
  }) => {
    await create(store, 'live');
    await create(store, 'trashed');
    await trash(store, 'trashed');
    for (const id of ['live', 'trashed']) expect(await condemn(store, id)).toBe(true);
    const check = async () => {
      const both = new Map([
        ['live', 1],
        ['trashed', 1],
      ]);
      expect(new Map(await deletions(store, OWNER))).toEqual(both);
      expect(new Map(await deletions(store, everything))).toEqual(both);
      expect(await deletions(store, unmatched)).toEqual([]);
      const other = { kind: 'not', filter: OWNER } as const;
      expect(await deletions(store, other)).toEqual([]);
      expect(await store.changes.deletion({ ...key('live'), access: OWNER })).not.toBeNull();
      expect(await store.changes.deletion({ ...key('live'), access: unmatched })).toBeNull();
    };
    await check();
    for (const id of ['live', 'trashed']) await purge(store, id);
    await check();
  });

  test('a conversation under a hold is not condemned, and nothing is recorded of it', async ({
    store,
  }) => {
    await create(store, 'c');
    const hold = { id: 'hold_1', tenant: 't', subject: null, conversationId: 'c', reason: 'r' };
    await store.holds.add({ ...hold, createdAt: 1, releasedAt: null });
    expect(await condemn(store, 'c')).toBe(false);
    expect(await deletions(store)).toEqual([]);
    await store.conversations.update({ ...key('c'), metadata: '{"a":"b"}' });
    expect(await recordedOf(store, 'c')).toEqual(['updated 1']);
  });

  test('owners of conversations that were deleted before are erased, and no others', async ({
    store,
  }) => {
    const make = async (id: string, owner: string) => {
      await store.conversations.create({ ...newConversation(id), owner, createdAt: Date.now() });
      await store.conversations.delete(key(id));
    };
    await make('gone', 'ann');
    await make('isolated', 'ann#x');
    await make('other', 'bob');
    await store.conversations.create({ ...newConversation('kept'), owner: 'ann' });
    await trash(store, 'kept');
    const owners = { owner: 'ann', orPrefix: 'ann#' };
    await store.retention.eraseOwners({ tenant: 't', access: everything, owners });
    const foundBy = async (subject: string) =>
      (await deletions(store, { kind: 'owner', subject })).map(([id]) => id).toSorted();
    expect(await foundBy('ann')).toEqual(['gone', 'kept']);
    expect(await foundBy('ann#x')).toEqual(['isolated']);
    expect(await foundBy('bob')).toEqual(['other']);
  });
}
