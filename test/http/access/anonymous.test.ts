import { afterAll, expect, test } from 'vitest';
import { createServer, loadConfig } from '../../../src/index.ts';
import { rawClient } from '../../support/raw-client.ts';
import { startServer } from '../../support/server.ts';

/** A server without authentication serves its own machine alone. */

const server = await startServer();
const client = rawClient(server.origin);
afterAll(async () => {
  client[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

test('a server without authentication takes any token and none for the same caller', async () => {
  const { id } = await server.client.conversations.create();
  for (const headers of [{}, { authorization: 'Bearer other' }]) {
    expect((await server.request(`/v1/conversations/${id}`, { headers })).status).toBe(200);
  }
});

test('a server without authentication refuses to start on an address of a network', async () => {
  const at = (...args: string[]) => loadConfig({ arguments: args });
  const memory = ['--database-url', 'sqlite::memory:'];
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.com']) {
    await expect(createServer(await at('--host', host, ...memory)), host).rejects.toThrow(
      'no authentication is configured',
    );
    for (const allowed of [['--allow-anonymous'], ['--auth', 'keys']]) {
      await (await createServer(await at('--host', host, ...memory, ...allowed))).close();
    }
  }
  for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', '::1']) {
    await (await createServer(await at('--host', host, ...memory))).close();
  }
  expect((await at()).host).toBe('127.0.0.1');
});

test('a host name that only resolves to this machine is not served without authentication', async () => {
  const answer = await client.send('GET', '/health', undefined, { host: 'evil.example' });
  expect(answer).toMatchObject({ status: 403, error: { code: 'host_not_allowed' } });
  const local = await client.send('GET', '/health', undefined, { host: 'localhost:1' });
  expect(local.status).toBe(200);
});

test('a page of another origin is not served without authentication', async () => {
  const before = (await server.request('/v1/conversations')).body;
  for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
    // Without a content type, as a page sends it without asking first.
    const answer = await client.send('POST', '/v1/conversations', undefined, { origin });
    expect(answer, origin).toMatchObject({ status: 403, error: { code: 'origin_not_allowed' } });
  }
  expect((await server.request('/v1/conversations')).body).toEqual(before);
  const own = await client.send('GET', '/health', undefined, { origin: 'http://localhost:3000' });
  expect(own.status).toBe(200);
});
