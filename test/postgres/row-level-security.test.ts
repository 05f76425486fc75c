import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { PostgresDriver } from '../../src/store/postgres/driver.ts';
import { createDatabase, ordinaryRole, type PostgresDatabase } from '../support/postgres.ts';
import { key, minted, newConversation, openOn } from '../support/store.ts';

describe('with rls on', () => {
  let database: PostgresDatabase;
  let url: string;
  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'));
    url = await ordinaryRole(database);
    await using store = await openOn(url, '--rls', 'on');
    for (const tenant of ['t', 'u']) {
      const items = minted(`${tenant}-item`);
      await store.conversations.create({ ...newConversation(`${tenant}-c`, tenant), items });
    }
  });
  afterAll(() => database[Symbol.asyncDispose]());

  async function openDriver(): Promise<PostgresDriver> {
    const { database: options } = await loadConfig({
      arguments: ['--database-url', url, '--rls', 'on'],
    });
    if (options.kind !== 'postgres') throw new Error('not PostgreSQL');
    return PostgresDriver.open(options);
  }

  test.each(['conversations', 'items'])(
    'a statement on %s that forgets its tenant finds the transaction’s own, or nothing',
    async (table) => {
      const driver = await openDriver();
      const query = { sql: `SELECT tenant FROM ${table} ORDER BY tenant`, parameters: [] };
      const found = async (scope: Parameters<typeof driver.read>[0]['scope']) =>
        (await driver.read({ scope, query })).map(({ cells }) => cells[0]);
      expect(await found({ kind: 'none' })).toEqual([]);
      expect(await found({ kind: 'tenant', tenant: 't' })).toEqual(['t']);
      expect(await found({ kind: 'tenant', tenant: 'nobody' })).toEqual([]);
      expect(await found({ kind: 'all' })).toEqual(['t', 'u']);
      // What one transaction said, the next on the same connection does not know.
      expect(await found({ kind: 'none' })).toEqual([]);
      await driver.close();
    },
  );

  test('a write that names another tenant than its transaction changes nothing', async () => {
    const driver = await openDriver();
    const write = (sql: string, ...parameters: string[]) =>
      driver.write({
        scope: { kind: 'tenant', tenant: 't' },
        inSteps: () => [],
        inRoundTrips: (trips) => trips.finish({ sql, parameters }),
      });
    expect(await write('DELETE FROM items WHERE tenant = $1 RETURNING id', 'u')).toEqual([[]]);
    expect(
      await write(`UPDATE conversations SET owner = 'x' WHERE tenant = $1 RETURNING id`, 'u'),
    ).toEqual([[]]);
    await expect(
      write(`INSERT INTO items VALUES ($1, 'u-c', 9, 'i', 'message', '1', 1)`, 'u'),
    ).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    await driver.close();
    expect(await database.run(`SELECT id, owner FROM conversations ORDER BY id`)).toEqual([
      { id: 't-c', owner: 'o' },
      { id: 'u-c', owner: 'o' },
    ]);
  });

  test('everything works as without', async () => {
    await using store = await openOn(url, '--rls', 'on');
    const page = { limit: 5, order: 'asc', after: undefined } as const;
    const listed = await store.conversations.listItems({ ...key('t-c'), page });
    expect(listed).toMatchObject({ page: { entries: [{ id: 't-item' }] } });
    expect(await store.conversations.get(key('u-c'))).toBeNull();
    const to = { tenant: 'v', owner: 'new', attributes: {} };
    const from = { tenant: 'u', owner: 'o' };
    expect(await store.conversations.adopt({ from, to, conversationId: undefined })).toBe(1);
    expect(await store.conversations.listItems({ ...key('u-c', 'v'), page })).toMatchObject({
      page: { entries: [{ id: 'u-item' }] },
    });
    expect(
      await store.conversations.adopt({
        from: to,
        to: { ...from, attributes: {} },
        conversationId: undefined,
      }),
    ).toBe(1);
  });

  test('policies that let more through are refused', async () => {
    await database.run('CREATE POLICY open ON items USING (TRUE)');
    await expect(openOn(url, '--rls', 'on')).rejects.toMatchObject({
      code: 'row_level_security_open',
    });
    await database.run('DROP POLICY open ON items');
  });

  test('a server that does not name its tenants is refused, not shown an empty database', async () => {
    await expect(openOn(url)).rejects.toMatchObject({ code: 'row_level_security_on' });
  });

  test('a role that row-level security does not hold for is refused', async () => {
    await expect(openOn(database.url, '--rls', 'on')).rejects.toMatchObject({
      code: 'row_level_security_bypassed',
    });
  });
});

test('a role that may not switch it on is told what its owner must run', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await (await openOn(database.url)).close();
  const url = await ordinaryRole(database, 'guest');
  const refused = await openOn(url, '--rls', 'on').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'row_level_security_off' });
  const { fix } = refused as { fix: string };
  await database.run(/ALTER.*/.exec(fix)?.[0] ?? '');
  await using store = await openOn(url, '--rls', 'on');
  await store.conversations.create(newConversation('c'));
  expect(await store.conversations.get(key('c'))).not.toBeNull();
  // Switched on without FORCE it holds for this role all the same, and for one table alone.
  await database.run('ALTER TABLE items NO FORCE ROW LEVEL SECURITY');
  await database.run('ALTER TABLE conversations DISABLE ROW LEVEL SECURITY');
  await expect(openOn(url)).rejects.toMatchObject({ code: 'row_level_security_on' });
});
