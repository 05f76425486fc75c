import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { sqlStore } from '../../src/store/sql-store.ts';
import { createDatabase, ordinaryRole } from '../support/postgres.ts';
import { openPostgresDriver } from '../support/postgres-driver.ts';
import { openThroughProxy } from '../support/proxied-store.ts';
import { append, key, minted, newConversation, openOn, openSession } from '../support/store.ts';

test('a read-only connection, as to a former primary, is replaced', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await (await openOn(database.url)).close();
  const name = new URL(database.url).pathname.slice(1);
  await database.run(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await using store = await openOn(database.url, '--database-pool-size', '1');
  await database.run(
    `BEGIN READ WRITE; ALTER DATABASE ${name} RESET default_transaction_read_only; COMMIT`,
  );
  const refused = store.conversations.create(newConversation('c'));
  await expect(refused).rejects.toMatchObject({ reason: 'standby' });
  await store.conversations.create(newConversation('c'));
  expect(await store.conversations.get(key('c'))).not.toBeNull();
});

test.each([
  ['has lost its prepared statements', 'DEALLOCATE ALL'],
  [
    'prepared its statements before a change of the schema',
    'ALTER TABLE conversations ALTER metadata TYPE varchar',
  ],
])('a connection that %s is replaced', async (_name, sql) => {
  await using database = await createDatabase(inject('postgresUrl'));
  await (await openOn(database.url)).close();
  const driver = await openPostgresDriver(database.url, '--database-pool-size', '1');
  const store = sqlStore(driver);
  await store.conversations.create(newConversation('c'));
  for (let round = 0; round < 3; round += 1) {
    expect(await store.conversations.get(key('c'))).not.toBeNull();
    await driver.read({ scope: { kind: 'none' }, query: { sql, parameters: [] } });
  }
  expect(await append(store, 'c', minted('a'))).toMatchObject({ refused: undefined });
  await driver.close();
});

test('a ping without an answer fails before the statement timeout', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using opened = await openThroughProxy(database.url, '--database-statement-timeout', '600');
  const { store, proxy } = opened;
  await store.ping();
  proxy.hold();
  await expect(store.ping()).rejects.toThrow('has not answered');
  // Frees the held connections, for which closing the store would wait.
  await proxy[Symbol.asyncDispose]();
});

test('writes wait for a connection when the role is allowed fewer than the pool', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  const url = await ordinaryRole(database);
  await database.run(`ALTER ROLE ${new URL(url).username} CONNECTION LIMIT 3`);
  await using store = await openOn(url, '--database-pool-size', '10');
  await store.conversations.create(newConversation('c'));
  await Promise.all(Array.from({ length: 60 }, (_, n) => append(store, 'c', minted(`i${n}`))));
  expect(await database.run('SELECT count(*)::int AS n FROM items')).toEqual([{ n: 60 }]);
});

test('connections that an operator ends are replaced without losing or repeating an append', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using store = await openOn(database.url);
  await store.conversations.create(newConversation('c'));
  await using other = await openSession(database.url);
  const over = new AbortController();
  const ending = (async () => {
    while (!over.signal.aborted) {
      await other.run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      // A new connection takes longer than a few milliseconds on a busy machine.
      await sleep(40);
    }
  })();
  for (let n = 0; n < 200; n += 1) {
    const appended = await append(store, 'c', minted(`a${n}`, `b${n}`));
    expect(appended).toMatchObject({ refused: undefined });
  }
  over.abort();
  await ending;
  const rows = await other.run('SELECT position::int, id FROM items ORDER BY position');
  expect(rows).toEqual(
    Array.from({ length: 200 }, (_, n) => [`a${n}`, `b${n}`])
      .flat()
      .map((id, position) => ({ position, id })),
  );
});
