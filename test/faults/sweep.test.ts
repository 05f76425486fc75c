import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { loadConfig, newId } from '../../src/index.ts';
import { openInspection } from '../../src/store/open.ts';
import { runProcess, startProcess } from '../support/process.ts';
import { key, minted, newConversation, openOn } from '../support/store.ts';
import { KINDS, queryStored, storedDatabase, type StoredDatabase } from '../support/stored.ts';

const CONVERSATIONS = 40;
const ITEMS = 300;

async function countItems(database: StoredDatabase): Promise<number> {
  const [row] = await queryStored(database, 'SELECT count(*) AS count FROM items');
  return Number(row?.['count']);
}

test.each(KINDS)(
  'a sweep of %s that is killed leaves nothing half visible, and the next one completes it',
  async (kind) => {
    await using database = await storedDatabase(kind);
    const at = ['--database-url', database.url];
    {
      await using store = await openOn(database.url);
      for (let index = 0; index < CONVERSATIONS; index += 1) {
        const ids = Array.from({ length: ITEMS }, () => newId('msg'));
        await store.conversations.create({
          ...newConversation(`c${index}`),
          items: minted(...ids),
        });
      }
      await store.conversations.create({ ...newConversation('kept'), items: minted('a') });
      await database.run("UPDATE conversations SET expires_at = 1 WHERE id <> 'kept'");
    }
    const all = CONVERSATIONS * ITEMS + 1;
    let killed = 0;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const before = await countItems(database);
      await using sweep = startProcess(['retention', 'sweep', ...at]);
      while ((await countItems(database)) === before && sweep.child.exitCode === null)
        await sleep(2);
      sweep.child.kill('SIGKILL');
      killed += (await sweep.finished()).signal === 'SIGKILL' ? 1 : 0;
      // The lease of the dead process ends after a minute.
      await database.run("UPDATE idempotency_keys SET expires_at = 1 WHERE id = 'sweeper'");
    }
    const left = await countItems(database);
    expect(killed, 'the test must kill a sweep that runs').toBeGreaterThan(0);
    expect(left).toBeLessThan(all);
    expect(left, 'the sweep must be killed before its end').toBeGreaterThan(1);
    const { database: options } = await loadConfig({ arguments: at });
    {
      await using inspection = await openInspection(options);
      expect((await inspection.checkPlaces({ full: true })).absent.count).toBe(0);
      await using store = await openOn(database.url);
      expect(await store.conversations.get(key('c0'))).toBeNull();
    }
    const { stdout, stderr } = await runProcess(['retention', 'sweep', ...at]);
    expect(stdout, stderr).toContain('deleted for good');
    expect(await countItems(database)).toBe(1);
    const stored = await queryStored(database, 'SELECT id FROM conversations');
    expect(stored).toEqual([{ id: 'kept' }]);
  },
);

test('a sweep leaves the database to another one that runs', async () => {
  await using database = await storedDatabase('SQLite');
  await (await openOn(database.url)).close();
  await database.run(
    "INSERT INTO idempotency_keys (tenant, id, request, token, expires_at) VALUES ('colloquy', 'sweeper', 'sweep', 'x', 9999999999999)",
  );
  const { code, stderr } = await runProcess(['retention', 'sweep', '--database-url', database.url]);
  expect({ code, refused: stderr.includes('sweeping_already') }).toEqual({
    code: 1,
    refused: true,
  });
});
