import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createServer, loadConfig } from '../../src/index.ts';
import { getRequest, openConnection } from '../support/connection.ts';
import { startServer } from '../support/server.ts';

const post = (body: string): string =>
  `POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const numbered = (n: number): string => post(JSON.stringify({ metadata: { n: String(n) } }));

test('Requests of one packet are answered one by one, in order', async () => {
  await using server = await startServer();
  using connection = await openConnection(server.origin);
  const count = 200;
  connection.socket.write(Array.from({ length: count }, (_, n) => numbered(n)).join(''));
  await expect.poll(() => connection.statuses().length).toBe(count);
  const order = [...connection.text().matchAll(/"metadata":\{"n":"(\d+)"\}/g)];
  expect(order.map(([, n]) => Number(n))).toEqual(Array.from({ length: count }, (_, n) => n));
  // The order of creation shows that each request began when the one before it was done.
  const { data } = (await server.request('/v1/conversations?order=asc&limit=100')).body as {
    data: { metadata: { n: string } }[];
  };
  expect(data.map(({ metadata }) => Number(metadata.n))).toEqual(
    Array.from({ length: 100 }, (_, n) => n),
  );
});

test('A client that reads no answers costs the server no more than one', async () => {
  await using server = await startServer();
  const { id } = await server.client.conversations.create({
    items: [{ role: 'user', content: 'x'.repeat(4_000_000) }],
  });
  using connection = await openConnection(server.origin);
  connection.socket.pause();
  connection.socket.write(getRequest(`/v1/conversations/${id}/items`).repeat(300));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const served = await (await fetch(`${server.origin}/metrics`)).text();
  const read = /colloquy_items_total\{direction="read",type="message"\} (\d+)/.exec(served)?.[1];
  expect(Number(read)).toBeLessThan(5);
});

test.each([
  ['Bytes that are not HTTP', 'GARBAGE\r\n\r\n', 400],
  ['A head that is too large', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['A CONNECT request', 'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n', 404],
])(
  '%s after requests on the connection leaves their answers whole',
  async (_name, last, status) => {
    await using server = await startServer();
    using connection = await openConnection(server.origin);
    connection.socket.write(`${numbered(1)}${numbered(2)}${last}`);
    await once(connection.socket, 'close');
    expect(connection.statuses()).toEqual([200, 200, status]);
  },
);

test('A body in chunks of one byte arrives whole', async () => {
  await using server = await startServer();
  using connection = await openConnection(server.origin);
  const body = JSON.stringify({ metadata: { text: 'smallest chunks, é and all' } });
  const chunks = [...Buffer.from(body)].map((byte) =>
    Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]),
  );
  connection.socket.write(
    'POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  connection.socket.write(Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]));
  await expect.poll(() => connection.text()).toContain('smallest chunks, é and all');
});

test('A server that stops lets a slow client read its answer', async () => {
  const config = await loadConfig({
    settings: { port: 0, databaseUrl: 'sqlite::memory:' },
  });
  const server = await createServer(config);
  const url = await server.listen();
  const created = await fetch(`${url}/conversations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ role: 'user', content: 'x'.repeat(9_000_000) }] }),
  });
  const { id } = (await created.json()) as { id: string };
  const { origin } = new URL(url);
  using reader = await openConnection(origin);
  reader.socket.pause();
  reader.socket.write(getRequest(`/v1/conversations/${id}/items`));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const closing = server.close();
  await new Promise((resolve) => setTimeout(resolve, 300));
  reader.socket.resume();
  await closing;
  await expect.poll(() => reader.text().endsWith('}')).toBe(true);
  const [head = '', body = ''] = reader.text().split('\r\n\r\n');
  expect(body.length).toBe(Number(/content-length: (\d+)/.exec(head)?.[1]));
});
