import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import type { Store } from '../../src/index.ts';
import { RoundTrip } from '../../src/store/postgres/round-trip.ts';
import { StatementCache } from '../../src/store/postgres/statement-cache.ts';
import { archivedConversation, archivedKey } from '../support/archived.ts';
import { createDatabase, type PostgresDatabase } from '../support/postgres.ts';
import { openThroughWireProxy, urlThrough } from '../support/proxied-store.ts';
import { append, key, minted, newConversation, openOn } from '../support/store.ts';
import { startWireProxy, type WireProxyOptions } from '../support/wire-proxy.ts';

const SERVERS: readonly (readonly [name: string, options: WireProxyOptions])[] = [
  ['commits a trip as a whole', { commitsEach: false }],
  ['commits each statement outside a transaction block', { commitsEach: true }],
];

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Returns all rows of all tables. */
async function contentsOf(database: PostgresDatabase): Promise<Readonly<Record<string, Rows>>> {
  return {
    conversations: await database.run('SELECT * FROM conversations ORDER BY tenant, id'),
    items: await database.run('SELECT * FROM items ORDER BY tenant, conversation_id, position'),
    keys: await database.run('SELECT * FROM api_keys ORDER BY id'),
  };
}

const ARCHIVE = [archivedKey, ...archivedConversation('archived', 'o', 'i')];

type Write = (store: Store) => Promise<unknown>;

/** Writes of more than one statement. The database has a conversation `c` with the items `a` and `b`. */
const create: Write = (store) =>
  store.conversations.create({ ...newConversation('new'), items: minted('x', 'y') });
const appendTwo: Write = (store) => append(store, 'c', minted('x', 'y'));
const remove: Write = (store) => store.conversations.delete(key('c'));
const adopt: Write = (store) =>
  store.conversations.adopt({
    from: { tenant: 't', owner: 'o' },
    to: { tenant: 'u', owner: 'new', attributes: {} },
    conversationId: undefined,
  });
const importBatch: Write = (store) => store.archive.write(ARCHIVE);

/** Each write with each of the changes that may fail in it. */
const FAILURES: readonly (readonly [change: string, name: string, write: Write])[] = [
  ['INSERT ON conversations', 'creation with items', create],
  ['INSERT ON items', 'creation with items', create],
  ['INSERT ON items', 'append', appendTwo],
  ['UPDATE ON conversations', 'append', appendTwo],
  ['DELETE ON conversations', 'deletion', remove],
  ['DELETE ON items', 'deletion', remove],
  ['UPDATE ON items', 'adoption', adopt],
  ['UPDATE ON conversations', 'adoption', adopt],
  ['INSERT ON conversations', 'batch of an import', importBatch],
  ['INSERT ON items', 'batch of an import', importBatch],
];

describe.each(SERVERS)('a server that %s', (_name, options) => {
  test.each(FAILURES)('a failing %s undoes the whole %s', async (change, _name, write) => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using opened = await openThroughWireProxy(database.url, options);
    const { store } = opened;
    const items = minted('a', 'b');
    await store.conversations.create({ ...newConversation('c'), items });
    const before = await contentsOf(database);
    await database.run(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
          AS $$ BEGIN RAISE EXCEPTION 'refused by a trigger'; END $$;
        CREATE TRIGGER refusal BEFORE ${change} FOR EACH ROW EXECUTE FUNCTION refuse()`);
    await expect(write(store)).rejects.toThrow('refused by a trigger');
    expect(await contentsOf(database)).toEqual(before);
    // The connection has had one error and one end of its trip, and runs the same statements afterwards.
    await database.run(`DROP TRIGGER refusal ON ${change.split(' ').at(-1)}`);
    await write(store);
    expect(await contentsOf(database)).not.toEqual(before);
  });

  test('a migration that fails leaves no table of the ones before it', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    // The second migration makes an index with this name.
    await database.run(
      'CREATE TABLE recipes (id int); CREATE INDEX conversations_by_time ON recipes (id)',
    );
    await using proxy = await startWireProxy(Number(new URL(database.url).port), options);
    await expect(openOn(urlThrough(proxy, database.url))).rejects.toThrow();
    expect(
      await database.run(`SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'`),
    ).toEqual([{ tablename: 'recipes' }]);
  });

  test('a trip without BEGIN is committed up to the statement that fails, or not at all', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await database.run('CREATE TABLE numbers (n int PRIMARY KEY)');
    await using proxy = await startWireProxy(Number(new URL(database.url).port), options);
    const client = new pg.Client({ connectionString: urlThrough(proxy, database.url) });
    await client.connect();
    const statements = new StatementCache(true);
    const trip = (...numbers: readonly string[]) =>
      new Promise((resolve, reject) => {
        const queries = numbers.map((n) => ({
          sql: 'INSERT INTO numbers VALUES ($1) RETURNING n',
          parameters: [n],
        }));
        client.query(new RoundTrip(queries, { statements, timeoutMs: 60_000, resolve, reject }));
      });
    await expect(trip('1', '2', '1', '3')).rejects.toMatchObject({ code: '23505' });
    const isEach = options.commitsEach === true;
    expect(await database.run('SELECT n FROM numbers ORDER BY n')).toEqual(
      isEach ? [{ n: 1 }, { n: 2 }] : [],
    );
    expect(await trip('4', '5', '6')).toMatchObject([[{}], [{}], [{}]]);
    await client.end();
  });
});
