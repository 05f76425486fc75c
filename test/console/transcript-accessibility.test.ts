import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { violationsOf } from './support/axe.ts';
import { closeBrowser, NO_BROWSER, openPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';

const server = await startServer();
const id = await seedShop(server.client);
afterAll(async () => {
  await closeBrowser();
  await server[Symbol.asyncDispose]();
});

/** What a reader does with a conversation, after each other: the keys, and what they show. */
const STEPS: readonly { readonly keys: readonly string[]; readonly shows: string }[] = [
  { keys: ['j', '.'], shows: '[role=menuitem]' },
  { keys: ['Escape', 'd'], shows: '.detail' },
  { keys: ['h'], shows: '.hidden-text' },
  { keys: ['h', 'd', 'o'], shows: '.columns' },
  { keys: ['m', 'f', ...'parcel'], shows: '.hits' },
];

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each(['light', 'dark'] as const)(
    'the views of a conversation keep to WCAG 2.2 AA in %s colours',
    async (colorScheme) => {
      await using watched = await openPage(server.origin, `#/conversations/${id}`, { colorScheme });
      const { page } = watched;
      await page.locator('article').first().waitFor();
      for (const { keys, shows } of STEPS) {
        for (const key of keys) await page.keyboard.press(key);
        await page.locator(shows).first().waitFor();
        expect(await violationsOf(page), shows).toEqual([]);
      }
    },
  );

  test('the views of a conversation fit a window of 320 pixels', async () => {
    const fragment = `#/conversations/${id}`;
    await using watched = await openPage(server.origin, fragment, { width: 320 });
    const { page } = watched;
    await page.locator('article').first().waitFor();
    for (const { keys, shows } of STEPS) {
      for (const key of keys) await page.keyboard.press(key);
      await page.locator(shows).first().waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, shows).toBeLessThanOrEqual(320);
    }
  });
});
