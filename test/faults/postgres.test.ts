import { expect, inject, test } from 'vitest';
import { serve } from '../support/faulty.ts';
import { createDatabase, type PostgresDatabase } from '../support/postgres.ts';
import { openThroughProxy } from '../support/proxied-store.ts';
import { newConversation, openSession } from '../support/store.ts';
import { outcomeOf } from '../support/unavailable.ts';

const ITEMS = { items: [{ role: 'user' as const, content: 'kept' }] };

/** Makes a switch of the writes to a database. */
async function readOnlySwitch(
  database: PostgresDatabase,
): Promise<AsyncDisposable & { set(to: 'on' | 'off'): Promise<void> }> {
  const operator = await openSession(inject('postgresUrl'));
  const name = new URL(database.url).pathname.slice(1);
  return {
    set: async (to) => {
      await operator.run(`ALTER DATABASE ${name} SET default_transaction_read_only = ${to}`);
      // As in a failover, the connections from before the change end.
      await operator.run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
    },
    [Symbol.asyncDispose]: () => operator[Symbol.asyncDispose](),
  };
}

test('A server on a read-only PostgreSQL refuses writes, serves reads, and recovers', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using server = await serve(database.url);
  await using readOnly = await readOnlySwitch(database);
  const { conversations } = server.client;
  const { id } = await conversations.create(ITEMS);
  await readOnly.set('on');
  const refused = Array.from({ length: 3 }, () => outcomeOf(conversations.create(ITEMS)));
  expect((await conversations.items.list(id)).data).toHaveLength(1);
  expect(await Promise.all(refused)).toEqual(['refused', 'refused', 'refused']);
  await server.errorText(/"cause":"PostgreSQL takes no writes[^"]*","fix":"See that/);
  expect(await server.vitals()).toEqual([200, 200]);
  await readOnly.set('off');
  expect(await outcomeOf(conversations.create(ITEMS))).toBe('done');
});

test('A write to a PostgreSQL that is read-only is refused once, and the next one has another connection', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using opened = await openThroughProxy(database.url);
  const { store, proxy } = opened;
  await using readOnly = await readOnlySwitch(database);
  let number = 0;
  const create = () => store.conversations.create(newConversation(`c${(number += 1)}`));
  const tripsOf = async (write: () => Promise<unknown>): Promise<number> => {
    const before = proxy.roundTrips();
    await write();
    return proxy.roundTrips() - before;
  };
  const refused = () => expect(create()).rejects.toMatchObject({ reason: 'standby' });
  const inOneTrip = await tripsOf(create);
  await readOnly.set('on');
  // The connection that was ended may be noticed by the first write.
  await refused();
  const connecting = await tripsOf(refused);
  expect(connecting).toBeGreaterThan(inOneTrip);
  expect(await tripsOf(refused)).toBe(connecting);
  await readOnly.set('off');
  // Again, the connection may have been one that was ended.
  await create();
  expect(await tripsOf(create)).toBe(inOneTrip);
});

test('A server on a PostgreSQL with a full disk refuses writes at once, and recovers', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using server = await serve(database.url, {}, '--metrics', 'on');
  const { conversations } = server.client;
  const commits = async (): Promise<string | undefined> => {
    const response = await fetch(server.client.baseURL.replace('/v1', '/metrics'));
    return /^colloquy_commit_writes_count (\d+)$/m.exec(await response.text())?.[1];
  };
  const { id } = await conversations.create(ITEMS);
  // The error of PostgreSQL when a table cannot grow.
  await database.run(`
    CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'could not extend file "base/5/16397": No space left on device'
        USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
    END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON items EXECUTE FUNCTION fill()`);
  expect(await outcomeOf(conversations.create(ITEMS))).toBe('refused');
  await server.errorText(/"cause":"the disk is full","fix":"Free some space/);
  expect(await commits()).toBe('1');
  expect((await conversations.items.list(id)).data).toHaveLength(1);
  await database.run('DROP TRIGGER full_disk ON items');
  expect(await outcomeOf(conversations.create(ITEMS))).toBe('done');
  expect(await commits()).toBe('2');
});
