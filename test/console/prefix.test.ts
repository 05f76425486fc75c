import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { startGateway } from './support/gateway.ts';
import { seedShop } from './support/seed.ts';

const server = await startServer();
const id = await seedShop(server.client);
const gateway = await startGateway(server.origin, { prefix: '/store/chat', isTls: true });
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('the console works on TLS below a path that a proxy takes off: lists, searches, writes and the feed', async () => {
    const base = gateway.url;
    await using watched = await openPage(base, '', { ignoresCertificates: true });
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await page.goto(`${base}/console`);
    expect(page.url()).toBe(`${base}/console/`);
    await page.goto(`${base}/console/#/search?q=parcel`);
    await page.locator('mark').first().waitFor();
    await page.locator(`.results a[href*="${id}"]`).first().click();
    await page.locator('article').first().waitFor();
    const feed = page.waitForResponse((answer) => answer.url().includes('/events'));
    await page.keyboard.press('l');
    expect((await feed).status()).toBe(200);
    await server.client.conversations.items.create(id, {
      items: [{ type: 'message', role: 'user', content: 'It has come.' }],
    });
    await page.getByText('It has come.').waitFor();
    const changed = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
    await page.evaluate(
      `fetch(new URL('../v1/conversations/${id}', document.baseURI), { method: 'DELETE' })`,
    );
    expect((await changed).status()).toBe(200);
  });
});
