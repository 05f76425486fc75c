import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { getRequest, openConnection } from '../../support/connection.ts';
import { stubborn } from '../../support/producers.ts';
import { event, openStream, streamingServer } from '../../support/streaming-server.ts';

async function* threeEvents(): AsyncGenerator<string, string, void> {
  yield event('toy.delta', { text: 'a' });
  yield event('toy.delta', { text: 'é' });
  return event('toy.done');
}

const body = [
  event('toy.delta', { text: 'a' }),
  event('toy.delta', { text: 'é' }),
  event('toy.done'),
].join('');

test('The official client reads a stream to its terminal event', async () => {
  await using server = await streamingServer(threeEvents);
  const client = new OpenAI({ baseURL: server.origin, apiKey: 'any', maxRetries: 0 });
  const types: string[] = [];
  for await (const { type } of await client.post<AsyncIterable<{ type: string }>>('/stream', {
    body: { stream: true },
    stream: true,
  })) {
    types.push(type);
  }
  expect(types).toEqual(['toy.delta', 'toy.delta', 'toy.done']);
  expect((await server.ended()).stream).toMatchObject({ outcome: 'complete' });
});

test('The head of a stream keeps proxies and caches from holding it back', async () => {
  await using server = await streamingServer(threeEvents);
  const response = await fetch(server.url, { headers: { 'x-request-id': 'mine' } });
  expect(await response.text()).toBe(body);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toEqual({
    'cache-control': 'no-store',
    connection: 'keep-alive',
    'content-type': 'text/event-stream; charset=utf-8',
    'cross-origin-resource-policy': 'same-origin',
    date: expect.any(String),
    'keep-alive': 'timeout=72',
    'openai-processing-ms': expect.stringMatching(/^\d+$/),
    'openai-version': '2020-10-01',
    'transfer-encoding': 'chunked',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': 'mine',
  });
});

test('The head and the first event arrive while the producer still works', async () => {
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce);
  using connection = await openStream(server);
  expect(server.answered).toEqual([]);
  release();
  await connection.received(event('toy.done'));
});

test('A stream may consist of its terminal event alone', async () => {
  // oxlint-disable-next-line require-yield
  await using server = await streamingServer(async function* () {
    return event('toy.done');
  });
  expect(await (await fetch(server.url)).text()).toBe(event('toy.done'));
});

test('HEAD answers with the head of the stream, and ends the producer', async () => {
  let isClosed = false;
  await using server = await streamingServer(async function* () {
    try {
      yield event('toy.first');
      throw new Error('HEAD needs no second event');
    } finally {
      isClosed = true;
    }
  });
  using connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/stream').replace('GET', 'HEAD') + getRequest('/text'));
  await connection.received('{"text":true}');
  expect(connection.statuses()).toEqual([200, 200]);
  expect(connection.text()).toContain('content-type: text/event-stream');
  expect(connection.text()).not.toContain('toy.first');
  expect(isClosed).toBe(true);
  expect(server.failures).toEqual([]);
});

test('HEAD answers with the status that GET would have', async () => {
  await using server = await streamingServer(() => {
    throw new Error('broken');
  });
  expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(500);
});

test('An HTTP/1.0 client gets the stream unframed, up to the end of the connection', async () => {
  await using server = await streamingServer(threeEvents);
  using connection = await openConnection(server.origin);
  connection.socket.write(
    'GET /stream HTTP/1.0\r\nhost: localhost\r\nconnection: keep-alive\r\n\r\n',
  );
  await connection.closed;
  const [head = '', ...rest] = connection.text().split('\r\n\r\n');
  expect(rest.join('\r\n\r\n')).toBe(body);
  expect(head).toContain('Connection: close');
  expect(head.toLowerCase()).not.toContain('transfer-encoding');
});

test('Requests after a stream on its connection wait for its end', async () => {
  const { release, produce } = stubborn();
  let texts = 0;
  await using server = await streamingServer(produce, {
    text: async () => {
      texts += 1;
      return '{"text":true}';
    },
  });
  using connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/stream') + getRequest('/text') + getRequest('/stream'));
  await connection.received('toy.first');
  // An answer on another connection shows that the server had time for the second request.
  expect((await fetch(`${server.origin}/text`)).status).toBe(200);
  expect(texts, 'Only the request on the other connection may have begun.').toBe(1);
  release();
  await expect.poll(() => connection.text().match(/event: toy\.done/g)?.length).toBe(2);
  expect(connection.statuses()).toEqual([200, 200, 200]);
  const [first, text] = [
    connection.text().indexOf('toy.done'),
    connection.text().indexOf('"text"'),
  ];
  expect(first, 'The stream must end before the next answer begins.').toBeLessThan(text);
});

test('Bytes that are not HTTP do not cut off the stream before them', async () => {
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce);
  using connection = await openStream(server);
  connection.socket.write('GARBAGE\r\n\r\n');
  expect((await fetch(`${server.origin}/text`)).status).toBe(200);
  release();
  await connection.closed;
  expect(connection.statuses()).toEqual([200, 400]);
  expect(connection.text()).toContain('toy.done');
});
