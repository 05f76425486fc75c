import { expect, inject, test } from 'vitest';
import { serve } from '../support/faulty.ts';
import { createDatabase } from '../support/postgres.ts';
import { openSession } from '../support/store.ts';
import { outcomeOf } from '../support/unavailable.ts';

const ITEMS = { items: [{ role: 'user' as const, content: 'kept' }] };

test('A server on a read-only PostgreSQL refuses writes, serves reads, and recovers', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using server = await serve(database.url);
  await using operator = await openSession(inject('postgresUrl'));
  const name = new URL(database.url).pathname.slice(1);
  const setReadOnly = async (to: 'on' | 'off'): Promise<void> => {
    await operator.run(`ALTER DATABASE ${name} SET default_transaction_read_only = ${to}`);
    // As in a failover, the connections from before the change end.
    await operator.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
  };
  const { conversations } = server.client;
  const { id } = await conversations.create(ITEMS);
  await setReadOnly('on');
  const refused = Array.from({ length: 3 }, () => outcomeOf(conversations.create(ITEMS)));
  expect((await conversations.items.list(id)).data).toHaveLength(1);
  expect(await Promise.all(refused)).toEqual(['refused', 'refused', 'refused']);
  await server.errorText(/"cause":"PostgreSQL takes no writes[^"]*","fix":"See that/);
  expect(await server.vitals()).toEqual([200, 200]);
  await setReadOnly('off');
  expect(await outcomeOf(conversations.create(ITEMS))).toBe('done');
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
