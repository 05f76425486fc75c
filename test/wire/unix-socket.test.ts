import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createServer, loadConfig } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess, startProcess, type RunningProcess } from '../support/process.ts';

function argumentsOf(socket: string): readonly string[] {
  return ['serve', '--host', `unix:${socket}`, '--database-url', 'sqlite::memory:'];
}

async function call(
  socketPath: string,
  method: string,
  path: string,
  body = '',
): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const request = httpRequest({ socketPath, method, path, headers });
  const answered = once(request, 'response');
  request.end(body);
  // Sound: the event has one argument of this type.
  const [response] = (await answered) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, body: JSON.parse(text) };
}

async function stop(server: RunningProcess): Promise<void> {
  server.child.kill('SIGTERM');
  expect(await server.finished()).toMatchObject({ code: 0 });
}

test('serve on a Unix socket answers, for the owner and the group, and removes the socket when it stops', async () => {
  await using folder = await temporaryFolder();
  const socket = folder.path('c.sock');
  // Without a mask, the system would let every user connect.
  await using server = startProcess(argumentsOf(socket), {
    through: ['sh', '-c', 'umask 0; exec "$@"', 'sh'],
  });
  expect(await server.firstLine()).toContain(`listening on unix:${socket} (`);
  expect(statSync(socket).mode & 0o777).toBe(0o660);
  const created = await call(socket, 'POST', '/v1/conversations', '{"metadata":{"a":"b"}}');
  expect(created).toMatchObject({ status: 200, body: { metadata: { a: 'b' } } });
  const listed = await call(socket, 'GET', '/v1/conversations');
  expect(listed).toMatchObject({ status: 200, body: { data: [{ metadata: { a: 'b' } }] } });
  await stop(server);
  expect(existsSync(socket), 'a stopped server must remove its socket').toBe(false);
});

test('serve takes the place of the socket of a process that was killed', async () => {
  await using folder = await temporaryFolder();
  const socket = folder.path('c.sock');
  {
    await using killed = startProcess(argumentsOf(socket));
    await killed.firstLine();
    killed.child.kill('SIGKILL');
    await killed.finished();
  }
  expect(existsSync(socket), 'a killed process leaves its socket').toBe(true);
  await using server = startProcess(argumentsOf(socket));
  await server.firstLine();
  expect(statSync(socket).mode & 0o777).toBe(0o660);
  expect(await call(socket, 'GET', '/health')).toMatchObject({ status: 200 });
  await stop(server);
});

test('serve refuses the socket of a living process, which goes on serving', async () => {
  await using folder = await temporaryFolder();
  const socket = folder.path('c.sock');
  await using living = startProcess(argumentsOf(socket));
  await living.firstLine();
  const refused = await runProcess(argumentsOf(socket));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`The socket ${socket} is taken by another process.`);
  expect(refused.stderr).toContain('choose another path with --host');
  expect(refused.stderr).toContain('port_in_use');
  expect(await call(socket, 'GET', '/health')).toMatchObject({ status: 200 });
  await stop(living);
});

test('serve refuses a path that is a regular file, and leaves the file as it is', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('notes.txt');
  await writeFile(path, 'kept');
  const refused = await runProcess(argumentsOf(path));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(
    `Cannot listen on unix:${path}: there is a file that is not a socket`,
  );
  expect(readFileSync(path, 'utf8')).toBe('kept');
});

test('serve refuses a path that is a link, and leaves the link and its target as they are', async () => {
  await using folder = await temporaryFolder();
  const [target, link] = [folder.path('target'), folder.path('link')];
  await writeFile(target, 'kept');
  await symlink(target, link);
  const { code, stderr } = await runProcess(argumentsOf(link));
  expect(code).toBe(1);
  expect(stderr).toContain('there is a file that is not a socket');
  expect(readFileSync(link, 'utf8')).toBe('kept');
});

test('serve refuses a path that is too long, with its length and the limit', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('ä'.repeat(60));
  const refused = await runProcess(argumentsOf(path));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/the path has 1\d\d bytes, of at most 10[37]/);
  expect(refused.stderr).toContain('cannot_listen');
});

test('serve refuses a path in a folder that does not exist', async () => {
  await using folder = await temporaryFolder();
  const refused = await runProcess(argumentsOf(folder.path('none/c.sock')));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('in a folder that exists');
});

test('a server in a program listens on a path of the greatest length and returns it', async () => {
  await using folder = await temporaryFolder();
  const room = (process.platform === 'linux' ? 107 : 103) - folder.path('').length;
  const host = `unix:${folder.path('x'.repeat(room - 1))}`;
  const config = await loadConfig({
    arguments: ['--host', host, '--database-url', 'sqlite::memory:'],
    environment: {},
  });
  const server = await createServer(config);
  expect(await server.listen()).toBe(host);
  expect(await call(host.slice('unix:'.length), 'GET', '/health')).toMatchObject({ status: 200 });
  await server.close();
});
