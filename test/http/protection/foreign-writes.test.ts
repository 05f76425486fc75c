import { afterAll, expect, test } from 'vitest';
import { rawClient } from '../../support/raw-client.ts';
import { startAccessServer } from '../../support/access.ts';

/** Changes that a browser sends for a page of another origin without asking first. */

const ALLOWED = 'https://app.example.com';

const access = await startAccessServer('auth: { schemes: [keys] }\n', '--cors-origins', ALLOWED);
const { origin } = access.server;
const authorization = `Bearer ${await access.key('ann')}`;
const client = rawClient(origin);
afterAll(async () => {
  client[Symbol.dispose]();
  await access[Symbol.asyncDispose]();
});

async function post(headers: Readonly<Record<string, string>>): Promise<number> {
  const all = { authorization, ...headers };
  return (await client.send('POST', '/v1/conversations', undefined, all)).status;
}

test('a program, which sends no header of browsers, may change', async () => {
  expect(await post({})).toBe(200);
});

test.each(['cross-site', 'same-site'])('a page that is %s may not change', async (site) => {
  const answer = await client.send('POST', '/v1/conversations', undefined, {
    authorization,
    'sec-fetch-site': site,
    origin: 'https://evil.example',
  });
  expect(answer).toMatchObject({ status: 403, error: { code: 'origin_not_allowed' } });
});

test.each(['same-origin', 'none'])('a page that is %s may change', async (site) => {
  // Behind a proxy that rewrites `Host`, the two differ.
  expect(await post({ 'sec-fetch-site': site, origin: 'https://chat.example' })).toBe(200);
});

test('a page of an origin that --cors-origins names may change', async () => {
  expect(await post({ 'sec-fetch-site': 'cross-site', origin: ALLOWED })).toBe(200);
  expect(await post({ origin: ALLOWED })).toBe(200);
});

test('the origin of a browser without the header for sites must be the host', async () => {
  const { host } = new URL(origin);
  expect(await post({ origin: `http://${host}` })).toBe(200);
  expect(await post({ origin: 'http://evil.example' })).toBe(403);
  expect(await post({ origin: 'null' })).toBe(403);
});

test('the host that a proxy forwards counts like the host', async () => {
  const headers = { origin: 'http://chat.example', 'x-forwarded-host': 'chat.example' };
  expect(await post(headers)).toBe(200);
});

test('a foreign page that only reads is left to the rules of the browser', async () => {
  const headers = { authorization, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  expect((await client.send('GET', '/v1/conversations', undefined, headers)).status).toBe(200);
});

test('answers of the API stay out of caches and of pages of other origins', async () => {
  for (const path of ['/v1/conversations', '/v1/conversations/conv_none', '/v1/server']) {
    const { headers } = await access.server.request(path, { headers: { authorization } });
    expect(headers.get('cache-control'), path).toBe('no-store');
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
  }
});
