import { describe, expect, inject, test } from 'vitest';
import { loadConfig, type NewItem, type Store } from '../../src/index.ts';
import { PostgresDriver } from '../../src/store/postgres/driver.ts';
import { SqlStore } from '../../src/store/sql-store.ts';
import { createDatabase, ordinaryRole, type PostgresDatabase } from '../support/postgres.ts';
import { everything, key, minted, newConversation, openOn, openSession } from '../support/store.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { describeStore } from './conformance/describe-store.ts';

describeStore('PostgreSQL', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const store = await openOn(database.url);
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await database[Symbol.asyncDispose]();
    },
  });
});

const append = (store: Store, items: readonly NewItem[], conversationId = 'c') =>
  store.appendItems({ ...key(conversationId), items, createdAt: 1 });

describe('many connections at once', () => {
  test('16 that append to one conversation leave no gap, and tie and mix nothing', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using first = await openOn(database.url, '--database-pool-size', '8');
    await using second = await openOn(database.url, '--database-pool-size', '8');
    await first.createConversation(newConversation('c'));
    const batches = Array.from({ length: 320 }, (_, batch) =>
      Array.from({ length: 1 + (batch % 5) }, (_each, index) => `${batch}-${index}`),
    );
    await Promise.all(
      batches.map((batch, index) => append(index % 2 ? first : second, minted(...batch))),
    );
    const rows = await database.run('SELECT position, id FROM items ORDER BY position');
    expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, index) => index));
    const ids = rows.map(({ id }) => String(id));
    expect(ids).toHaveLength(batches.flat().length);
    for (const batch of batches) {
      const start = ids.indexOf(batch[0] ?? '');
      expect(ids.slice(start, start + batch.length)).toEqual(batch);
    }
  });

  test.each(['read committed', 'repeatable read', 'serializable'])(
    'one id brought to several conversations at once is one item, where transactions are %s',
    async (isolation) => {
      await using database = await createDatabase(inject('postgresUrl'));
      const name = new URL(database.url).pathname.slice(1);
      await database.run(
        `ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`,
      );
      await using store = await openOn(database.url);
      const conversations = ['a', 'b', 'c', 'd'];
      for (const id of conversations) await store.createConversation(newConversation(id));
      for (let round = 0; round < 40; round += 1) {
        // Two ids each, in both orders, so that whoever locks them as they come would deadlock.
        const ids = [`x${round}`, `y${round}`];
        await Promise.all(
          conversations.map((conversation, index) => {
            const items = ids.map(
              (id) =>
                ({ kind: 'claimed', id, type: 'message', data: `"${conversation}"` }) as const,
            );
            return append(store, index % 2 ? items : items.toReversed(), conversation);
          }),
        );
      }
      const split = await database.run(
        'SELECT id FROM items GROUP BY id HAVING count(DISTINCT data) > 1 OR count(*) <> 4',
      );
      expect(split).toEqual([]);
    },
  );

  test('conversations that are created while their owner’s are adopted keep their items', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using store = await openOn(database.url, '--database-pool-size', '8');
    let number = 0;
    const create = async (): Promise<void> => {
      number += 1;
      const [id, items] = [`c${number}`, minted(`a${number}`, `b${number}`)];
      await store.createConversation({ ...newConversation(id), items });
    };
    await Promise.all(Array.from({ length: 200 }, create));
    for (let round = 0; round < 10; round += 1) {
      const from = { tenant: 't', owner: 'o' };
      const to = { tenant: `u${round}`, owner: 'new', attributes: {} };
      const adopting = store.adopt({ from, to, conversationId: undefined });
      await Promise.all([adopting, ...Array.from({ length: 60 }, create)]);
    }
    const orphans = await database.run(
      'SELECT id FROM items WHERE NOT EXISTS (SELECT 1 FROM conversations AS c WHERE c.tenant = items.tenant AND c.id = conversation_id)',
    );
    expect(orphans).toEqual([]);
    expect(await database.run('SELECT count(*)::int AS n FROM items')).toEqual([{ n: number * 2 }]);
  });

  test('an id brought to one conversation twice at once is taken once', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using store = await openOn(database.url);
    await store.createConversation(newConversation('c'));
    for (let round = 0; round < 40; round += 1) {
      const item = { kind: 'claimed', id: `x${round}`, type: 'message', data: '1' } as const;
      const results = await Promise.all([append(store, [item]), append(store, [item])]);
      expect(new Set(results.map(({ refused }) => refused))).toEqual(
        new Set([undefined, 'item_present']),
      );
    }
  });

  test('a conversation that is deleted while it is appended to leaves no item behind', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using store = await openOn(database.url, '--database-pool-size', '12');
    for (let round = 0; round < 30; round += 1) {
      const id = `c${round}`;
      await store.createConversation(newConversation(id));
      const appends = Array.from({ length: 10 }, (_, n) =>
        append(store, minted(`${round}-${n}`), id),
      );
      await Promise.all([...appends, store.deleteConversation(key(id))]);
    }
    expect(await database.run('SELECT id FROM items')).toEqual([]);
  });

  test('transactions that give way to each other run again', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    const name = new URL(database.url).pathname.slice(1);
    await database.run(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
    await using store = await openOn(database.url);
    await store.createConversation(newConversation('c'));
    await Promise.all(Array.from({ length: 40 }, (_, n) => append(store, minted(`i${n}`))));
    const rows = await database.run('SELECT position FROM items ORDER BY position');
    expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, index) => index));
    expect(rows).toHaveLength(40);
  });
});

/** A store behind a proxy. */
async function proxied(
  database: PostgresDatabase,
  ...settings: readonly string[]
): Promise<{ store: Store & AsyncDisposable; proxy: Proxy }> {
  const proxy = await startProxy(Number(new URL(database.url).port));
  const url = Object.assign(new URL(database.url), { port: String(proxy.port) }).href;
  return { proxy, store: await openOn(url, ...settings) };
}

describe.each(['on', 'off'])('a round trip, with prepared statements %s', (mode) => {
  test.each([['off'], ['on']])('or two are what an operation takes, with rls %s', async (rls) => {
    await using database = await createDatabase(inject('postgresUrl'));
    const owner = await ordinaryRole(database);
    const settings = ['--database-prepared-statements', mode, '--rls', rls];
    const { store, proxy } = await proxied({ ...database, url: owner }, ...settings);
    const trips = async (operation: () => Promise<unknown>): Promise<number> => {
      // Once to be prepared, which takes no trip of its own either.
      await operation();
      const before = proxy.roundTrips();
      await operation();
      return proxy.roundTrips() - before;
    };
    let number = 0;
    const next = (): string => `i${(number += 1)}`;
    const twenty = (): NewItem[] => minted(...Array.from({ length: 20 }, next));
    await store.createConversation(newConversation('c'));
    const page = { limit: 20, order: 'asc', after: undefined } as const;
    const create = () => store.createConversation({ ...newConversation(next()), items: twenty() });
    const all = {
      tenant: 't',
      access: everything,
      order: 'desc',
      limit: 20,
      cursor: undefined,
      metadata: [],
      createdFrom: undefined,
      createdUntil: undefined,
    } as const;
    const operations: Record<string, () => Promise<unknown>> = {
      create,
      append: () => append(store, twenty()),
      get: () => store.getConversation(key('c')),
      list: () => store.listItems({ ...key('c'), page }),
      listConversations: () => store.listConversations(all),
      getItem: () => store.getItem({ ...key('c'), itemId: 'i1' }),
      update: () => store.updateConversation({ ...key('c'), metadata: '{}' }),
      deleteItem: () => store.deleteItem({ ...key('c'), itemId: `i${number}` }),
      delete: () => store.deleteConversation(key('i1')),
    };
    for (const [name, operation] of Object.entries(operations)) {
      expect(await trips(operation), name).toBe(1);
    }
    // One for looking up ids that the caller brought, and one for everything else.
    const claimed = (): NewItem[] =>
      twenty().map((item) => ({ kind: 'claimed', type: 'message', data: '1', id: item.id }));
    const twoTrips: Record<string, () => Promise<unknown>> = {
      append: () => append(store, claimed()),
      create: () => store.createConversation({ ...newConversation(next()), items: claimed() }),
      // And one for looking why there is nothing.
      list: () => store.listItems({ ...key('empty'), page }),
      listConversations: () => store.listConversations({ ...all, cursor }),
    };
    await store.createConversation({ ...newConversation('empty'), createdAt: 0 });
    const cursor = { id: 'empty', side: 'after' } as const;
    for (const [name, operation] of Object.entries(twoTrips)) {
      expect(await trips(operation), name).toBe(2);
    }
    await store.close();
    await proxy[Symbol.asyncDispose]();
  });
});

describe('a connection that breaks', () => {
  test.each(['before', 'after', 'during'] as const)(
    '%s an append or a creation was answered has it applied once, in order',
    async (how) => {
      await using database = await createDatabase(inject('postgresUrl'));
      const { store, proxy } = await proxied(database);
      for (const when of ['first', 'prepared']) {
        proxy.cut(how, `marker-${when}`);
        const created = await store.createConversation({
          ...newConversation(when),
          items: minted(`marker-${when}`, `${when}-b`),
        });
        expect(created).toMatchObject({
          refused: undefined,
          items: [{ id: `marker-${when}` }, {}],
        });
        proxy.cut(how, `marker2-${when}`);
        const appended = await append(store, minted(`marker2-${when}`, `${when}-d`), when);
        expect(appended).toMatchObject({ refused: undefined, items: [{}, { id: `${when}-d` }] });
      }
      await store.close();
      await proxy[Symbol.asyncDispose]();
      const rows = await database.run(
        'SELECT id, position::int FROM items ORDER BY conversation_id, position',
      );
      expect(rows).toEqual(
        ['first', 'prepared'].flatMap((when) =>
          [`marker-${when}`, `${when}-b`, `marker2-${when}`, `${when}-d`].map((id, position) => ({
            id,
            position,
          })),
        ),
      );
    },
  );

  test('after something was done that could be done twice, is not taken for success', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    const { store, proxy } = await proxied(database);
    await store.createConversation({ ...newConversation('c'), items: minted('marker-item') });
    const claimed = { kind: 'claimed', id: 'marker-claim', type: 'message', data: '1' } as const;
    const operations: [string, () => Promise<unknown>][] = [
      [
        'marker-metadata',
        () => store.updateConversation({ ...key('c'), metadata: '{"a":"marker-metadata"}' }),
      ],
      ['marker-item', () => store.deleteItem({ ...key('c'), itemId: 'marker-item' })],
    ];
    for (const [marker, operation] of operations) {
      proxy.cut('after', marker);
      await expect(operation()).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    }
    // The trip that looks the id up is safe to repeat, the one that appends it is not.
    proxy.cut('after', 'marker-claim');
    expect(await append(store, [claimed])).toMatchObject({ refused: undefined });
    proxy.cut('after', 'marker-data');
    const other = { ...claimed, id: 'other', data: '"marker-data"' };
    await expect(append(store, [other])).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    expect(await append(store, [other])).toMatchObject({ refused: 'item_present' });
    await store.close();
    await proxy[Symbol.asyncDispose]();
    expect(await database.run('SELECT metadata FROM conversations')).toEqual([
      { metadata: '{"a":"marker-metadata"}' },
    ]);
    expect(await database.run('SELECT id FROM items ORDER BY position')).toEqual([
      { id: 'marker-claim' },
      { id: 'other' },
    ]);
  });

  test('during a slow commit is not told that its own work is in its way', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    const { store, proxy } = await proxied(database);
    await store.createConversation(newConversation('c'));
    await database.run(`
      CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle()`);
    const claimed = {
      kind: 'claimed',
      id: 'mine',
      type: 'message',
      data: '"marker-data"',
    } as const;
    proxy.cut('during', 'marker-data');
    expect(await append(store, [...minted('a'), claimed])).toMatchObject({
      refused: undefined,
      items: [{ id: 'a' }, { id: 'mine' }],
    });
    await store.close();
    await proxy[Symbol.asyncDispose]();
    expect(await database.run('SELECT id FROM items ORDER BY position')).toEqual([
      { id: 'a' },
      { id: 'mine' },
    ]);
  });

  test('while a read waits has it read again', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    const { store, proxy } = await proxied(database);
    await store.createConversation(newConversation('marker-c'));
    for (const how of ['before', 'after', 'during'] as const) {
      proxy.cut(how, 'marker-c');
      expect(await store.getConversation(key('marker-c'))).not.toBeNull();
    }
    await store.close();
    await proxy[Symbol.asyncDispose]();
  });

  test('leaves what the server still works on to be found, not to be done again', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    const { store, proxy } = await proxied(database);
    await store.createConversation(newConversation('c'));
    // Another transaction holds the conversation, so that the server is still waiting when the client is gone.
    await using other = await openSession(database.url);
    await other.run("BEGIN; SELECT id FROM conversations WHERE id = 'c' FOR UPDATE");
    proxy.cut('during', 'marker-a');
    const appending = append(store, minted('marker-a', 'b'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    await other.run('COMMIT');
    expect(await appending).toMatchObject({ refused: undefined, items: [{ id: 'marker-a' }, {}] });
    const rows = await database.run('SELECT id, position::int FROM items ORDER BY position');
    expect(rows).toEqual([
      { id: 'marker-a', position: 0 },
      { id: 'b', position: 1 },
    ]);
    await store.close();
    await proxy[Symbol.asyncDispose]();
  });
});

describe('a connection that is of no more use is replaced', () => {
  test('one that leads to what is no longer the primary', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await (await openOn(database.url)).close();
    const name = new URL(database.url).pathname.slice(1);
    await database.run(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await using store = await openOn(database.url, '--database-pool-size', '1');
    await database.run(
      `BEGIN READ WRITE; ALTER DATABASE ${name} RESET default_transaction_read_only; COMMIT`,
    );
    await store.createConversation(newConversation('c'));
    expect(await store.getConversation(key('c'))).not.toBeNull();
  });

  test.each([
    ['has lost its prepared statements', 'DEALLOCATE ALL'],
    [
      'has grown old under a change of the schema',
      'ALTER TABLE conversations ALTER metadata TYPE varchar',
    ],
  ])('one that %s', async (_name, sql) => {
    await using database = await createDatabase(inject('postgresUrl'));
    await (await openOn(database.url)).close();
    const { database: options } = await loadConfig({
      arguments: ['--database-url', database.url, '--database-pool-size', '1'],
    });
    if (options.kind !== 'postgres') throw new Error('not PostgreSQL');
    const driver = await PostgresDriver.open(options);
    const store = new SqlStore(driver);
    await store.createConversation(newConversation('c'));
    for (let round = 0; round < 3; round += 1) {
      expect(await store.getConversation(key('c'))).not.toBeNull();
      await driver.read({ scope: { kind: 'none' }, query: { sql, parameters: [] } });
    }
    expect(await append(store, minted('a'))).toMatchObject({ refused: undefined });
    await driver.close();
  });

  test('one that nobody answers on, at once where nobody must wait', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    const { store, proxy } = await proxied(database, '--database-statement-timeout', '600');
    await store.ping();
    proxy.hold();
    await expect(store.ping()).rejects.toThrow('has not answered');
    await proxy[Symbol.asyncDispose]();
    await store.close();
  });
});

test('a role with fewer connections than the pool is waited for', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  const url = await ordinaryRole(database);
  await database.run(`ALTER ROLE ${new URL(url).username} CONNECTION LIMIT 3`);
  await using store = await openOn(url, '--database-pool-size', '10');
  await store.createConversation(newConversation('c'));
  await Promise.all(Array.from({ length: 60 }, (_, n) => append(store, minted(`i${n}`))));
  expect(await database.run('SELECT count(*)::int AS n FROM items')).toEqual([{ n: 60 }]);
});

test('an archive is read however long its reader takes', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using store = await openOn(database.url, '--database-statement-timeout', '1');
  for (let n = 0; n < 501; n += 1) await store.createConversation(newConversation(`c${n}`));
  let count = 0;
  await store.archive.read({ tenant: undefined, after: undefined }, async (records) => {
    count += records.length;
    if (count === 500) await new Promise((resolve) => setTimeout(resolve, 1500));
  });
  expect(count).toBe(501);
});
