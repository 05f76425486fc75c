import { createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { closeBrowser, NO_BROWSER, openPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';

const PREFIX = '/store/chat';

const server = await startServer();
const id = await seedShop(server.client);
/** A proxy that takes a path off the front, and rewrites the host. */
const proxy = createServer((incoming, outgoing) => {
  const path = (incoming.url ?? '').slice(PREFIX.length);
  const { host } = new URL(server.origin);
  const headers = { ...incoming.headers, host };
  const forwarded = request(`${server.origin}${path}`, { method: incoming.method, headers });
  forwarded.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(forwarded);
});
proxy.listen(0, '127.0.0.1');
await once(proxy, 'listening');
// Sound: it listens on TCP.
const { port } = proxy.address() as AddressInfo;
afterAll(async () => {
  await closeBrowser();
  proxy.close();
  proxy.closeAllConnections();
  await server[Symbol.asyncDispose]();
});

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('the console works below a path that a proxy takes off, also when it searches', async () => {
    const base = `http://127.0.0.1:${port}${PREFIX}`;
    await using watched = await openPage(base);
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await page.goto(`${base}/console`);
    expect(page.url()).toBe(`${base}/console/`);
    await page.goto(`${base}/console/#/search?q=parcel`);
    await page.locator('mark').first().waitFor();
    await page.locator(`.results a[href*="${id}"]`).first().click();
    await page.locator('article').first().waitFor();
  });
});
