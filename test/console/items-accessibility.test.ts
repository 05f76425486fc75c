import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { overflowing, violationsOf } from './support/axe.ts';
import { NO_BROWSER } from './support/browser.ts';
import { openAll, openItems } from './support/item-pages.ts';
import { TELLING } from './support/items.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each(['light', 'dark'] as const)(
    'items of all types keep to WCAG 2.2 AA in %s colours, and fit a narrow window',
    async (colorScheme) => {
      await using watched = await openItems(server, TELLING, {
        height: 16_000,
        width: 320,
        colorScheme,
      });
      const { page } = watched;
      await openAll(page);
      expect(await violationsOf(page)).toEqual([]);
      expect(await overflowing(page)).toEqual([]);
      await watched.click('.picture');
      await page.locator('dialog[open] img').waitFor();
      expect(await violationsOf(page)).toEqual([]);
    },
  );
});
