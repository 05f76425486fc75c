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

const PAGES = [
  { name: 'list', fragment: '', shows: '.row-title', key: undefined },
  { name: 'search', fragment: '#/search?q=parcel', shows: 'mark', key: undefined },
  { name: 'conversation', fragment: `#/conversations/${id}`, shows: 'article', key: undefined },
  { name: 'outline', fragment: `#/conversations/${id}`, shows: '.line', key: 'o' },
  { name: 'list of keys', fragment: '', shows: 'dialog[open]', key: '?' },
];

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each(PAGES)('the page of the $name keeps to WCAG 2.2 AA', async (at) => {
      await using watched = await openPage(server.origin, at.fragment, { colorScheme });
      const { page } = watched;
      await page.locator('.row-title, article, mark').first().waitFor();
      if (at.key !== undefined) await page.keyboard.press(at.key);
      await page.locator(at.shows).first().waitFor();
      expect(await violationsOf(page)).toEqual([]);
    });
  });

  test.each(PAGES.slice(0, 3))(
    'the page of the $name fits a window of 320 pixels',
    async ({ fragment, shows }) => {
      await using watched = await openPage(server.origin, fragment, { width: 320 });
      await watched.page.locator(shows).first().waitFor();
      const width = await watched.page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(320);
    },
  );
});
