import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { startProcess, urlOf } from '../support/process.ts';

const clientOf = (line: string): OpenAI =>
  new OpenAI({ baseURL: urlOf(line), apiKey: 'any', maxRetries: 0 });

test('serve needs no setting, prints its addresses, and keeps its data over a restart', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path('.');
  // The port is the only setting, so that tests can run side by side.
  const start = () => startProcess(['serve', '--port', '0'], { cwd });
  let id: string;
  {
    await using server = start();
    const line = await server.firstLine();
    expect(line).toMatch(
      /^colloquy \d+\.\d+\.\d+ listening on http:\/\/127\.0\.0\.1:\d+\/v1 \(database sqlite:\.\/colloquy\.db\)$/,
    );
    const client = clientOf(line);
    ({ id } = await client.conversations.create({ items: [{ role: 'user', content: 'kept' }] }));
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({
      code: 0,
      stdout: `${line}\nconsole: ${new URL('/console/', urlOf(line)).href}\n`,
      stderr: expect.stringMatching(
        /"msg":"stopping: finishing what is under way".*\n.*"msg":"stopped".*\n$/,
      ),
    });
  }
  const { mode } = statSync(folder.path('colloquy.db'));
  expect(mode & 0o077, 'create the file with permissions for its owner alone').toBe(0);
  expect(existsSync(folder.path('colloquy.db-wal'))).toBe(false);
  await using server = start();
  const { data } = await clientOf(await server.firstLine()).conversations.items.list(id);
  expect(data).toMatchObject([{ content: [{ text: 'kept' }] }]);
});

test('A flag overrides the environment, and the environment overrides the config file', async () => {
  await using folder = await temporaryFolder();
  const file = folder.path('settings.yaml');
  await writeFile(file, 'port: 1\ndatabase_url: sqlite:./from-file.db\nmax_page_size: 7\n');
  await using server = startProcess(['serve', '--port=0'], {
    cwd: folder.path('.'),
    environment: { COLLOQUY_CONFIG: file, COLLOQUY_PORT: '2', COLLOQUY_MAX_PAGE_SIZE: '8' },
  });
  const line = await server.firstLine();
  expect(line).toContain('sqlite:./from-file.db');
  expect(new URL(urlOf(line)).port).not.toBe('2');
  const client = clientOf(line);
  const { id } = await client.conversations.create();
  await expect(client.conversations.items.list(id, { limit: 9 })).rejects.toThrow('<= 8');
});

test('serve with --allow-anonymous listens on every address and logs a warning', async () => {
  const address = ['--host', '0.0.0.0', '--port', '0', '--allow-anonymous'];
  await using server = startProcess(['serve', ...address, '--database-url', 'sqlite::memory:']);
  expect(await server.firstLine()).toContain('listening on http://0.0.0.0:');
  server.child.kill('SIGHUP');
  const { code, stderr } = await server.finished();
  expect(code).toBe(0);
  expect(stderr).toMatch(/"level":"warn".*everyone who can reach /);
});
