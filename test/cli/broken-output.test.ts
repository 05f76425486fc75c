import { expect, test } from 'vitest';
import { startProcess, urlOf } from '../support/process.ts';

const SERVE = ['serve', '--port', '0', '--database-url', 'sqlite::memory:'];

// Other systems have no device that is always full.
const linuxTest = test.skipIf(process.platform !== 'linux');

linuxTest('A server that cannot write its log serves and stops', async () => {
  await using server = startProcess([...SERVE, '--log-format', 'json'], {
    through: ['sh', '-c', 'exec "$@" 2>/dev/full', 'sh'],
  });
  const url = urlOf(await server.firstLine());
  expect((await fetch(`${url}/conversations`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect(await server.finished()).toMatchObject({ code: 0 });
});

test('A server stops after the reader of its log has closed the pipe', async () => {
  await using server = startProcess([...SERVE, '--log-format', 'json']);
  await server.firstLine();
  server.child.stderr?.destroy();
  server.child.kill('SIGTERM');
  expect(await server.finished()).toMatchObject({ code: 0 });
});

linuxTest('A server logs each line that its audit log on standard output loses', async () => {
  await using server = startProcess([...SERVE, '--audit-log', '-'], { output: '/dev/full' });
  const [url] = /http:\/\/\S+\/v1/.exec(await server.errorText(/listening on \S+\/v1/)) ?? [];
  const headers = { 'content-type': 'application/json' };
  const created = await fetch(`${url}/conversations`, { method: 'POST', headers, body: '{}' });
  expect(created.status).toBe(200);
  await server.errorText(/no audit line for createConversation, answered 200/);
});
