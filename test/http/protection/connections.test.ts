import { expect, test } from 'vitest';
import { openConnection } from '../../support/connection.ts';
import { startServer } from '../../support/server.ts';

test.each([
  ['the head', 'GET /health HTTP/1.1\r\nhost: loc'],
  [
    'the body',
    'POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  ],
])(
  'a request that does not finish %s in time is answered 408 and cut off',
  async (_name, start) => {
    await using server = await startServer('--request-timeout', '1');
    using connection = await openConnection(server.origin);
    connection.socket.write(start);
    await connection.closed;
    expect(connection.text()).toMatch(/^HTTP\/1\.1 408 [^]*"type":"invalid_request_error"/);
  },
);

test('connections over the limit are closed, and the server serves again when others end', async () => {
  await using server = await startServer('--max-connections', '2');
  const connections = await Promise.all(
    Array.from({ length: 4 }, () => openConnection(server.origin)),
  );
  const closed = await Promise.all(
    connections.map((connection) =>
      Promise.race([
        connection.closed.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
      ]),
    ),
  );
  expect(closed.filter(Boolean).length).toBeGreaterThanOrEqual(2);
  for (const { socket } of connections) socket.destroy();
  await expect
    .poll(async () => (await server.request('/health').catch(() => undefined))?.status)
    .toBe(200);
});
