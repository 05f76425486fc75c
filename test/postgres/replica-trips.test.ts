import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type PostgresDatabase } from '../support/postgres.ts';
import { openThroughWireProxy, urlThrough } from '../support/proxied-store.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import type { Relay } from '../support/relay.ts';
import {
  onStandby,
  openReplicated,
  startReplication,
  type ReplicatedStore,
  type Replication,
} from '../support/replicated-postgres.ts';
import { startWireProxy, type WireProxy } from '../support/wire-proxy.ts';
import { append, key, minted, newConversation, openOn } from '../support/store.ts';

let replication: Replication;
beforeAll(async () => {
  replication = await startReplication();
});
afterAll(() => replication[Symbol.asyncDispose]());

interface Proxied<Through> extends AsyncDisposable {
  readonly opened: ReplicatedStore;
  readonly primary: Through;
  readonly standby: Through;
}

/** Opens a store with the conversation `c` that reaches the primary and the standby through proxies. */
async function openProxied<Through extends Relay>(
  database: PostgresDatabase,
  start: (port: number) => Promise<Through>,
): Promise<Proxied<Through>> {
  await using filling = await openOn(database.url);
  await filling.conversations.create({ ...newConversation('c'), items: minted('c1') });
  await replication.caughtUp();
  await using stack = new AsyncDisposableStack();
  const readUrl = onStandby(database.url, replication);
  const primary = stack.use(await start(Number(new URL(database.url).port)));
  const standby = stack.use(await start(Number(new URL(readUrl).port)));
  const urls = [urlThrough(primary, database.url), urlThrough(standby, readUrl)] as const;
  const opened = stack.use(await openReplicated(...urls));
  const moved = stack.move();
  return { opened, primary, standby, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** Returns the first words of the statements of each trip through a proxy while `work` runs. */
async function statementsOf(
  { trips }: WireProxy,
  work: () => Promise<unknown>,
): Promise<readonly (readonly (string | undefined)[])[]> {
  const start = trips.length;
  await work();
  return trips
    .slice(start)
    .map(({ statements }) => statements.map((text) => text.trim().split(/\s/)[0]));
}

async function tripsOf({ roundTrips }: Proxy, work: () => Promise<unknown>): Promise<number> {
  const before = roundTrips();
  await work();
  return roundTrips() - before;
}

const readC = ({ store }: ReplicatedStore) => store.conversations.get(key('c'));

test('a read takes one round trip to the replica, and a write one to the primary', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using proxied = await openProxied(database, startWireProxy);
  const { opened, primary, standby } = proxied;
  const read = () => readC(opened);
  // The first read connects and compares the servers.
  await read();
  expect(await statementsOf(primary, read)).toEqual([]);
  expect(await statementsOf(standby, read)).toEqual([['BEGIN', 'SELECT', 'SELECT', 'COMMIT']]);
  const update = () => opened.store.conversations.update({ ...key('c'), metadata: '{}' });
  expect(await statementsOf(standby, update)).toEqual([]);
  expect(await statementsOf(primary, update)).toEqual([
    ['BEGIN', 'INSERT', 'UPDATE', 'COMMIT', 'SELECT'],
  ]);
});

test('a store without a replica sends nothing after a commit, and no block for one statement', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using proxied = await openThroughWireProxy(database.url);
  const { store, proxy } = proxied;
  await store.conversations.create(newConversation('c'));
  expect(await statementsOf(proxy, () => append(store, 'c', minted('c1')))).toEqual([
    ['BEGIN', 'INSERT', 'UPDATE', 'COMMIT'],
  ]);
  expect(await statementsOf(proxy, () => store.conversations.get(key('c')))).toEqual([['SELECT']]);
});

test('a replica that is behind is not asked by each read', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using proxied = await openProxied(database, startProxy);
  const { opened, standby } = proxied;
  await readC(opened);
  await replication.standby.pauseReplay();
  await append(opened.store, 'c', minted('c2'));
  const reads = Array.from({ length: 40 }, () => 'replica_behind');
  let places: readonly string[] = [];
  const trips = await tripsOf(standby, async () => {
    places = await opened.placesOf(async () => {
      for (const _read of reads) await readC(opened);
    });
  });
  await replication.standby.resumeReplay();
  expect(places).toEqual(reads);
  expect(trips).toBeLessThan(20);
});

test('a replica that does not answer is left alone after the first reads', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using proxied = await openProxied(database, startProxy);
  const { opened, standby } = proxied;
  await readC(opened);
  standby.hold();
  await Promise.all([readC(opened), readC(opened)]);
  const trips = await tripsOf(standby, async () => {
    for (let read = 0; read < 40; read += 1) expect(await readC(opened)).toMatchObject({ id: 'c' });
  });
  expect(trips).toBe(0);
});
