import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { assertWhole, underLoad } from './support/load.ts';
import { runProcess } from './support/process.ts';
import { startServer } from './support/server.ts';
import { openOn } from './support/store.ts';
import { verifyBook } from './support/writers.ts';

test('a backup during writes contains the state of one moment and can be served', async () => {
  await using folder = await temporaryFolder();
  const [path, copy] = [folder.path('live.db'), folder.path('copy.db')];
  await using load = await underLoad(`sqlite:${path}`, async () => {
    const args = ['backup', copy, '--database-url', `sqlite:${path}`];
    const { code, stdout } = await runProcess(args);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${copy} has everything that was there when the copy began.\n`,
    });
  });
  const { client, book } = load;
  expect(await verifyBook(client, book)).toBeGreaterThan(0);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(assertWhole(copy)).toBeGreaterThan(0);
  await using restored = await startServer('--database-url', `sqlite:${copy}`);
  for (const [id] of [...book].slice(0, 2)) {
    const { data } = await restored.client.conversations.items.list(id, { order: 'asc' });
    expect(data.map((item) => item.id)).toEqual(book.get(id)?.ids.slice(0, data.length));
  }
});

test.each([
  ['without a file name', [], 'missing_file'],
  ['of PostgreSQL', ['x.db', '--database-url', 'postgres://127.0.0.1/x'], 'backup_of_postgres'],
  ['of an absent file', ['x.db', '--database-url', 'sqlite:none.db'], 'no_such_database'],
  ['of a database in memory', ['x.db', '--database-url', 'sqlite::memory:'], 'no_such_database'],
])('a backup %s is refused', async (_name, args, code) => {
  await using folder = await temporaryFolder();
  const { stderr } = await runProcess(['backup', ...args], { cwd: folder.path('.') });
  expect(stderr).toMatch(new RegExp(`^colloquy: ${code}: .+\n {2}fix: .+\n$`));
});

test('a backup does not overwrite a file', async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path('first.db')}`;
  await (await openOn(url)).close();
  writeFileSync(folder.path('x.db'), 'mine');
  const { stderr } = await runProcess(['backup', folder.path('x.db'), '--database-url', url]);
  expect(stderr).toContain('file_exists');
  expect(readFileSync(folder.path('x.db'), 'utf8')).toBe('mine');
});
