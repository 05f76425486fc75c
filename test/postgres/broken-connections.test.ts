import { expect, inject, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { openThroughProxy } from '../support/proxied-store.ts';
import { commitOf, newHidden, newResponse, takeTurn } from '../support/responses.ts';
import {
  append,
  everything,
  given,
  key,
  minted,
  newConversation,
  openSession,
} from '../support/store.ts';

test.each([
  ['before the server receives them', 'before'],
  ['while the server runs them', 'during'],
  ['after the server has answered', 'after'],
] as const)(
  'creations and appends are applied once and in order if the connection breaks %s',
  async (_when, how) => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using opened = await openThroughProxy(database.url);
    const { store, proxy } = opened;
    // The second round runs statements that are already prepared.
    for (const round of ['first', 'prepared']) {
      proxy.cut(how, `marker-${round}`);
      const created = await store.conversations.create({
        ...newConversation(round),
        items: minted(`marker-${round}`, `${round}-b`),
      });
      expect(created).toMatchObject({
        refused: undefined,
        items: [{ id: `marker-${round}` }, {}],
      });
      proxy.cut(how, `marker2-${round}`);
      const appended = await append(store, round, minted(`marker2-${round}`, `${round}-d`));
      expect(appended).toMatchObject({ refused: undefined, items: [{}, { id: `${round}-d` }] });
    }
    await opened[Symbol.asyncDispose]();
    const rows = await database.run(
      'SELECT id, position::int FROM items ORDER BY conversation_id, position',
    );
    expect(rows).toEqual(
      ['first', 'prepared'].flatMap((round) =>
        [`marker-${round}`, `${round}-b`, `marker2-${round}`, `${round}-d`].map((id, position) => ({
          id,
          position,
        })),
      ),
    );
  },
);

test('a write that would be applied twice if repeated is rejected when its answer is lost', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using opened = await openThroughProxy(database.url);
  const { store, proxy } = opened;
  await store.conversations.create({ ...newConversation('c'), items: minted('marker-item') });
  const operations: [string, () => Promise<unknown>][] = [
    [
      'marker-metadata',
      () => store.conversations.update({ ...key('c'), metadata: '{"a":"marker-metadata"}' }),
    ],
    ['marker-item', () => store.conversations.deleteItem({ ...key('c'), itemId: 'marker-item' })],
  ];
  for (const [marker, operation] of operations) {
    proxy.cut('after', marker);
    await expect(operation()).rejects.toMatchObject({ name: 'StoreUnavailableError' });
  }
  // An id of the caller's may have been stored before, so that finding it proves nothing.
  proxy.cut('after', 'marker-data');
  const items = [given('other', '"marker-data"')];
  await expect(append(store, 'c', items)).rejects.toMatchObject({ name: 'StoreUnavailableError' });
  expect(await append(store, 'c', items)).toMatchObject({ refused: 'item_present' });
  await opened[Symbol.asyncDispose]();
  expect(await database.run('SELECT metadata FROM conversations')).toEqual([
    { metadata: '{"a":"marker-metadata"}' },
  ]);
  expect(await database.run('SELECT id FROM items ORDER BY position')).toEqual([{ id: 'other' }]);
});

test('a connection that breaks during a slow commit does not make an append conflict with itself', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using opened = await openThroughProxy(database.url);
  const { store, proxy } = opened;
  await store.conversations.create(newConversation('c'));
  await database.run(`
    CREATE FUNCTION delay_commit() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION delay_commit()`);
  proxy.cut('during', 'marker-data');
  expect(await append(store, 'c', [...minted('a'), given('own', '"marker-data"')])).toMatchObject({
    refused: undefined,
    items: [{ id: 'a' }, { id: 'own' }],
  });
  await opened[Symbol.asyncDispose]();
  expect(await database.run('SELECT id FROM items ORDER BY position')).toEqual([
    { id: 'a' },
    { id: 'own' },
  ]);
});

test.each(['before', 'during', 'after'] as const)(
  'turns and responses are written once if the connection breaks %s the server has them',
  async (how) => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using opened = await openThroughProxy(database.url);
    const { store, proxy } = opened;
    await store.conversations.create(newConversation('marker-c'));
    const taking = { ...key('marker-c'), leaseMs: 60_000 };
    proxy.cut(how, 'marker-c');
    const taken = await store.turns.take(taking);
    if (taken.refused !== undefined) throw new Error('the turn must be free');
    const turn = { ...key('marker-c'), token: taken.token };
    proxy.cut(how, 'marker-c');
    expect(await store.turns.renew({ ...turn, leaseMs: 60_000 })).toBe(true);
    proxy.cut(how, 'marker-c');
    expect(
      await store.responses.commitTurn(commitOf('marker-c', taken.token, 'r', 'x', 'y')),
    ).toMatchObject({ refused: undefined, firstOutput: 1, endPosition: 2 });
    const second = { ...key('marker-c'), token: await takeTurn(store, 'marker-c') };
    proxy.cut(how, 'marker-c');
    await store.turns.release(second);
    const token = await takeTurn(store, 'marker-c');
    proxy.cut(how, 'marker-added');
    const added = { ...key('marker-c'), response: newResponse('marker-added'), token };
    expect(await store.responses.add(added)).toBe(true);
    proxy.cut(how, 'marker-created');
    const hidden = newHidden('h', 'marker-created', 'a', 'b');
    expect(await store.responses.create(hidden)).toMatchObject({ refused: undefined });
    proxy.cut(how, 'marker-forked');
    const source = { conversationId: 'h', access: everything, until: 2 };
    const fork = { ...newHidden('f', 'marker-forked', 'd', 'e'), source };
    expect(await store.responses.fork(fork)).toMatchObject({ refused: undefined });
    await opened[Symbol.asyncDispose]();
    expect(
      await database.run(
        `SELECT conversation_id || ' ' || position || ' ' || id AS text FROM items ORDER BY 1`,
      ),
    ).toEqual(
      ['f 0 a', 'f 1 b', 'f 2 d', 'f 3 e', 'h 0 a', 'h 1 b', 'marker-c 0 x', 'marker-c 1 y'].map(
        (text) => ({ text }),
      ),
    );
    expect(await database.run('SELECT id FROM responses ORDER BY 1')).toEqual(
      ['marker-added', 'marker-created', 'marker-forked', 'r'].map((id) => ({ id })),
    );
    expect(await database.run('SELECT token FROM turns')).toEqual([]);
  },
);

test('a connection that breaks during a slow commit does not make a turn lost or busy for its own holder', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using opened = await openThroughProxy(database.url);
  const { store, proxy } = opened;
  await store.conversations.create(newConversation('marker-c'));
  await database.run(`
    CREATE FUNCTION delay_commit() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON turns DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION delay_commit();
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON responses DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION delay_commit()`);
  for (const items of [[], ['x', 'y']]) {
    proxy.cut('during', 'marker-c');
    const token = await takeTurn(store, 'marker-c');
    proxy.cut('during', 'marker-c');
    const id = `r${items.length}`;
    expect(
      await store.responses.commitTurn(commitOf('marker-c', token, id, ...items)),
    ).toMatchObject({ refused: undefined, endPosition: items.length });
  }
  expect(await database.run('SELECT next_position::int AS next FROM conversations')).toEqual([
    { next: 2 },
  ]);
});

test('a read is repeated if its connection breaks', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using opened = await openThroughProxy(database.url);
  const { store, proxy } = opened;
  await store.conversations.create(newConversation('marker-c'));
  for (const how of ['before', 'after', 'during'] as const) {
    proxy.cut(how, 'marker-c');
    expect(await store.conversations.get(key('marker-c'))).not.toBeNull();
  }
});

test('a write that the server still runs after its connection broke is awaited and not repeated', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using opened = await openThroughProxy(database.url);
  const { store, proxy } = opened;
  await store.conversations.create(newConversation('c'));
  // Another transaction locks the conversation, so the server still waits after the client has disconnected.
  await using other = await openSession(database.url);
  await other.run("BEGIN; SELECT id FROM conversations WHERE id = 'c' FOR UPDATE");
  proxy.cut('during', 'marker-a');
  const appending = append(store, 'c', minted('marker-a', 'b'));
  await new Promise((resolve) => setTimeout(resolve, 400));
  await other.run('COMMIT');
  expect(await appending).toMatchObject({ refused: undefined, items: [{ id: 'marker-a' }, {}] });
  const rows = await database.run('SELECT id, position::int FROM items ORDER BY position');
  expect(rows).toEqual([
    { id: 'marker-a', position: 0 },
    { id: 'b', position: 1 },
  ]);
});
