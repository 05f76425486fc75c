import { afterAll, expect, test } from 'vitest';
import { openConnection } from '../../support/connection.ts';
import { itemsBody, startRefusalTarget } from '../../support/refusals.ts';

const { server, path, countItems, ...target } = await startRefusalTarget();
afterAll(() => target[Symbol.asyncDispose]());

test('an upload that breaks off stores nothing and is not a failure of the server', async () => {
  const before = await countItems();
  const body = itemsBody({ role: 'user', content: 'x' });
  using connection = await openConnection(server.origin);
  connection.socket.write(
    `POST ${path}/items HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length + 10}\r\n\r\n${body}`,
    () => connection.socket.destroy(),
  );
  await connection.closed;
  expect(await countItems()).toBe(before);
  expect(server.failures, 'failures that the server reports as its own').toEqual([]);
});

test.each([
  ['a request without a Host header', 'GET /health HTTP/1.1\r\n\r\n', 400],
  [
    'a request with an unknown expectation',
    'GET /health HTTP/1.1\r\nhost: localhost\r\nexpect: miracles\r\n\r\n',
    417,
  ],
  ['a request for a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: localhost\r\n\r\n', 404],
])('%s is answered with the error envelope', async (_name, text, status) => {
  using connection = await openConnection(server.origin);
  connection.socket.write(text);
  await connection.received('"type":"invalid_request_error"');
  expect(connection.text()).toMatch(
    new RegExp(`^HTTP/1\\.1 ${status} [^]*"type":"invalid_request_error"`),
  );
});

test('bytes that are not HTTP are answered with the error envelope', async () => {
  using connection = await openConnection(server.origin);
  connection.socket.write('rubbish\r\n\r\n');
  await connection.closed;
  const [head = '', body = ''] = connection.text().split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(body)).toMatchObject({ error: { type: 'invalid_request_error' } });
});
