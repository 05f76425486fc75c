import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

/** Tests of the watch that fails a test when its page breaks the policy or loads from elsewhere. */

const server = await startServer();
const elsewhere = createServer((_request, response) => response.end('x')).listen(0, '127.0.0.1');
await once(elsewhere, 'listening');
// Sound: it listens on TCP.
const address = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/x.png`;
afterAll(async () => {
  elsewhere.closeAllConnections();
  elsewhere.close();
  await server[Symbol.asyncDispose]();
});

/** Runs a script in a page, as its own would run. */
const doing =
  (script: string) =>
  async (page: Page): Promise<unknown> =>
    page.evaluate(`void (async () => { ${script} })().catch(() => undefined)`);

async function inAnotherTab(page: Page): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await doing(`new Image().src = ${JSON.stringify(address)}`)(tab);
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each([
    ['an image elsewhere', doing(`new Image().src = ${JSON.stringify(address)}`)],
    ['a call elsewhere', doing(`await fetch(${JSON.stringify(address)})`)],
    ['a page elsewhere', doing(`open(${JSON.stringify(address)})`)],
    ['markup out of a text', doing(`document.body.innerHTML = '<b>x</b>'`)],
    [
      'a style of an element',
      doing(
        `document.body.append(Object.assign(document.createElement('style'), { textContent: 'a{}' }))`,
      ),
    ],
    [
      'a script of an element',
      doing(
        `document.body.append(Object.assign(document.createElement('script'), { src: ${JSON.stringify(address)} }))`,
      ),
    ],
    ['an error that nothing catches', doing(`setTimeout(() => { throw new Error('lost') })`)],
    ['an image elsewhere in another tab', inAnotherTab],
  ])('%s is noticed', async (_what, act) => {
    const watched = await openPage(server.origin);
    await watched.page.locator('h1#title').waitFor();
    await act(watched.page);
    await expect.poll(() => watched.problems).not.toEqual([]);
    await expect(watched[Symbol.asyncDispose]()).rejects.toThrow(
      'the page must keep to its policy',
    );
  });

  test('a page that does none of that passes', async () => {
    const watched = await openPage(server.origin);
    await watched.page.locator('.state').waitFor();
    await expect(watched[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});
