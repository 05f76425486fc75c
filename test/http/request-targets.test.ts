import { request as httpRequest } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Sends a request with a target that `fetch` would rewrite. */
function statusOf(method: string, target: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.origin);
    const request = httpRequest({ method, path: target, hostname, port }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
    request.end();
  });
}

test.each([
  'http://other.example/v1/conversations',
  'HTTPS://other.example:8443/openai/v1/conversations/?limit=1',
])('The target %s in absolute form is read like its path', async (target) => {
  expect(await statusOf('GET', target)).toBe(200);
});

test.each(['/nowhere%zz', '/v1/conversations/%ff'])(
  'A path that cannot be decoded, as in %s, has no methods to list in 405',
  async (target) => {
    expect([await statusOf('PUT', target), await statusOf('GET', target)]).toEqual([404, 400]);
  },
);
