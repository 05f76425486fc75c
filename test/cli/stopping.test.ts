import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createServer, loadConfig } from '../../src/index.ts';
import { beginPost } from '../support/begun-post.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startProcess, urlOf } from '../support/process.ts';

const IN_MEMORY = ['serve', '--port', '0', '--database-url', 'sqlite::memory:'];
const BODY = JSON.stringify({ metadata: { a: 'b' } });

test.each(['SIGTERM', 'SIGINT'] as const)(
  'A server that receives %s finishes the requests that it has begun, and accepts no others',
  async (signal) => {
    await using server = startProcess(IN_MEMORY);
    const { origin } = new URL(urlOf(await server.firstLine()));
    using post = await beginPost(origin, BODY);
    server.child.kill(signal);
    await server.errorText(/stopping/);
    // New connections are refused while the begun request goes on.
    await expect(fetch(`${origin}/health`)).rejects.toThrow('fetch failed');
    post.finish();
    await post.closed;
    expect(post.text()).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[^]*connection: close[^]*"metadata":\{"a":"b"\}/,
    );
    expect(await server.finished()).toMatchObject({ code: 0 });
  },
);

test('A client that still sends when the drain time is over is cut off', async () => {
  await using server = startProcess([...IN_MEMORY, '--drain-timeout', '1']);
  const { origin } = new URL(urlOf(await server.firstLine()));
  using post = await beginPost(origin, BODY);
  server.child.kill('SIGTERM');
  expect(await server.finished()).toMatchObject({ code: 0 });
  await post.closed;
  expect(post.statuses()).toEqual([100]);
});

test('A write that is cut off at the end of the drain time is still in the audit log', async () => {
  await using folder = await temporaryFolder();
  const [path, audit] = [folder.path('held.db'), folder.path('audit.log')];
  const settings = ['--database-url', `sqlite:${path}`, '--audit-log', audit, '--metrics', 'on'];
  await using server = startProcess(['serve', '--port', '0', '--drain-timeout', '1', ...settings]);
  const url = urlOf(await server.firstLine());
  using other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const headers = { 'content-type': 'application/json' };
  const cutOff: Promise<void>[] = [];
  const queued = async (): Promise<number> => {
    const sent = fetch(`${url}/conversations`, { method: 'POST', headers, body: '{}' });
    cutOff.push(expect(sent).rejects.toThrow('fetch failed'));
    const response = await fetch(url.replace('/v1', '/metrics'));
    return Number(/^colloquy_store_queued (\d+)$/m.exec(await response.text())?.[1]);
  };
  // The first write waits for the lock, and the writes after it are queued.
  await expect.poll(queued).toBeGreaterThan(0);
  server.child.kill('SIGTERM');
  await Promise.all(cutOff);
  other.exec('COMMIT');
  expect(await server.finished()).toMatchObject({ code: 0 });
  expect(await readFile(audit, 'utf8')).toContain('"operation":"createConversation"');
});

test('A second signal ends a server at once with exit code 1', async () => {
  await using server = startProcess(IN_MEMORY);
  const { origin } = new URL(urlOf(await server.firstLine()));
  using _post = await beginPost(origin, BODY);
  server.child.kill('SIGTERM');
  await server.errorText(/stopping/);
  expect(server.child.exitCode).toBeNull();
  server.child.kill('SIGTERM');
  expect(await server.finished()).toMatchObject({ code: 1 });
});

test('A second call of close waits until the server is closed', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('closing.db');
  const config = await loadConfig({
    arguments: ['--port', '0', '--database-url', `sqlite:${path}`],
  });
  const server = await createServer(config);
  await server.listen();
  const first = server.close();
  await server.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  await first;
});
