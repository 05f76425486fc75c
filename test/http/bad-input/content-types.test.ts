import { afterAll, expect, test } from 'vitest';
import { JSON_HEADERS } from '../../support/raw-client.ts';
import { startRefusalTarget } from '../../support/refusals.ts';

const { send, path, server, ...target } = await startRefusalTarget();
afterAll(() => target[Symbol.asyncDispose]());

test.each(['text/plain', 'application/x-www-form-urlencoded', 'rubbish'])(
  'a body of the content type %s is answered 415, and the connection stays open',
  async (type) => {
    const refused = await send('POST', '/v1/conversations', '{}', { 'content-type': type });
    expect(refused).toMatchObject({
      status: 415,
      error: { type: 'invalid_request_error', code: 'unsupported_media_type', param: null },
    });
    const next = await send('GET', path);
    expect(next.clientPort, 'the refusal must leave the connection open').toBe(refused.clientPort);
  },
);

test('a body without a content type is answered 415', async () => {
  expect(await send('POST', '/v1/conversations', '{}', {})).toMatchObject({ status: 415 });
});

test.each(['compress', 'gzip, gzip', 'identity, gzip', '*'])(
  'a body of the content encoding %s is answered 415, and the connection stays open',
  async (encoding) => {
    const headers = { ...JSON_HEADERS, 'content-encoding': encoding };
    const refused = await send('POST', '/v1/conversations', '{}', headers);
    expect(refused).toMatchObject({
      status: 415,
      error: { code: 'unsupported_content_encoding' },
    });
    const next = await send('GET', path);
    expect(next.clientPort, 'the refusal must leave the connection open').toBe(refused.clientPort);
  },
);

test('a charset of a JSON body is accepted', async () => {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  expect(await send('POST', '/v1/conversations', '{}', headers)).toMatchObject({ status: 200 });
});

test('an empty body with a JSON content type is accepted on every method', async () => {
  expect((await send('POST', '/v1/conversations', '')).status).toBe(200);
  expect(await send('GET', path)).toMatchObject({ status: 200 });
  const { id } = await server.client.conversations.create();
  expect(await send('DELETE', `/v1/conversations/${id}`)).toMatchObject({ status: 200 });
});

test('a content encoding without a body is ignored', async () => {
  const { status } = await server.request(path, { headers: { 'content-encoding': 'gzip' } });
  expect(status).toBe(200);
});
