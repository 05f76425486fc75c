import { readdirSync, readFileSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../support/repository.ts';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

const index = `${server.origin}/console/`;

/** Returns the status of a request whose path and headers are sent as they are. */
async function statusOf(path: string, headers: Readonly<Record<string, string>> = {}) {
  const sent = request(`${server.origin}${path}`, { headers, path }).end();
  // Sound: the event has the answer alone.
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

/** Returns the address of the page's script. */
async function script(): Promise<string> {
  const html = await (await fetch(index)).text();
  return new URL(/src="([^"]+\.js)"/.exec(html)?.[1] ?? '', index).href;
}

test('the page has the policy that forbids inline code, markup and other addresses', async () => {
  const { status, headers } = await fetch(index);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = headers.get('content-security-policy') ?? '';
  for (const rule of ["default-src 'none'", "script-src 'self'", "trusted-types 'none'"]) {
    expect(policy).toContain(rule);
  }
  expect(policy).not.toMatch(/unsafe|https?:/);
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('the page is asked for again each time, and answered 304 when it is the same', async () => {
  const { headers } = await fetch(index);
  expect(headers.get('cache-control')).toBe('no-cache');
  const again = await fetch(index, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
  const other = await fetch(index, { headers: { 'if-none-match': '"other"' } });
  expect(other.status).toBe(200);
});

test('a file with its digest in its name is kept for a year', async () => {
  const { headers } = await fetch(await script());
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

test.each([
  ['br, gzip', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['identity', null],
])('a file for a client that takes %s is sent as %s', async (accepted, encoding) => {
  const answer = await fetch(await script(), { headers: { 'accept-encoding': accepted } });
  expect(answer.headers.get('content-encoding')).toBe(encoding);
  expect(answer.headers.get('vary')).toBe('accept-encoding');
  expect(await answer.text()).toContain('conversations');
});

test('HEAD is answered with the headers of GET and no body', async () => {
  const answer = await fetch(index, { method: 'HEAD' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('etag')).not.toBeNull();
  expect(await answer.text()).toBe('');
});

test('the path without a slash leads to the page by a relative address', async () => {
  const answer = await fetch(`${server.origin}/console`, { redirect: 'manual' });
  expect(answer.status).toBe(308);
  expect(answer.headers.get('location')).toBe('./console/');
});

test.each(['/console/none', '/console/../package.json', '/console/%2e%2e/package.json'])(
  '%s is not found',
  async (path) => {
    expect(await statusOf(path)).toBe(404);
  },
);

test('the page takes no other method', async () => {
  const answer = await fetch(index, { method: 'POST' });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, HEAD');
});

test('a link in another site opens the page, and reads nothing of the API', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect(await statusOf('/console/', headers)).toBe(200);
  expect(await statusOf('/v1/conversations', headers)).toBe(403);
});

test('a name that only resolves to this machine does not get the page', async () => {
  expect(await statusOf('/console/', { host: 'evil.example' })).toBe(403);
});

test('a server with --console off does not have the page', async () => {
  await using off = await startServer('--console', 'off');
  expect((await fetch(`${off.origin}/console/`)).status).toBe(404);
});

const BUILT = join(ROOT, 'dist', 'console');

/** Bytes of built files, compressed by gzip. */
function gzipped(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + statSync(join(BUILT, 'assets', `${name}.gz`)).size, 0);
}

test('the first page has at most 60 kB, and everything but signing in at an issuer 120 kB', () => {
  const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
  const first = [...page.matchAll(/\.\/assets\/([^"]+)/g)].map(([, name = '']) => name);
  expect(first.length).toBeGreaterThan(1);
  expect(gzipped(first), 'load what the first page does not need later').toBeLessThan(60_000);
  const all = readdirSync(join(BUILT, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  const others = all.filter((name) => !name.startsWith('oidc-'));
  expect(others.length).toBe(all.length - 1);
  expect(gzipped(others), 'look for what has grown').toBeLessThan(120_000);
});
