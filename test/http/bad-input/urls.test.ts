import { afterAll, expect, test } from 'vitest';
import { startRefusalTarget } from '../../support/refusals.ts';

const { send, server, ...target } = await startRefusalTarget();
afterAll(() => target[Symbol.asyncDispose]());

test('an unknown URL is answered 404 with its method and path', async () => {
  expect(await send('POST', '/v1/conversations/conv_x/messages', '{}')).toMatchObject({
    status: 404,
    error: {
      message: 'Invalid URL (POST /v1/conversations/conv_x/messages)',
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  });
});

test.each([
  ['PATCH', '/v1/conversations/conv_x?a=b', 'GET, HEAD, POST, DELETE'],
  ['PUT', '/v1/conversations', 'GET, HEAD, POST'],
  ['DELETE', '/v1/conversations/', 'GET, HEAD, POST'],
  ['DELETE', '/v1/conversations/conv_x/items/', 'GET, HEAD, POST'],
  ['POST', '/health', 'GET, HEAD'],
])('%s on %s is answered 405 with the methods of the path', async (method, path, allowed) => {
  const response = await fetch(`${server.origin}${path}`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, allowed]);
  expect(await response.json()).toMatchObject({
    error: { type: 'invalid_request_error', param: null, code: 'method_not_supported' },
  });
});

test('a path with an empty last segment is that of the collection or the list', async () => {
  const { id } = await server.client.conversations.create();
  expect(await send('POST', '/v1/conversations/', '{}')).toMatchObject({ status: 200 });
  const list = await server.request(`/v1/conversations/${id}/items/`);
  expect(list).toMatchObject({ status: 200, body: { object: 'list' } });
  const conversation = await server.request(`/v1/conversations/${id}/`);
  expect(conversation).toMatchObject({ status: 200, body: { id } });
});

test.each([
  '/v1/conversations//items',
  '//v1/conversations',
  '/v1//conversations',
  '/v1/conversations//',
])('the path %s with an empty segment is an invalid URL', async (path) => {
  expect(await send('GET', path)).toMatchObject({
    status: 404,
    error: { message: `Invalid URL (GET ${path})` },
  });
});

test('parameters that are sent empty count as absent', async () => {
  const { id } = await server.client.conversations.create({
    items: [{ role: 'user', content: 'x' }],
  });
  const list = `/v1/conversations/${id}/items`;
  const { body } = await server.request(list);
  const empty = await server.request(`${list}?after=&limit=&order=&include=&include[]=`);
  expect(empty).toMatchObject({ status: 200, body: { data: [{ role: 'user' }] } });
  expect(empty.body).toEqual(body);
});
