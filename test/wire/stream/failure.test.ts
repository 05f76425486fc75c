import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { StoreUnavailableError } from '../../../src/base/errors/store-unavailable.ts';
import { apiError } from '../../../src/contract/errors/registry.ts';
import { getRequest, openConnection } from '../../support/connection.ts';
import { event, streamingServer } from '../../support/streaming-server.ts';

test.each([
  ['An error of the registry', () => apiError('conversation_not_found', { id: 'conv_1' }), 404, 0],
  ['An unavailable store', () => new StoreUnavailableError('locked', 'locked'), 503, 1],
  ['An unforeseen error', () => new Error('secret'), 500, 1],
])('%s before the first event is answered with its status and as JSON', async (...row) => {
  const [, error, status, reported] = row;
  // oxlint-disable-next-line require-yield
  await using server = await streamingServer(async function* () {
    throw error();
  });
  const response = await fetch(server.url);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('x-accel-buffering')).toBeNull();
  const text = await response.text();
  expect(Object.keys((JSON.parse(text) as { error: object }).error)).toEqual([
    'message',
    'type',
    'param',
    'code',
  ]);
  expect(text).not.toContain('secret');
  expect(server.failures).toHaveLength(reported);
  expect(server.began).toEqual([]);
  expect(await server.ended()).toMatchObject({ status, stream: undefined });
  expect(server.audited).toHaveLength(1);
});

test('An error after the first event becomes the one terminal event', async () => {
  await using server = await streamingServer(async function* () {
    yield event('toy.first');
    throw apiError('conversation_not_found', { id: 'conv_1' });
  });
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(
    event('toy.first') +
      event('error', {
        error: {
          message: "Conversation with id 'conv_1' not found.",
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      }),
  );
  expect(server.failures).toEqual([]);
  expect(await server.ended()).toMatchObject({
    status: 200,
    error: 'conversation_not_found',
    stream: { outcome: 'failed' },
  });
});

test('An unforeseen error after the first event is reported, and its text stays here', async () => {
  await using server = await streamingServer(async function* () {
    yield event('toy.first');
    throw new Error('secret');
  });
  const text = await (await fetch(server.url, { headers: { 'x-request-id': 'mine' } })).text();
  expect(text.match(/event: error/g)).toHaveLength(1);
  expect(text).toContain('under request id mine.');
  expect(text).not.toContain('secret');
  expect(server.failures).toEqual([new Error('secret')]);
  expect(await server.ended()).toMatchObject({ error: 'internal', stream: { outcome: 'failed' } });
});

test('The official client throws the error of a failed stream', async () => {
  await using server = await streamingServer(async function* () {
    yield event('toy.first');
    throw apiError('conversation_not_found', { id: 'conv_1' });
  });
  const client = new OpenAI({ baseURL: server.origin, apiKey: 'any', maxRetries: 0 });
  const types: string[] = [];
  const read = async (): Promise<void> => {
    const stream = await client.get<AsyncIterable<{ type: string }>>('/stream', { stream: true });
    for await (const { type } of stream) types.push(type);
  };
  await expect(read()).rejects.toThrow("Conversation with id 'conv_1' not found.");
  expect(types).toEqual(['toy.first']);
});

test('A route that cannot make its error event breaks off the body, and the request is reported', async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await streamingServer(
    async function* () {
      yield event('toy.first');
      await gate.promise;
      throw apiError('conversation_not_found', { id: 'conv_1' });
    },
    {
      failure: () => {
        throw new Error('no event');
      },
    },
  );
  const warned = new Promise((resolve) => {
    process.once('warning', resolve);
  });
  using connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/stream'));
  await connection.received('toy.first');
  gate.resolve();
  await connection.closed;
  expect(connection.text().endsWith('0\r\n\r\n'), 'The body must not look whole.').toBe(false);
  expect(await warned).toEqual(new Error('no event'));
  expect((await server.ended()).stream).toMatchObject({ outcome: 'failed' });
});
