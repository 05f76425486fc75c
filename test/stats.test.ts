import { mkdirSync, symlinkSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { runProcess, startProcess, urlOf } from './support/process.ts';
import { fillStore, KINDS, storedDatabase } from './support/stored.ts';

interface Count {
  readonly count: number;
  readonly estimated: boolean;
}

interface Statistics {
  readonly conversations: Count;
  readonly items: Count;
  readonly items_by_type: Readonly<Record<string, Count>>;
  readonly database_bytes: number;
}

async function statsOf(url: string, ...args: readonly string[]): Promise<Statistics> {
  const { code, stdout, stderr } = await runProcess([
    'stats',
    '--json',
    '--database-url',
    url,
    ...args,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // Sound: the tests below check the fields that they read.
  return JSON.parse(stdout) as Statistics;
}

test.each(KINDS)('stats of %s print the same figures as JSON and as a table', async (kind) => {
  await using stored = await storedDatabase(kind);
  await fillStore(stored.url);
  await stored.run(`UPDATE items SET type = 'reasoning' WHERE id = 'd'`);
  const exactly = (count: number): Count => ({ count, estimated: false });
  expect(await statsOf(stored.url)).toEqual({
    database: expect.stringMatching(
      kind === 'SQLite'
        ? /^sqlite:/
        : new RegExp(`^postgres://${new URL(inject('postgresUrl')).username}@`),
    ),
    schema_version: expect.any(Number),
    conversations: exactly(4),
    items: exactly(3),
    items_by_type: { message: exactly(2), reasoning: exactly(1) },
    responses: exactly(1),
    tokens: { input: 0, input_cached: 0, output: 0, output_reasoning: 0 },
    tenants: 2,
    keys: { active: 1, revoked: 1, expired: 1 },
    oldest_conversation_at: '1970-01-01T00:00:00.001Z',
    newest_conversation_at: '1970-01-01T00:00:00.005Z',
    database_bytes: expect.any(Number),
    log_bytes: kind === 'SQLite' ? 0 : null,
  });
  const { stdout } = await runProcess(['stats', '--database-url', stored.url]);
  expect(stdout).toMatch(
    /^conversations +4\nitems +3\n {2}message +2\n {2}reasoning +1\nresponses +1\ntokens +0 in, 0 out\n/m,
  );
  expect(stdout).toMatch(/^keys +1 active, 1 revoked, 1 expired$/m);
});

test.each(KINDS)('stats of an empty %s database count nothing', async (kind) => {
  await using stored = await storedDatabase(kind);
  await runProcess(['migrate', 'up', '--database-url', stored.url]);
  expect(await statsOf(stored.url)).toMatchObject({
    conversations: { count: 0 },
    items_by_type: {},
    tenants: 0,
    newest_conversation_at: null,
  });
});

test.each(KINDS)(
  'stats of a large %s database are estimates, and exact with --full',
  async (kind) => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(`
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 300000)
    INSERT INTO items
    SELECT 't', 'e', n, 'i' || n, CASE n % 4 WHEN 0 THEN 'reasoning' ELSE 'message' END, '{}', 1 FROM number`);
    await stored.run('ANALYZE');
    const { items, items_by_type: types } = await statsOf(stored.url);
    expect(items.estimated).toBe(true);
    expect(items.count).toBeGreaterThan(250_000);
    expect(items.count).toBeLessThan(350_000);
    const share = (types['reasoning']?.count ?? 0) / items.count;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    const { stdout } = await runProcess(['stats', '--database-url', stored.url]);
    expect(stdout).toMatch(/^items +about \d{3},\d{3}$/m);
    const full = await statsOf(stored.url, '--full');
    expect(full).toMatchObject({
      items: { count: 300_003, estimated: false },
      items_by_type: { reasoning: { count: 75_000, estimated: false } },
    });
  },
);

test.each(KINDS)('stats of a %s database with another schema are refused', async (kind) => {
  await using stored = await storedDatabase(kind);
  await fillStore(stored.url);
  const stderr = async (): Promise<string> =>
    (await runProcess(['stats', '--database-url', stored.url])).stderr;
  await stored.run('DELETE FROM schema_migrations WHERE version > 1');
  expect(await stderr()).toMatch(/^colloquy: schema_is_older: .+\n {2}fix: .+\n$/);
  await stored.run(`INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)`);
  expect(await stderr()).toMatch(/^colloquy: schema_mismatch: .+\n {2}fix: .+\n$/);
});

test('stats through a symbolic link count what is still in the log of the served file', async () => {
  await using folder = await temporaryFolder();
  const settings = ['--port', '0', '--database-url', `sqlite:${folder.path('real.db')}`];
  await using server = startProcess(['serve', ...settings]);
  const url = urlOf(await server.firstLine());
  await fetch(`${url}/conversations`, { method: 'POST' });
  mkdirSync(folder.path('elsewhere'));
  symlinkSync(folder.path('real.db'), folder.path('elsewhere/link.db'));
  const { conversations } = await statsOf(`sqlite:${folder.path('elsewhere/link.db')}`);
  expect(conversations.count).toBe(1);
});
