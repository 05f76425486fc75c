import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, open, stat, statfs, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { ALL_OK, examine, findingOf, NOBODY, statesOf } from '../../support/doctor.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startProcess, urlOf } from '../../support/process.ts';
import { fillStore, storedDatabase } from '../../support/stored.ts';

test('doctor reports a SQLite file that does not exist, and does not create it', async () => {
  await using folder = await temporaryFolder();
  const { findings } = await examine(`sqlite:${folder.path('none.db')}`);
  expect(findingOf(findings, 'database')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/There is no/),
  });
  expect(readdirSync(folder.path('.'))).toEqual([]);
  const memory = await examine('sqlite::memory:');
  expect(findingOf(memory.findings, 'database')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/kept/),
  });
});

test('doctor reports a database that is a text file or a folder', async () => {
  await using folder = await temporaryFolder();
  await writeFile(folder.path('x.db'), 'a letter, which is not a database\n'.repeat(99));
  const { findings } = await examine(`sqlite:${folder.path('x.db')}`);
  expect(findingOf(findings, 'database')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/not a database/),
  });
  const other = await examine(`sqlite:${folder.path('.')}`);
  expect(findingOf(other.findings, 'database')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/not a file/),
  });
});

test.each([
  ['in the middle', 3, 'file'],
  ['at its beginning', 0, 'database'],
])('doctor reports a SQLite file that is overwritten %s', async (_name, page, check) => {
  await using stored = await storedDatabase('SQLite');
  await fillStore(stored.url);
  await stored.run(`
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)
    INSERT INTO items SELECT 't', 'd', n, 'i' || n, 'message', '{"id":"i' || n || '"}', 1 FROM number;
    UPDATE conversations SET next_position = 3001 WHERE id = 'd'`);
  const { size } = await stat(stored.path);
  const handle = await open(stored.path, 'r+');
  // Every eighth page after the schema, or the beginning of the file.
  for (let at = page * 4096; at < size; at += 8 * 4096) {
    await handle.write(Buffer.alloc(page === 0 ? 50 : 4096, 0xa5), 0, null, at);
  }
  await handle.close();
  const { findings } = await examine(stored.url, ['--full']);
  expect(findingOf(findings, check)).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/damaged|not a database/),
  });
});

test('doctor reports a SQLite file in a folder that the user may not enter', async () => {
  await using stored = await storedDatabase('SQLite');
  await fillStore(stored.url);
  await chmod(dirname(stored.path), 0);
  const { findings } = await examine(stored.url, [], { user: NOBODY });
  await chmod(dirname(stored.path), 0o700);
  expect(findingOf(findings, 'database')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/EACCES|permission/),
  });
});

test('doctor reports a SQLite file that the user may not write, and one that all users may read', async () => {
  await using stored = await storedDatabase('SQLite');
  await fillStore(stored.url);
  await chmod(stored.path, 0o444);
  await chmod(dirname(stored.path), 0o555);
  const { findings } = await examine(stored.url, [], { user: NOBODY });
  await chmod(dirname(stored.path), 0o755);
  expect(findingOf(findings, 'permissions')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/may not write/),
  });
  expect(statesOf(findings)).toMatchObject(ALL_OK);
  await chmod(stored.path, 0o644);
  const readable = findingOf((await examine(stored.url)).findings, 'permissions');
  expect(readable).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/every user .* may read/),
  });
  // A closed folder protects the file as well as closed permissions do.
  await chmod(dirname(stored.path), 0o700);
  expect(findingOf((await examine(stored.url)).findings, 'permissions')).toMatchObject({
    state: 'ok',
  });
});

test.runIf(NOBODY)(
  'doctor warns of a log that belongs to another user than the database',
  async () => {
    await using stored = await storedDatabase('SQLite');
    await fillStore(stored.url);
    using holder = new DatabaseSync(stored.path);
    holder.exec('BEGIN IMMEDIATE; ROLLBACK');
    expect(existsSync(`${stored.path}-wal`)).toBe(true);
    await chown(`${stored.path}-wal`, NOBODY ?? 0, 0);
    const finding = findingOf((await examine(stored.url)).findings, 'permissions');
    expect(finding).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/-wal belongs to another user/),
    });
  },
);

test('doctor warns of a volume with less free space than the size of the database', async () => {
  await using stored = await storedDatabase('SQLite');
  await fillStore(stored.url);
  const { bavail, bsize } = await statfs(dirname(stored.path));
  // A hole in the file, which uses no space.
  await truncate(stored.path, 2 * bavail * bsize);
  const finding = findingOf((await examine(stored.url)).findings, 'space');
  expect(finding).toMatchObject({ state: 'warning', detail: expect.stringMatching(/free in/) });
});

test('doctor counts what a crash has left in the log, and leaves the log in place', async () => {
  await using stored = await storedDatabase('SQLite');
  await using server = startProcess(['serve', '--port', '0', '--database-url', stored.url]);
  const baseURL = urlOf(await server.firstLine());
  const client = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0 });
  await client.conversations.create({ items: [{ role: 'user', content: 'hello' }] });
  server.child.kill('SIGKILL');
  await server.finished();
  const { findings } = await examine(stored.url);
  expect(findingOf(findings, 'places')?.detail).toMatch(/^1 item of 1 conversation /);
  expect(existsSync(`${stored.path}-wal`)).toBe(true);
});
