import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { findingOf, examine } from '../support/doctor.ts';
import { runProcess } from '../support/process.ts';
import { key, minted, newConversation, openOn } from '../support/store.ts';
import { KINDS, queryStored, storedDatabase } from '../support/stored.ts';

const DAY_MS = 86_400_000;

test('retention apply gives conversations the expiry of the settings, and says first what it would do', async () => {
  await using folder = await temporaryFolder();
  await using database = await storedDatabase('SQLite');
  const config = folder.path('colloquy.yaml');
  await writeFile(
    config,
    'retention: { maximum: { days: 10 }, tenants: [{ tenant: u, default: { days: 5, anchor: created_at } }] }\n',
  );
  const at = ['--config', config, '--database-url', database.url];
  const now = Date.now();
  {
    await using store = await openOn(database.url);
    const make = (id: string, age: number, tenant = 't', days?: number) =>
      store.conversations.create({
        ...newConversation(id, tenant),
        createdAt: now - age * DAY_MS,
        ...(days !== undefined && {
          expiry: { anchor: 'last_active_at' as const, afterMs: days * DAY_MS },
        }),
      });
    await make('young', 1);
    await make('old', 20);
    await make('long', 1, 't', 100);
    await make('short', 1, 't', 3);
    await make('other', 6, 'u');
  }
  const apply = async (...more: readonly string[]) =>
    (await runProcess(['retention', 'apply', ...more, ...at])).stdout;
  expect(await apply('--dry-run')).toBe(
    't: 3 conversations would get an expiry or a shorter one, 1 of them is due at once\n' +
      'u: 1 conversation would get an expiry or a shorter one, 1 of them is due at once\n',
  );
  const expiries = () =>
    queryStored(database, 'SELECT id, expires_at, idle_ms FROM conversations ORDER BY id');
  expect((await expiries()).filter((row) => row['expires_at'] === null)).toHaveLength(3);
  expect(await apply()).toContain('t: 3 conversations got');
  expect(await apply()).toBe('No conversation is changed by the settings.\n');
  expect(await expiries()).toEqual([
    { id: 'long', expires_at: now + 9 * DAY_MS, idle_ms: 10 * DAY_MS },
    { id: 'old', expires_at: now - 10 * DAY_MS, idle_ms: 10 * DAY_MS },
    { id: 'other', expires_at: now - DAY_MS, idle_ms: null },
    { id: 'short', expires_at: now + 2 * DAY_MS, idle_ms: 3 * DAY_MS },
    { id: 'young', expires_at: now + 9 * DAY_MS, idle_ms: 10 * DAY_MS },
  ]);
  const log = folder.path('audit.jsonl');
  const { stdout } = await runProcess(['retention', 'sweep', '--audit-log', log, ...at]);
  expect(stdout).toContain('2 conversations expired, 2 conversations deleted for good');
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  // Sound: they are lines of the audit log.
  const noted = lines.map((line) => JSON.parse(line) as { operation: string; resource: string });
  expect(noted.map(({ operation, resource }) => `${operation} ${resource}`)).toEqual(
    expect.arrayContaining(['expire old', 'expire other', 'purge old', 'purge other']),
  );
});

test.each(KINDS)(
  'the trash, expiries and holds of %s move in an archive, and nothing lives again',
  async (kind) => {
    await using folder = await temporaryFolder();
    await using source = await storedDatabase(kind);
    await using target = await storedDatabase(kind);
    {
      await using store = await openOn(source.url);
      for (const id of ['live', 'trashed', 'expired', 'held', 'idle']) {
        await store.conversations.create({ ...newConversation(id), items: minted(`${id}-1`) });
      }
      await store.conversations.delete({ ...key('trashed'), trashMs: DAY_MS });
      await store.retention.limit(key('expired'), { anchor: 'created_at', afterMs: 1 });
      await store.holds.add({
        id: 'hold_1',
        tenant: 't',
        subject: null,
        conversationId: 'held',
        reason: 'case 1',
        createdAt: 1,
        releasedAt: null,
      });
      await store.conversations.deleteItem({ ...key('held'), itemId: 'held-1' });
      await store.conversations.delete(key('held'));
      const active = { ...key('idle'), items: minted('idle-2'), createdAt: Date.now() };
      await store.conversations.appendItems(active);
      await store.retention.limit(key('idle'), { anchor: 'last_active_at', afterMs: DAY_MS });
      await source.run("UPDATE conversations SET expires_at = 1 WHERE id = 'idle'");
    }
    const archive = folder.path('archive.jsonl');
    await runProcess(['export', '--database-url', source.url], { output: archive });
    const imported = await runProcess(['import', '--database-url', target.url], { input: archive });
    expect(imported.stderr).toMatch(/5 conversations.*1 held item.*1 hold/);
    const visible = async () => {
      await using store = await openOn(target.url);
      const found = await Promise.all(
        ['live', 'trashed', 'expired', 'held', 'idle'].map((id) =>
          store.conversations.get(key(id)),
        ),
      );
      return found.flatMap((each) => each?.id ?? []);
    };
    expect(await visible()).toEqual(['live', 'idle']);
    const swept = await runProcess(['retention', 'sweep', '--database-url', target.url]);
    expect(swept.stdout).toContain('1 conversation deleted for good');
    expect(await visible(), 'the activity is found in the items').toEqual(['live', 'idle']);
    const stored = await queryStored(target, 'SELECT id FROM conversations ORDER BY id');
    expect(stored.map(({ id }) => id)).toEqual(['held', 'idle', 'live', 'trashed']);
  },
);

test.each(KINDS)('doctor warns of what has been due in %s for a day', async (kind) => {
  await using database = await storedDatabase(kind);
  {
    await using store = await openOn(database.url);
    for (const id of ['a', 'b', 'c']) await store.conversations.create(newConversation(id));
  }
  const found = async () => findingOf((await examine(database.url)).findings, 'retention');
  const since = Date.now() - DAY_MS;
  await database.run(`UPDATE conversations SET expires_at = ${since + 60_000} WHERE id = 'a'`);
  expect(await found()).toMatchObject({ state: 'ok' });
  await database.run(`UPDATE conversations SET expires_at = ${since - 60_000} WHERE id = 'a'`);
  await database.run(
    `UPDATE conversations SET deleted_at = 1, purge_at = ${since - 60_000} WHERE id = 'b'`,
  );
  expect(await found()).toMatchObject({
    state: 'warning',
    detail: '2 conversations should have been deleted a day ago; no caller sees them',
  });
});
