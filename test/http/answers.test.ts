import { afterAll, expect, test } from 'vitest';
import { JSON_HEADERS } from '../support/raw-client.ts';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

test('an answer carries a request id, a version, its duration and its content type', async () => {
  const { id } = await server.client.conversations.create();
  const { headers } = await server.request(`/v1/conversations/${id}`);
  expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
  expect(headers.get('openai-version')).toBe('2020-10-01');
  expect(headers.get('openai-processing-ms')).toMatch(/^\d+$/);
  expect(headers.get('content-type')).toBe('application/json');
});

test('an answer repeats the request id of its request if the id is harmless', async () => {
  const answered = async (id: string): Promise<string | null> => {
    const { headers } = await server.request('/v1/nowhere', { headers: { 'x-request-id': id } });
    return headers.get('x-request-id');
  };
  expect(await answered('my-request.1')).toBe('my-request.1');
  expect(await answered('a b<script>')).toMatch(/^req_[0-9a-f]{32}$/);
});

test('every error has the envelope with all four keys', async () => {
  const { id } = await server.client.conversations.create();
  const call = (method: string, path: string, body?: unknown) =>
    server.request(`/v1/conversations${path}`, {
      method,
      headers: JSON_HEADERS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answers = [
    await call('GET', '/none'),
    await call('POST', '', { items: 1 }),
    await call('PUT', '/none', {}),
    await call('GET', `/${id}/items?limit=x`),
  ];
  for (const { body } of answers) {
    const { error } = body as { readonly error: object };
    expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  }
});
