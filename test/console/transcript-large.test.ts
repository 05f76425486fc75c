import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { closeBrowser, NO_BROWSER } from './support/browser.ts';
import { scroll } from './support/scrolling.ts';
import { openAtEnd } from './support/transcript.ts';

const server = await startServer();
afterAll(async () => {
  await closeBrowser();
  await server[Symbol.asyncDispose]();
});

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('of large items no more than 24 million characters are kept', async () => {
    const { id: large } = await server.client.conversations.create({});
    const content = 'x'.repeat(60_000);
    for (let batch = 0; batch < 6; batch += 1) {
      await server.client.conversations.items.create(large, {
        items: Array.from({ length: 100 }, () => ({ type: 'message', role: 'user', content })),
      });
    }
    await using watched = await openAtEnd(server.origin, large);
    const { page } = watched;
    await page.keyboard.press('o');
    await page.locator('.line').first().waitFor();
    await scroll(page, -1500, () => document.querySelector('[aria-posinset="1"]') !== null);
    await page.locator('[aria-posinset="1"]').waitFor();
    const title = await page.locator('.position output').getAttribute('title');
    const kept = Number(/^\d+/.exec(title ?? '')?.[0]);
    expect(kept).toBeLessThan(400);
    expect(kept).toBeGreaterThan(300);
  });
});
