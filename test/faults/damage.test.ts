import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { serve, stop, type ServingProcess } from '../support/faulty.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess } from '../support/process.ts';
import { outcomeOf } from '../support/unavailable.ts';

const DAMAGED = /"cause":"the database file is damaged","fix":"[^"]*`colloquy doctor`[^"]*backup/;
const PAGE = 4096;
const CONVERSATIONS = 60;

/** Overwrites consecutive pages of a file. */
function damage(path: string, firstPage: number, pages: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(pages * PAGE, 0xa5), 0, pages * PAGE, firstPage * PAGE);
  closeSync(file);
}

/** Makes a file with many conversations and without a log, and returns their ids. */
async function fill(path: string): Promise<readonly string[]> {
  await using server = await serve(path);
  const ids: string[] = [];
  for (let n = 0; n < CONVERSATIONS; n += 1) {
    const items = Array.from({ length: 10 }, (_, index) => ({
      role: 'user' as const,
      content: `${n}/${index} ${'x'.repeat(1000)}`,
    }));
    ids.push((await server.client.conversations.create({ items })).id);
  }
  expect(await stop(server)).toBe(0);
  return ids;
}

/** Reads each conversation and returns the outcomes. */
async function readAll(server: ServingProcess, ids: readonly string[]) {
  const outcomes: string[] = [];
  for (const id of ids) {
    const read = server.client.conversations.items.list(id).then(({ data }) => {
      expect(data).toHaveLength(10);
    });
    outcomes.push(await outcomeOf(read));
  }
  return outcomes;
}

test.each(['under a running server', 'before a start'])(
  'A server refuses reads of pages that were damaged %s, and serves all others',
  async (when) => {
    await using folder = await temporaryFolder();
    const path = folder.path('damaged.db');
    const ids = await fill(path);
    const harm = () => damage(path, Math.floor(folder.size('damaged.db') / PAGE / 2), 12);
    if (when === 'before a start') harm();
    await using server = await serve(path);
    if (when !== 'before a start') harm();
    const outcomes = await readAll(server, ids);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'refused']));
    await server.errorText(DAMAGED);
    expect(await server.vitals()).toEqual([200, 200]);
    const { data } = await server.client.conversations.items.list(
      ids[outcomes.indexOf('done')] ?? '',
    );
    expect(data).toHaveLength(10);
    expect(await stop(server)).toBe(0);
  },
);

test('A server refuses a request that needs a value which no server has written', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('odd.db');
  const database = ['--database-url', `sqlite:${path}`];
  const { stdout } = await runProcess([
    'keys',
    'create',
    '--subject',
    'ann',
    '--json',
    ...database,
  ]);
  // Sound: what the command prints with --json.
  const { key: apiKey } = JSON.parse(stdout) as { key: string };
  await using server = await serve(path, {}, '--auth', 'keys');
  using raw = new DatabaseSync(path);
  raw.exec("UPDATE api_keys SET attributes = '{'");
  const ann = server.client.withOptions({ apiKey });
  expect(await outcomeOf(ann.conversations.create())).toBe('refused');
  await server.errorText(DAMAGED);
});

test('A server refuses writes after its file has been emptied', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('emptied.db');
  await using server = await serve(path);
  const create = () => outcomeOf(server.client.conversations.create());
  expect(await create()).toBe('done');
  truncateSync(path);
  expect(await create()).toBe('refused');
  await server.errorText(DAMAGED);
  expect(await server.vitals()).toEqual([200, 200]);
});

test('A server refuses to start on a damaged file, and advises a backup', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('broken.db');
  await fill(path);
  damage(path, 1, Math.floor(folder.size('broken.db') / PAGE) - 1);
  const args = ['serve', '--port', '0', '--database-url', `sqlite:${path}`];
  const { code, stderr } = await runProcess(args);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^colloquy: database_damaged: .*malformed.*\n {2}fix: .*backup/);
});
