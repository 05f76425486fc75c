import { afterAll, expect, test } from 'vitest';
import { getRequest, openConnection } from '../support/connection.ts';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

function upgradeOf(path: string, protocol: string): string {
  return getRequest(path).replace(
    '\r\n\r\n',
    `\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
}

test.each(['/v1/responses', '/v1/conversations', '/nowhere'])(
  'A WebSocket on %s is refused with 426, and the connection goes on with HTTP',
  async (path) => {
    using connection = await openConnection(server.origin);
    connection.socket.write(upgradeOf(path, 'WebSocket'));
    await connection.received('websocket_not_supported');
    expect(connection.text()).toMatch(/^upgrade: HTTP\/1\.1\r$/m);
    connection.socket.write(getRequest('/health'));
    await expect.poll(() => connection.statuses()).toEqual([426, 200]);
  },
);

test('An upgrade to HTTP/2 is ignored', async () => {
  using connection = await openConnection(server.origin);
  connection.socket.write(upgradeOf('/health', 'h2c'));
  await expect.poll(() => connection.statuses()).toEqual([200]);
});
