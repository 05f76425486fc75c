import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess, startProcess } from '../support/process.ts';

test('version prints the version, and help lists the commands', async () => {
  expect((await runProcess(['version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await runProcess(['--version'])).stdout).toMatch(/^\d/);
  for (const args of [[], ['help'], ['--help']]) {
    expect((await runProcess(args)).stdout).toMatch(/^ {2}serve +Serve/m);
  }
  const { stdout } = await runProcess(['help', 'serve']);
  expect(stdout).toContain('--database-url URL, COLLOQUY_DATABASE_URL');
  expect((await runProcess(['serve', '--help'])).stdout).toBe(stdout);
});

test('help lists every command, with a usage that begins with its name', async () => {
  const { stdout } = await runProcess(['help']);
  for (const [name, { usage }] of Object.entries(COMMANDS)) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    for (const line of usage) expect(`${line} `).toMatch(new RegExp(`^colloquy ${name} `));
  }
});

test('migrate lists and applies pending migrations, also while a server runs', async () => {
  await using folder = await temporaryFolder();
  const database = ['--database-url', `sqlite:${folder.path('m.db')}`];
  expect((await runProcess(['migrate', 'status', ...database])).stdout).toMatch(/^pending 1 /);
  expect(existsSync(folder.path('m.db'))).toBe(false);
  expect((await runProcess(['migrate', 'up', ...database])).stdout).toMatch(/^applied 1 /);
  expect((await runProcess(['migrate', 'up', ...database])).stdout).toContain('up to date');
  await using server = startProcess(['serve', '--port', '0', ...database]);
  await server.firstLine();
  expect((await runProcess(['migrate', 'status', ...database])).stdout).toMatch(/^applied 1 /);
});

test('keys checks its arguments before it opens the database', async () => {
  await using folder = await temporaryFolder();
  const database = ['--database-url', `sqlite:${folder.path('k.db')}`];
  const codeOf = async (...words: string[]): Promise<string | undefined> => {
    const { code, stderr } = await runProcess(['keys', ...words, ...database]);
    expect(code).toBe(1);
    return /^colloquy: (\w+):/.exec(stderr)?.[1];
  };
  expect(await codeOf('frobnicate')).toBe('unknown_action');
  expect(await codeOf('revoke')).toBe('no_such_key');
  expect(await codeOf('revoke', 'key_1', '--tenant', 'other')).toBe('unknown_setting');
  expect(await codeOf('list', '--subject', 'nobody')).toBe('unknown_setting');
  expect(await codeOf('list')).toBe('no_such_database');
});

test('Commands refuse an older schema and leave it as it is', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('older.db');
  const database = ['--database-url', `sqlite:${path}`];
  await runProcess(['migrate', 'up', ...database]);
  {
    using other = new DatabaseSync(path);
    other.exec('DELETE FROM schema_migrations WHERE version > 1');
  }
  const commands = [['keys', 'list'], ['keys', 'create', '--subject', 'ann'], ['export']];
  for (const words of commands) {
    const { code, stderr } = await runProcess([...words, ...database]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('schema_is_older')]);
  }
  expect((await runProcess(['migrate', 'status', ...database])).stdout).toContain('pending 2');
});
