import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createDatabase, ordinaryRole, type PostgresDatabase } from '../support/postgres.ts';
import { openPostgresDriver } from '../support/postgres-driver.ts';
import { commitOf, findResponse, newHidden, newResponse, takeTurn } from '../support/responses.ts';
import { everything, key, minted, newConversation, openOn } from '../support/store.ts';

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
      const response = newResponse(`${tenant}-response`);
      await store.responses.add({ ...key(`${tenant}-c`, tenant), response, token: undefined });
      await store.turns.take({ ...key(`${tenant}-c`, tenant), leaseMs: 0 });
    }
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const openDriver = () => openPostgresDriver(url, '--rls', 'on');

  test.each(['conversations', 'items', 'responses', 'turns'])(
    'a statement on %s without a condition on the tenant finds rows of its transaction’s tenant alone',
    async (table) => {
      const driver = await openDriver();
      const query = { sql: `SELECT tenant FROM ${table} ORDER BY tenant`, parameters: [] };
      const found = async (scope: Parameters<typeof driver.read>[0]['scope']) =>
        (await driver.read({ scope, query })).map(({ cells }) => cells[0]);
      expect(await found({ kind: 'none' })).toEqual([]);
      expect(await found({ kind: 'tenant', tenant: 't' })).toEqual(['t']);
      expect(await found({ kind: 'tenant', tenant: 'unknown' })).toEqual([]);
      expect(await found({ kind: 'all' })).toEqual(['t', 'u']);
      // The tenant of a transaction does not outlast it: this one has the same connection.
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

  test('reads and adoptions work with rls on as they do with rls off', async () => {
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

  test('turns and responses work with rls on as they do with rls off', async () => {
    await using store = await openOn(url, '--rls', 'on');
    await store.conversations.create(newConversation('turns'));
    const token = await takeTurn(store, 'turns');
    expect(await store.turns.renew({ ...key('turns'), token, leaseMs: 60_000 })).toBe(true);
    const committed = await store.responses.commitTurn(commitOf('turns', token, 'r', 'x', 'y'));
    expect(committed).toEqual({ refused: undefined, firstOutput: 1, endPosition: 2 });
    expect(await findResponse(store, 'r')).toMatchObject({ isNewest: true });
    expect(await findResponse(store, 'r', 'u')).toBeNull();
    await store.turns.release({ ...key('turns'), token: await takeTurn(store, 'turns') });
    const source = { conversationId: 'turns', access: everything, until: 2 };
    const fork = { ...newHidden('fork', 's', 'a', 'b'), source };
    expect(await store.responses.fork(fork)).toMatchObject({ endPosition: 4 });
    for (const ref of [
      { ...key('fork'), responseId: 's' },
      { ...key('turns'), responseId: 'r' },
    ]) {
      expect(await store.responses.delete(ref)).toBe(true);
    }
    expect(await store.conversations.get(key('fork'))).toBeNull();
    expect(await store.conversations.delete(key('turns'))).toBe(true);
  });

  test('a database with another permissive policy is refused', async () => {
    await database.run('CREATE POLICY open ON items USING (TRUE)');
    await expect(openOn(url, '--rls', 'on')).rejects.toMatchObject({
      code: 'row_level_security_open',
    });
    await database.run('DROP POLICY open ON items');
  });

  test('a server with rls off is refused by a database with row-level security', async () => {
    await expect(openOn(url)).rejects.toMatchObject({ code: 'row_level_security_on' });
  });

  test('a role that bypasses row-level security is refused with rls on', async () => {
    await expect(openOn(database.url, '--rls', 'on')).rejects.toMatchObject({
      code: 'row_level_security_bypassed',
    });
  });
});

test('a role that may not switch row-level security on is refused with the statements for the owner', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await (await openOn(database.url)).close();
  const url = await ordinaryRole(database, 'guest');
  const refused = await openOn(url, '--rls', 'on').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'row_level_security_off' });
  // Sound: the assertion above holds for operator errors alone, which have a fix.
  const { fix } = refused as { fix: string };
  await database.run(/ALTER.*/.exec(fix)?.[0] ?? '');
  await using store = await openOn(url, '--rls', 'on');
  await store.conversations.create(newConversation('c'));
  expect(await store.conversations.get(key('c'))).not.toBeNull();
  // Without FORCE it applies to this role still, since the role is not the owner; and one table is enough.
  await database.run('ALTER TABLE items NO FORCE ROW LEVEL SECURITY');
  await database.run('ALTER TABLE conversations DISABLE ROW LEVEL SECURITY');
  await expect(openOn(url)).rejects.toMatchObject({ code: 'row_level_security_on' });
});
