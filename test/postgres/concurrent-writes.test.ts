import { expect, inject, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { append, given, key, minted, newConversation, openOn } from '../support/store.ts';

test('appends of 16 connections to one conversation have positions without gaps, each in one run', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using first = await openOn(database.url, '--database-pool-size', '8');
  await using second = await openOn(database.url, '--database-pool-size', '8');
  await first.conversations.create(newConversation('c'));
  const batches = Array.from({ length: 320 }, (_, batch) =>
    Array.from({ length: 1 + (batch % 5) }, (_each, index) => `${batch}-${index}`),
  );
  await Promise.all(
    batches.map((batch, index) => append(index % 2 ? first : second, 'c', minted(...batch))),
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
  'ids that several conversations append at once stay as each has posted them under %s',
  async (isolation) => {
    await using database = await createDatabase(inject('postgresUrl'));
    const name = new URL(database.url).pathname.slice(1);
    await database.run(`ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`);
    await using store = await openOn(database.url);
    const conversations = ['a', 'b', 'c', 'd'];
    for (const id of conversations) await store.conversations.create(newConversation(id));
    for (let round = 0; round < 40; round += 1) {
      // Two ids each, in both orders: locks taken in the order of the request would deadlock.
      const ids = [`x${round}`, `y${round}`];
      await Promise.all(
        conversations.map((conversation, index) => {
          const items = ids.map((id) => given(id, `"${conversation}"`));
          return append(store, conversation, index % 2 ? items : items.toReversed());
        }),
      );
    }
    const mixed = await database.run(
      `SELECT id FROM items WHERE data <> '"' || conversation_id || '"'
        UNION ALL SELECT id FROM items GROUP BY id HAVING count(*) <> 4`,
    );
    expect(mixed).toEqual([]);
  },
);

test('an id that two appends bring to one conversation at once is stored by one of them', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using store = await openOn(database.url);
  await store.conversations.create(newConversation('c'));
  for (let round = 0; round < 40; round += 1) {
    const items = [given(`x${round}`, '1')];
    const results = await Promise.all([append(store, 'c', items), append(store, 'c', items)]);
    expect(new Set(results.map(({ refused }) => refused))).toEqual(
      new Set([undefined, 'item_present']),
    );
  }
});

test('conversations created during an adoption of their owner keep their items', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using store = await openOn(database.url, '--database-pool-size', '8');
  let number = 0;
  const create = async (): Promise<void> => {
    number += 1;
    const [id, items] = [`c${number}`, minted(`a${number}`, `b${number}`)];
    await store.conversations.create({ ...newConversation(id), items });
  };
  await Promise.all(Array.from({ length: 200 }, create));
  for (let round = 0; round < 10; round += 1) {
    const from = { tenant: 't', owner: 'o' };
    const to = { tenant: `u${round}`, owner: 'new', attributes: {} };
    const adopting = store.conversations.adopt({ from, to, conversationId: undefined });
    await Promise.all([adopting, ...Array.from({ length: 60 }, create)]);
  }
  const orphans = await database.run(
    'SELECT id FROM items WHERE NOT EXISTS (SELECT 1 FROM conversations AS c WHERE c.tenant = items.tenant AND c.id = conversation_id)',
  );
  expect(orphans).toEqual([]);
  expect(await database.run('SELECT count(*)::int AS n FROM items')).toEqual([{ n: number * 2 }]);
});

test('a conversation that is deleted during appends leaves no items', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using store = await openOn(database.url, '--database-pool-size', '12');
  for (let round = 0; round < 30; round += 1) {
    const id = `c${round}`;
    await store.conversations.create(newConversation(id));
    const appends = Array.from({ length: 10 }, (_, n) =>
      append(store, id, minted(`${round}-${n}`)),
    );
    await Promise.all([...appends, store.conversations.delete(key(id))]);
  }
  expect(await database.run('SELECT id FROM items')).toEqual([]);
});

test('a transaction that fails to serialize is run again', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  const name = new URL(database.url).pathname.slice(1);
  await database.run(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
  await using store = await openOn(database.url);
  await store.conversations.create(newConversation('c'));
  await Promise.all(Array.from({ length: 40 }, (_, n) => append(store, 'c', minted(`i${n}`))));
  const rows = await database.run('SELECT position FROM items ORDER BY position');
  expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, index) => index));
  expect(rows).toHaveLength(40);
});
