import { afterAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';

const ORIGIN = 'https://app.example.com';
const PREFLIGHT = {
  method: 'OPTIONS',
  headers: {
    origin: ORIGIN,
    'access-control-request-method': 'POST',
    'access-control-request-headers':
      'authorization,content-type,x-stainless-lang,x-stainless-runtime-version',
  },
};

const server = await startServer('--cors-origins', ORIGIN);
afterAll(() => server[Symbol.asyncDispose]());

test('a server without allowed origins permits none in a preflight', async () => {
  await using closed = await startServer();
  const answer = await fetch(`${closed.origin}/v1/conversations`, PREFLIGHT);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test('a preflight of an allowed origin permits the headers of the official client', async () => {
  const answer = await fetch(`${server.origin}/v1/conversations`, PREFLIGHT);
  expect(answer.status).toBe(204);
  expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(answer.headers.get('access-control-allow-headers')).toContain('x-stainless-lang');
});

test.each(['/v1/conversations/conv_none', '/health', '/none'])(
  'the answer of %s varies by origin, with and without one in the request',
  async (path) => {
    for (const headers of [{ origin: ORIGIN }, {}]) {
      const answer = await server.request(path, { headers });
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  },
);

test('an answer to an allowed origin exposes the request id', async () => {
  const { headers } = await server.request('/health', { headers: { origin: ORIGIN } });
  expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('an answer to another origin permits nothing', async () => {
  const origin = 'https://evil.example';
  const { headers } = await server.request('/health', { headers: { origin } });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});
