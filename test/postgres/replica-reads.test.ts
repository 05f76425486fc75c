import type { ReadPlace } from '../../src/observe/observer.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase, ordinaryRole, type PostgresDatabase } from '../support/postgres.ts';
import {
  onStandby,
  openReplicated,
  startReplication,
  type ReplicatedStore,
  type Replication,
} from '../support/replicated-postgres.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { append, everything, key, minted, newConversation, openOn } from '../support/store.ts';

let replication: Replication;
beforeAll(async () => {
  replication = await startReplication();
});
afterEach(() => replication.standby.resumeReplay());
afterAll(() => replication[Symbol.asyncDispose]());

const ITEM_PAGE = { limit: 20, order: 'asc', after: undefined } as const;
const CONVERSATIONS = {
  tenant: 't',
  access: everything,
  order: 'asc',
  limit: 20,
  cursor: undefined,
  metadata: [],
  createdFrom: undefined,
  createdUntil: undefined,
} as const;

const listed = ({ store }: ReplicatedStore) => store.conversations.list(CONVERSATIONS);
const itemsOf = ({ store }: ReplicatedStore, id: string) =>
  store.conversations.listItems({ ...key(id), page: ITEM_PAGE });
const idsIn = (...ids: string[]) => ({ page: { entries: ids.map((id) => ({ id })) } });
const changed = (id: string, value: string) => ({ ...key(id), metadata: `{"is":"${value}"}` });

/** Opens a store on a new database, which the standby has, with the conversations `c` and `d`. */
async function openFilled(
  database: PostgresDatabase,
  url = database.url,
  ...settings: string[]
): Promise<ReplicatedStore> {
  await using primary = await openOn(url, ...settings);
  for (const id of ['c', 'd']) {
    await primary.conversations.create({ ...newConversation(id), items: minted(`${id}1`) });
  }
  await replication.caughtUp();
  return openReplicated(url, onStandby(url, replication), ...settings);
}

/** Opens a store on such a database, which reaches the primary through a proxy. */
async function openThroughProxy(
  database: PostgresDatabase,
): Promise<AsyncDisposable & { readonly opened: ReplicatedStore; readonly proxy: Proxy }> {
  await (await openFilled(database))[Symbol.asyncDispose]();
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startProxy(Number(new URL(database.url).port)));
  const url = Object.assign(new URL(database.url), { port: String(proxy.port) }).href;
  const opened = stack.use(await openReplicated(url, onStandby(database.url, replication)));
  const moved = stack.move();
  return { opened, proxy, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** Lets the standby replay, and waits until it answers what the store has written. */
async function untilReplicaServes(
  { placesOf }: ReplicatedStore,
  read: () => Promise<unknown>,
): Promise<void> {
  await replication.standby.resumeReplay();
  await expect.poll(() => placesOf(read)).toEqual(['replica']);
}

test('reads of conversations and items are answered by the replica, as it has them', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using opened = await openFilled(database);
  const { store, placesOf } = opened;
  await replication.standby.pauseReplay();
  await using other = await openOn(database.url);
  await other.conversations.update(changed('c', 'new'));
  await append(other, 'c', minted('c2'));
  await other.conversations.create(newConversation('e'));
  const places = await placesOf(async () => {
    expect(await store.conversations.get(key('c'))).toMatchObject({ metadata: '{}' });
    expect(await listed(opened)).toMatchObject({ entries: [{ id: 'c' }, { id: 'd' }] });
    expect(await itemsOf(opened, 'c')).toMatchObject(idsIn('c1'));
    expect(await store.conversations.getItem({ ...key('c'), itemId: 'c1' })).toMatchObject({
      item: { id: 'c1' },
    });
  });
  expect(places).toEqual(['replica', 'replica', 'replica', 'replica']);
});

test('what the replica does not have is looked up on the primary', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using opened = await openFilled(database);
  const { conversations } = opened.store;
  await replication.standby.pauseReplay();
  await using other = await openOn(database.url);
  await other.conversations.create({ ...newConversation('e'), createdAt: 2, items: minted('e1') });
  await other.conversations.create({ ...newConversation('f'), createdAt: 3 });
  await append(other, 'c', minted('c2', 'c3'));
  const places = await opened.placesOf(async () => {
    expect(await conversations.get(key('e'))).toMatchObject({ id: 'e' });
    expect(await itemsOf(opened, 'e')).toMatchObject(idsIn('e1'));
    expect(await conversations.getItem({ ...key('c'), itemId: 'c2' })).toMatchObject({
      item: { id: 'c2' },
    });
    const page = { ...ITEM_PAGE, after: 'c2' };
    expect(await conversations.listItems({ ...key('c'), page })).toMatchObject(idsIn('c3'));
    const cursor = { id: 'e', side: 'after' } as const;
    expect(await conversations.list({ ...CONVERSATIONS, cursor })).toMatchObject({
      entries: [{ id: 'f' }],
    });
  });
  expect(places).toEqual(Array.from({ length: 5 }, () => 'replica_without'));
});

type Writes = ReplicatedStore['store']['conversations'];
const noItems = { page: { entries: [] } };

/** Each write, with the reads of conversation `c` and of the list that must see it. */
const WRITES: readonly {
  readonly what: string;
  readonly write: (conversations: Writes) => Promise<unknown>;
  readonly items: unknown;
  readonly list: readonly unknown[];
  /** Where the list is then read. An append changes none. */
  readonly listFrom: ReadPlace;
}[] = [
  {
    what: 'an append',
    write: (to) => to.appendItems({ ...key('c'), items: minted('c2'), createdAt: 1 }),
    items: idsIn('c1', 'c2'),
    list: [{ id: 'c' }, { id: 'd' }],
    listFrom: 'replica',
  },
  {
    what: 'the deletion of an item',
    write: (to) => to.deleteItem({ ...key('c'), itemId: 'c1' }),
    items: noItems,
    list: [{ id: 'c' }, { id: 'd' }],
    listFrom: 'replica',
  },
  {
    what: 'an update',
    write: (to) => to.update(changed('c', 'own')),
    items: idsIn('c1'),
    list: [{ metadata: '{"is":"own"}' }, { id: 'd' }],
    listFrom: 'replica_behind',
  },
  {
    what: 'a creation',
    write: (to) => to.create(newConversation('e')),
    items: idsIn('c1'),
    list: [{ id: 'c' }, { id: 'd' }, { id: 'e' }],
    listFrom: 'replica_behind',
  },
  {
    what: 'a deletion',
    write: (to) => to.delete(key('c')),
    items: { absent: 'conversation' },
    list: [{ id: 'd' }],
    listFrom: 'replica_behind',
  },
];

test.each(WRITES)('a process sees $what of its own at once', async (given) => {
  await using database = await createDatabase(replication.primary.url);
  await using opened = await openFilled(database);
  await replication.standby.pauseReplay();
  await given.write(opened.store.conversations);
  expect(await itemsOf(opened, 'c')).toMatchObject(given.items as object);
  const places = await opened.placesOf(async () => {
    expect(await listed(opened)).toMatchObject({ entries: given.list });
  });
  expect(places).toEqual([given.listFrom]);
  expect(await opened.placesOf(() => itemsOf(opened, 'd'))).toEqual(['replica']);
  await untilReplicaServes(opened, () => listed(opened));
});

test('a conversation is seen as the process has updated it', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using opened = await openFilled(database);
  await replication.standby.pauseReplay();
  await opened.store.conversations.update(changed('c', 'own'));
  expect(await opened.store.conversations.get(key('c'))).toMatchObject({
    metadata: '{"is":"own"}',
  });
});

test('a write that names nothing, such as an import, is seen by every read', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using opened = await openFilled(database);
  await replication.standby.pauseReplay();
  await opened.store.conversations.adopt({
    from: { tenant: 't', owner: 'o' },
    to: { tenant: 'u', owner: 'o', attributes: {} },
    conversationId: 'c',
  });
  expect(await opened.store.conversations.get(key('c', 'u'))).toMatchObject({ id: 'c' });
  expect(await opened.store.conversations.get(key('c'))).toBeNull();
  expect(await listed(opened)).toMatchObject({ entries: [{ id: 'd' }] });
});

test('a process that starts sees what others have written before', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using first = await openFilled(database);
  await replication.standby.pauseReplay();
  await append(first.store, 'c', minted('c2'));
  await using second = await openReplicated(database.url, onStandby(database.url, replication));
  expect(await itemsOf(second, 'c')).toMatchObject(idsIn('c1', 'c2'));
});

test('references, keys and pings are read from the primary', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using opened = await openFilled(database);
  const { store } = opened;
  await replication.standby.pauseReplay();
  await using other = await openOn(database.url);
  await append(other, 'c', minted('c2'));
  const places = await opened.placesOf(async () => {
    expect(await append(store, 'd', [{ kind: 'reference', id: 'c2' }])).toMatchObject({
      items: [{ id: 'c2' }],
    });
    await store.ping();
    await store.size();
    await store.keys.find('none');
    await store.conversations.getResource(key('c'));
  });
  expect(places).toEqual(Array.from({ length: 5 }, () => 'primary'));
});

test('a write whose commit was looked up is seen by the next read', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using proxied = await openThroughProxy(database);
  const { opened, proxy } = proxied;
  await replication.standby.pauseReplay();
  proxy.cut('after', 'marked_item');
  await append(opened.store, 'c', minted('marked_item'));
  expect(await itemsOf(opened, 'c')).toMatchObject(idsIn('c1', 'marked_item'));
});

test('a write that was given up is seen by the next read, if it was committed', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using proxied = await openThroughProxy(database);
  const { opened, proxy } = proxied;
  await replication.standby.pauseReplay();
  // A deletion has nothing by which it could be looked up.
  proxy.cut('after', 'c1');
  await expect(
    opened.store.conversations.deleteItem({ ...key('c'), itemId: 'c1' }),
  ).rejects.toMatchObject({ reason: 'out_of_reach' });
  expect(await itemsOf(opened, 'c')).toMatchObject(noItems);
});

test('a process sees its writes also when they are committed before they are on disk', async () => {
  await using database = await createDatabase(replication.primary.url);
  await (await openFilled(database))[Symbol.asyncDispose]();
  const name = new URL(database.url).pathname.slice(1);
  await database.run(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  await using opened = await openReplicated(database.url, onStandby(database.url, replication));
  await replication.standby.pauseReplay();
  for (let number = 2; number < 20; number += 1) {
    const id = `c${number}`;
    await append(opened.store, 'c', minted(id));
    const page = { limit: 1, order: 'desc', after: undefined } as const;
    const last = await opened.store.conversations.listItems({ ...key('c'), page });
    expect(last).toMatchObject(idsIn(id));
  }
});

test('a write counts as done when only its mark cannot be read, and is seen', async () => {
  await using database = await createDatabase(replication.primary.url);
  const url = await ordinaryRole(database);
  await using opened = await openFilled(database, url);
  await replication.standby.pauseReplay();
  await database.run('REVOKE EXECUTE ON FUNCTION pg_current_wal_insert_lsn() FROM PUBLIC');
  expect(await append(opened.store, 'c', minted('c2'))).toMatchObject({ items: [{ id: 'c2' }] });
  expect(await itemsOf(opened, 'c')).toMatchObject(idsIn('c1', 'c2'));
  await database.run('GRANT EXECUTE ON FUNCTION pg_current_wal_insert_lsn() TO PUBLIC');
  await itemsOf(opened, 'c');
  await untilReplicaServes(opened, () => itemsOf(opened, 'c'));
});

test('the replica answers within the tenant of the read with rls on', async () => {
  await using database = await createDatabase(replication.primary.url);
  const url = await ordinaryRole(database);
  await using opened = await openFilled(database, url, '--rls', 'on');
  const places = await opened.placesOf(async () => {
    expect(await itemsOf(opened, 'c')).toMatchObject(idsIn('c1'));
    expect(await listed(opened)).toMatchObject({ entries: [{ id: 'c' }, { id: 'd' }] });
  });
  expect(places).toEqual(['replica', 'replica']);
  await replication.standby.pauseReplay();
  await append(opened.store, 'c', minted('c2'));
  expect(await itemsOf(opened, 'c')).toMatchObject(idsIn('c1', 'c2'));
});
