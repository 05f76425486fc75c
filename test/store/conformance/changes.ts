import { expect } from 'vitest';
import type {
  ChangedParams,
  ChangeRecord,
  ConversationRef,
  Moment,
  NewItem,
  Place,
  Store,
} from '../../../src/index.ts';
import { commitOf, takeTurn } from '../../support/responses.ts';
import { everything, key, minted, newConversation, unmatched } from '../../support/store.ts';
import type { StoreTest } from './operations.ts';

const START: Place = { position: 0, revision: 0 };

/** Creates a conversation at the present time. */
function create(store: Store, id: string, ...items: readonly string[]) {
  const params = { ...newConversation(id), createdAt: Date.now(), items: minted(...items) };
  return store.conversations.create(params);
}

function append(store: Store, id: string, items: readonly NewItem[]) {
  return store.conversations.appendItems({ ...key(id), items, createdAt: Date.now() });
}

async function endOf(store: Store, id: string): Promise<Place> {
  const head = await store.changes.head(key(id));
  if (head === null) throw new Error(`${id} is absent`);
  return { position: head.position, revision: head.revision };
}

async function changesOf(
  store: Store,
  id: string,
  {
    from = START,
    limit = 100,
    access = everything,
  }: Partial<ConversationRef> & { from?: Place; limit?: number } = {},
): Promise<readonly ChangeRecord[]> {
  const until = await endOf(store, id);
  return store.changes.read({ ...key(id), access, from, until, limit });
}

async function idsOf<Entry extends { readonly conversationId: string }>(
  pages: AsyncIterable<readonly Entry[]>,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const page of pages) for (const { conversationId } of page) ids.add(conversationId);
  return ids;
}

const since = (moment: Moment, access: ChangedParams['access'] = everything): ChangedParams => ({
  tenant: 't',
  access,
  since: moment,
});

/** A moment before all that a test does. */
const LONG_AGO: Moment = { at: Date.now() - 30 * 60_000, transaction: 3, database: 0 };

/** Makes changes of every kind in conversation `c`, and returns what is left to read. */
async function changeAll(store: Store): Promise<readonly string[]> {
  await create(store, 'c', 'a', 'b');
  await store.conversations.update({ ...key('c'), metadata: '{"x":"y"}' });
  await append(store, 'c', minted('d', 'e'));
  await store.conversations.deleteItem({ ...key('c'), itemId: 'b' });
  await append(store, 'c', minted('f'));
  return ['created a', 'updated', 'created d', 'created e', 'deleted b', 'created f'];
}

function shown({ type, itemId }: ChangeRecord): string {
  const what = type.slice(type.lastIndexOf('.') + 1);
  return itemId === null ? what : `${what} ${itemId}`;
}

export function testChanges(test: StoreTest): void {
  test('changes of a conversation are read in the order in which they were committed', async ({
    store,
  }) => {
    const all = await changeAll(store);
    const changes = await changesOf(store, 'c');
    expect(changes.map(shown)).toEqual(all);
    expect(changes.map(({ position }) => position)).toEqual([0, null, 2, 3, 1, 4]);
    expect(changes.at(-1)?.after.position).toBe(5);
  });

  test('changes that are read after any of them are the rest, in batches of any size', async ({
    store,
  }) => {
    const all = await changeAll(store);
    const changes = await changesOf(store, 'c');
    for (const [index, { after }] of changes.entries()) {
      const rest = await changesOf(store, 'c', { from: after });
      expect(rest.map(shown)).toEqual(all.slice(index + 1));
      const next = await changesOf(store, 'c', { from: after, limit: 1 });
      expect(next.map(shown)).toEqual(all.slice(index + 1, index + 2));
    }
  });

  test('changes of a conversation are those of the callers that may read it', async ({ store }) => {
    await changeAll(store);
    expect(await changesOf(store, 'c', { access: unmatched })).toEqual([]);
    expect(await store.changes.head({ ...key('c'), access: unmatched })).toBeNull();
    expect(await store.changes.head(key('c', 'u'))).toBeNull();
  });

  test('a write that changes nothing is not recorded', async ({ store }) => {
    await create(store, 'c', 'a');
    const before = await endOf(store, 'c');
    const foreign = { ...key('c'), access: unmatched };
    await store.conversations.update({ ...foreign, metadata: '{}' });
    await store.conversations.deleteItem({ ...foreign, itemId: 'a' });
    await store.conversations.deleteItem({ ...key('c'), itemId: 'x' });
    expect(await store.conversations.delete(foreign)).toBe(false);
    expect(await endOf(store, 'c')).toEqual(before);
    expect((await changesOf(store, 'c')).map(shown)).toEqual(['created a']);
    expect(await store.changes.deletion(key('c'))).toBeNull();
  });

  test('a deletion is known to those who could read the conversation, and nothing else is kept', async ({
    store,
  }) => {
    await changeAll(store);
    const { revision } = await endOf(store, 'c');
    expect(await store.conversations.delete(key('c'))).toBe(true);
    expect(await store.changes.deletion(key('c'))).toMatchObject({ revision: revision + 1 });
    const own = { kind: 'owner', subject: 'o' } as const;
    expect(await store.changes.deletion({ ...key('c'), access: own })).not.toBeNull();
    expect(await store.changes.deletion({ ...key('c'), access: unmatched })).toBeNull();
    expect(await store.changes.deletion(key('c', 'u'))).toBeNull();
    expect(await idsOf(store.changes.deleted(since(LONG_AGO, own)))).toEqual(new Set(['c']));
    expect(await idsOf(store.changes.deleted(since(LONG_AGO, unmatched)))).toEqual(new Set());
    // A conversation that comes back under its id has no changes of the one before.
    await create(store, 'c', 'a');
    const until = { position: 9, revision: revision + 1 };
    const range = { from: START, until, limit: 100 };
    const changes = await store.changes.read({ ...key('c'), ...range });
    expect(changes.map(shown)).toEqual(['created a', 'deleted']);
  });

  test('conversations that have changed since a moment are found, and none that the caller may not read', async ({
    store,
  }) => {
    const ids = ['created', 'appended', 'updated', 'emptied'];
    for (const id of ids) await create(store, id, `${id}_1`);
    await append(store, 'appended', minted('x'));
    await store.conversations.update({ ...key('updated'), metadata: '{}' });
    await store.conversations.deleteItem({ ...key('emptied'), itemId: 'emptied_1' });
    await store.conversations.create({ ...newConversation('u', 'u'), createdAt: Date.now() });
    expect(await idsOf(store.changes.changed(since(LONG_AGO)))).toEqual(new Set(ids));
    expect(await idsOf(store.changes.changed(since(LONG_AGO, unmatched)))).toEqual(new Set());
  });

  test('any number of conversations that have changed or were deleted is found', async ({
    store,
  }) => {
    const ids = Array.from({ length: 501 }, (_, index) => `c${index}`);
    await Promise.all(ids.map((id) => create(store, id)));
    expect(await idsOf(store.changes.changed(since(LONG_AGO)))).toEqual(new Set(ids));
    await Promise.all(ids.map((id) => store.conversations.delete(key(id))));
    expect(await idsOf(store.changes.changed(since(LONG_AGO)))).toEqual(new Set());
    expect(await idsOf(store.changes.deleted(since(LONG_AGO)))).toEqual(new Set(ids));
  });

  test('an update and a deletion in a conversation that is long at rest are found', async ({
    store,
  }) => {
    await store.conversations.create({ ...newConversation('old'), items: minted('a') });
    await store.conversations.update({ ...key('old'), metadata: '{"a":"b"}' });
    expect(await idsOf(store.changes.changed(since(LONG_AGO)))).toEqual(new Set(['old']));
  });

  test('what was committed after a moment is after the place at that moment', async ({ store }) => {
    await create(store, 'c', 'a');
    await store.conversations.update({ ...key('c'), metadata: '{}' });
    const before = await endOf(store, 'c');
    const moment = await store.changes.now();
    await append(store, 'c', minted('b'));
    await store.conversations.deleteItem({ ...key('c'), itemId: 'a' });
    const place = await store.changes.placeAt({ ...key('c'), createdAt: 0, moment });
    expect(place.position).toBeLessThanOrEqual(before.position);
    expect(place.revision).toBeLessThanOrEqual(before.revision);
    const changes = await changesOf(store, 'c', { from: place });
    expect(changes.map(shown).slice(-2)).toEqual(['created b', 'deleted a']);
    expect(await idsOf(store.changes.changed(since(moment)))).toEqual(new Set(['c']));
  });

  test('the items of a response that was created long ago are new when they are stored', async ({
    store,
  }) => {
    await store.conversations.create(newConversation('c'));
    const moment = await store.changes.now();
    const token = await takeTurn(store, 'c');
    const committed = await store.responses.commitTurn(commitOf('c', token, 'r', 'a', 'b'));
    expect(committed).toMatchObject({ refused: undefined });
    expect(await idsOf(store.changes.changed(since(moment)))).toEqual(new Set(['c']));
    const place = await store.changes.placeAt({ ...key('c'), createdAt: 1, moment });
    const changes = await changesOf(store, 'c', { from: place });
    expect(changes.map(shown)).toEqual(['created a', 'created b']);
  });

  test('recorded changes are deleted after their time', async ({ store }) => {
    await changeAll(store);
    await store.changes.sweep({ olderThanMs: 60_000 });
    expect(await changesOf(store, 'c')).toHaveLength(6);
    await store.changes.sweep({ olderThanMs: -60_000 });
    expect((await changesOf(store, 'c')).map(shown)).toEqual([
      'created a',
      'created d',
      'created e',
      'created f',
    ]);
  });

  test('listeners are notified of writes to what they watch', async ({ store }) => {
    await create(store, 'c');
    await create(store, 'd');
    const heard: string[] = [];
    const watch = (name: string, tenant: string, conversationId: string | undefined) =>
      store.changes.watch({ tenant, conversationId }, () => heard.push(name));
    const ends = [watch('c', 't', 'c'), watch('t', 't', undefined), watch('u', 'u', undefined)];
    await append(store, 'c', minted('a'));
    await append(store, 'd', minted('b'));
    await create(store, 'e');
    for (const end of ends) end();
    await append(store, 'c', minted('z'));
    expect(heard).toEqual(['c', 't', 't', 't']);
  });
}
