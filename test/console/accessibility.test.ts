import axe from 'axe-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { closeBrowser, NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';

/** The rules of WCAG 2.2, levels A and AA, that can be checked without a person. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const server = await startServer();
const id = await seedShop(server.client);
afterAll(async () => {
  await closeBrowser();
  await server[Symbol.asyncDispose]();
});

/** Returns what axe finds on a page as it is. */
async function violationsOn({ page }: WatchedPage): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`;
  const { violations } = (await page.evaluate(run)) as { violations: readonly Violation[] };
  return violations.flatMap(({ id: rule, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${rule}: ${html}\n${failureSummary}`),
  );
}

const PAGES = [
  { name: 'list', fragment: '', shows: '.row-title', key: undefined },
  { name: 'search', fragment: '#/search?q=parcel', shows: 'mark', key: undefined },
  { name: 'conversation', fragment: `#/conversations/${id}`, shows: 'article', key: undefined },
  { name: 'outline', fragment: `#/conversations/${id}`, shows: '.line', key: 'o' },
  { name: 'list of keys', fragment: '', shows: 'dialog[open]', key: '?' },
  { name: 'trash', fragment: '#/trash', shows: '.state', key: undefined },
  { name: 'erasure', fragment: '#/erase?q=topic:orders', shows: '.panel', key: undefined },
  { name: 'server', fragment: '#/server', shows: '.example', key: undefined },
  { name: 'marked rows', fragment: '', shows: '.tools.marked', key: ['j', 'x'] },
  {
    name: 'grouped results',
    fragment: '#/search?q=please&group=conversation',
    shows: 'mark',
    key: undefined,
  },
];

/** Dialogs, by the words of their buttons in a conversation. */
const DIALOGS = ['Export…', 'Metadata…', 'Expiry…', 'Delete…'];

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each(PAGES)('the page of the $name keeps to WCAG 2.2 AA', async (at) => {
      await using watched = await openPage(server.origin, at.fragment, { colorScheme });
      const { page } = watched;
      await page.locator('.row-title, article, mark, main:has(h1)').first().waitFor();
      if (at.shows.startsWith('.tools')) await page.locator('.row-title').first().waitFor();
      for (const key of [at.key ?? []].flat()) await page.keyboard.press(key);
      await page.locator(at.shows).first().waitFor();
      expect(await violationsOn(watched)).toEqual([]);
    });

    test('the dialogs of a conversation keep to WCAG 2.2 AA', async () => {
      const fragment = `#/conversations/${id}`;
      await using watched = await openPage(server.origin, fragment, { colorScheme });
      const { page } = watched;
      for (const name of DIALOGS) {
        await page.locator('.conversation-actions').getByRole('button', { name }).click();
        await page.locator('dialog[open]').waitFor();
        expect(await violationsOn(watched), name).toEqual([]);
        await page.keyboard.press('Escape');
        await page.locator('dialog[open]').waitFor({ state: 'detached' });
      }
    });
  });

  test.each(PAGES.filter(({ key }) => key === undefined))(
    'the page of the $name fits a window of 320 pixels',
    async ({ fragment, shows }) => {
      await using watched = await openPage(server.origin, fragment, { width: 320 });
      await watched.page.locator(shows).first().waitFor();
      const width = await watched.page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(320);
    },
  );
});
