import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, stop, type ServingProcess } from '../support/faulty.ts';
import { createDatabase, ordinaryRole, type PostgresDatabase } from '../support/postgres.ts';
import {
  onStandby,
  openReplicated,
  startReplication,
  type ReplicatedStore,
  type Replication,
} from '../support/replicated-postgres.ts';
import { key, minted, newConversation, openOn, openSession } from '../support/store.ts';
import { keepWriting, verifyBook, type Book } from '../support/writers.ts';

/** A PostgreSQL with a replica of this file's own, which the tests stop. The last test promotes the replica. */
let replication: Replication;
beforeAll(async () => {
  replication = await startReplication();
});
afterAll(() => replication[Symbol.asyncDispose]());

/** Opens a store on a new database with the conversation `c`, which the replica has. */
async function openFilled(
  database: PostgresDatabase,
  url = database.url,
  ...settings: string[]
): Promise<ReplicatedStore> {
  await using primary = await openOn(url, ...settings);
  await primary.conversations.create({ ...newConversation('c'), items: minted('c1') });
  await replication.caughtUp();
  return openReplicated(url, onStandby(url, replication), ...settings);
}

/** Starts a server on such a database. */
async function serveFilled(database: PostgresDatabase): Promise<ServingProcess> {
  await (await openFilled(database))[Symbol.asyncDispose]();
  return serve(database.url, {}, '--database-read-url', onStandby(database.url, replication));
}

const readC = ({ store }: ReplicatedStore) => store.conversations.get(key('c'));

async function untilServing(opened: ReplicatedStore): Promise<void> {
  await expect.poll(() => opened.placesOf(() => readC(opened))).toEqual(['replica']);
}

test('callers notice nothing of a replica that freezes, crashes and restarts', async () => {
  const { standby } = replication;
  await using database = await createDatabase(replication.primary.url);
  await using server = await serveFilled(database);
  const { client } = server;
  const book: Book = new Map();
  const failures: unknown[] = [];
  let isOver = false;
  const workers = Array.from({ length: 6 }, (_, writer) =>
    keepWriting({
      client,
      writer,
      book,
      isOver: () => isOver,
      onFailure: (error) => {
        failures.push(error);
        isOver = true;
      },
      alsoDo: async (id) => {
        const { texts = [] } = book.get(id) ?? {};
        const { data } = await client.conversations.items.list(id, { limit: 1 });
        expect(JSON.stringify(data)).toContain(texts.at(-1));
        await client.conversations.retrieve(id);
      },
    }),
  );
  const reads = async (): Promise<Record<string, number>> => {
    const text = await (await fetch(client.baseURL.replace('/v1', '/metrics'))).text();
    const counts = text.matchAll(/^colloquy_store_reads_total\{place="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...counts].map(([, place = '', count]) => [place, Number(count)]));
  };
  /** Resolves when fifty more reads were answered in a place. */
  const more = async (place: string): Promise<void> => {
    const { [place]: before = 0 } = await reads();
    await expect.poll(async () => (await reads())[place]).toBeGreaterThan(before + 50);
    expect(await server.vitals()).toEqual([200, 200]);
  };
  await more('replica');
  {
    using _frozen = await standby.freeze();
    await more('replica_away');
  }
  await more('replica');
  await standby.stop('SIGQUIT');
  await more('replica_away');
  await standby.start();
  await more('replica');
  isOver = true;
  await Promise.all(workers);
  expect(failures).toEqual([]);
  expect(await verifyBook(client, book)).toBeGreaterThan(50);
});

test('a server stops while its replica is frozen', async () => {
  const { standby } = replication;
  await using database = await createDatabase(replication.primary.url);
  await using server = await serveFilled(database);
  await server.client.get('/conversations');
  using _frozen = await standby.freeze();
  expect(await stop(server)).toBe(0);
});

test('a store opens while its replica is away, and reads from it later', async () => {
  const { standby } = replication;
  await using database = await createDatabase(replication.primary.url);
  await (await openFilled(database))[Symbol.asyncDispose]();
  await standby.stop('SIGINT');
  await using opened = await openReplicated(database.url, onStandby(database.url, replication));
  expect(await opened.placesOf(() => readC(opened))).toEqual(['replica_away']);
  await standby.start();
  await untilServing(opened);
});

test.each([
  { what: 'conflicts with the replay', statement: `RAISE SQLSTATE '40001'`, next: 'replica' },
  { what: 'takes too long there', statement: 'PERFORM pg_sleep(60)', next: 'replica_away' },
])('a read that $what is answered by the primary, and the next one: $next', async (given) => {
  const { statement, next } = given;
  await using database = await createDatabase(replication.primary.url);
  const url = await ordinaryRole(database);
  await using opened = await openFilled(database, url, '--rls', 'on');
  await database.run(`
    CREATE FUNCTION fails() RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
      IF pg_is_in_recovery() THEN ${statement}; END IF;
      RETURN TRUE;
    END $$;
    CREATE POLICY fails ON conversations AS RESTRICTIVE USING (fails())`);
  await replication.caughtUp();
  const places = await opened.placesOf(async () => {
    expect(await readC(opened)).toMatchObject({ id: 'c' });
  });
  expect(places).toEqual(['replica_away']);
  await database.run('DROP POLICY fails ON conversations');
  await replication.caughtUp();
  expect(await opened.placesOf(() => readC(opened))).toEqual([next]);
});

test('a replica that was promoted is not read', async () => {
  await using database = await createDatabase(replication.primary.url);
  await using opened = await openFilled(database);
  await untilServing(opened);
  await using promoted = await openSession(onStandby(database.url, replication));
  await promoted.run('SELECT pg_promote()');
  await promoted.run(`UPDATE conversations SET metadata = '{"is":"elsewhere"}'`);
  expect(await opened.placesOf(() => readC(opened))).toEqual(['replica_away']);
  expect(await readC(opened)).toMatchObject({ metadata: '{}' });
  // The address may lead to another replica by now, and new connections find it.
  const connections = () =>
    promoted.run(`
      SELECT pid FROM pg_stat_activity
      WHERE application_name = 'colloquy' AND datname = current_database()`);
  await expect.poll(connections).toEqual([]);
  await using later = await openReplicated(database.url, onStandby(database.url, replication));
  expect(await readC(later)).toMatchObject({ metadata: '{}' });
});
