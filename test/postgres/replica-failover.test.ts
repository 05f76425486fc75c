import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { onStandby, openReplicated, startReplication } from '../support/replicated-postgres.ts';
import { append, key, minted, newConversation, openOn, openSession } from '../support/store.ts';

test('a replica that has not followed a failover is not read, however long its log is', async () => {
  await using replication = await startReplication();
  const { primary, standby } = replication;
  const database = await createDatabase(primary.url);
  await using before = await openOn(database.url);
  await before.conversations.create({ ...newConversation('c'), items: minted('c1') });
  await replication.caughtUp();
  // The old primary writes more than the standby ever gets, and much more than the new one will.
  await standby.stop('SIGINT');
  await database.run(`SELECT pg_logical_emit_message(FALSE, '', repeat('x', 1000000))`);
  await primary.stop('SIGINT');
  await standby.start();
  const url = onStandby(database.url, replication);
  {
    await using session = await openSession(url);
    await session.run('SELECT pg_promote()');
  }
  await writeFile(join(primary.folder, 'standby.signal'), '');
  await primary.start();
  await using opened = await openReplicated(url, database.url);
  const { store, placesOf } = opened;
  await append(store, 'c', minted('c2'));
  const page = { limit: 20, order: 'asc', after: undefined } as const;
  const places = await placesOf(async () => {
    expect(await store.conversations.listItems({ ...key('c'), page })).toMatchObject({
      page: { entries: [{ id: 'c1' }, { id: 'c2' }] },
    });
  });
  expect(places).toEqual(['replica_away']);
});
