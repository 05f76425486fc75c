import { afterAll, expect, test } from 'vitest';
import { startRefusalTarget } from '../../support/refusals.ts';

const { send, ...target } = await startRefusalTarget();
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

test('an unknown method is answered 404 with the method and the path', async () => {
  expect(await send('PATCH', '/v1/conversations/conv_x?a=b', '{}')).toMatchObject({
    status: 404,
    error: { message: 'Invalid URL (PATCH /v1/conversations/conv_x)' },
  });
});
