import { readdirSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { createDatabase, ordinaryRole } from '../support/postgres.ts';
import { key, newConversation, openOn } from '../support/store.ts';
import { runProcess, startProcess, urlOf } from '../support/process.ts';

const SHIPPED = readdirSync(new URL('../../migrations/postgres', import.meta.url)).length;
const LEDGER = 'SELECT version, checksum FROM schema_migrations ORDER BY version';

test('ten processes that start at once apply each migration once, and all serve', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  const args = ['serve', '--port', '0', '--database-url', database.url];
  await using stack = new AsyncDisposableStack();
  const servers = Array.from({ length: 10 }, () => stack.use(startProcess(args)));
  const urls = await Promise.all(servers.map(async (server) => urlOf(await server.firstLine())));
  for (const url of urls) {
    expect((await fetch(url.replace('/v1', '/ready'))).status).toBe(200);
  }
  expect(await database.run(LEDGER)).toHaveLength(SHIPPED);
});

test('the SQL of migrate --sql makes the same schema as the program', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  const url = ['--database-url', database.url];
  const { stdout, code } = await runProcess(['migrate', '--sql', ...url]);
  expect(code).toBe(0);
  expect(await database.run(`SELECT to_regclass('items') AS items`)).toEqual([{ items: null }]);
  await database.run(stdout);
  const again = (await runProcess(['migrate', 'up', '--sql', ...url])).stdout;
  expect(again).toMatch(/^-- The schema is up to date\.\n/);
  expect(again.replaceAll(/^--.*$/gm, '').trim()).toBe('');
  const ledger = await database.run(LEDGER);
  await using other = await createDatabase(inject('postgresUrl'));
  await (await openOn(other.url)).close();
  expect(ledger).toEqual(await other.run(LEDGER));
  const columns = `
    SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY 1, 2`;
  expect(await database.run(columns)).toEqual(await other.run(columns));
});

test('a role that may not change the schema serves, or is refused with the right that it lacks', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  const url = await ordinaryRole(database, 'guest');
  const refused = await runProcess(['serve', '--port', '0', '--database-url', url]);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/permission denied.*\n.*fix: .*migrate --sql/);
  await (await openOn(database.url)).close();
  for (const missing of [
    'SELECT ON schema_migrations',
    'INSERT ON items',
    'USAGE ON SCHEMA public',
  ]) {
    const role = new URL(url).username;
    const from = missing.startsWith('USAGE') ? 'PUBLIC' : role;
    await database.run(`REVOKE ${missing} FROM ${from}`);
    const lacking = await runProcess(['serve', '--port', '0', '--database-url', url]);
    expect(lacking).toMatchObject({ code: 1, stdout: '' });
    expect(lacking.stderr).toMatch(
      /lacks INSERT on items.*\n.*GRANT|(permission denied|no schema has been selected).*\n.*GRANT/,
    );
    await database.run(`GRANT ${missing} TO ${from}`);
  }
  await using store = await openOn(url);
  await store.conversations.create(newConversation('c'));
  expect(await store.conversations.delete(key('c'))).toBe(true);
});

test('a newer schema, an edited migration and tables of another program are refused', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await database.run('CREATE TABLE recipes (id int); CREATE TABLE items (id int)');
  await expect(openOn(database.url)).rejects.toThrow('another program: it has a table items');
  // Tables of other programs are allowed if their names differ.
  await database.run('DROP TABLE items');
  await (await openOn(database.url)).close();
  await database.run(`INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)`);
  await expect(openOn(database.url)).rejects.toThrow('schema version 9999 (future)');
  await database.run(
    `DELETE FROM schema_migrations WHERE version = 9999; UPDATE schema_migrations SET checksum = 'x'`,
  );
  await expect(openOn(database.url)).rejects.toThrow('other content');
});

test('a database whose encoding is not UTF-8 is refused', async () => {
  await using database = await createDatabase(
    inject('postgresUrl'),
    `ENCODING 'LATIN1' LOCALE 'C'`,
  );
  await expect(openOn(database.url)).rejects.toThrow('LATIN1');
});
