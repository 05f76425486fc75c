/**
 * Takes pictures of the console with invented content, into the folder of its argument. Needs chromium, and the console
 * built. `--docs` takes only those of the documentation.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { closeBrowser, NO_BROWSER, openPage } from '../../test/console/support/browser.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { startFilled, startGuarded } from './content.ts';

const SETTLE_MS = 600;
/** Longer than a page is left without input. */
const IDLE_MS = 31 * 60_000;

if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
const isOfDocs = process.argv.includes('--docs');
const folder = process.argv.slice(2).find((word) => !word.startsWith('-')) ?? 'shots';
await mkdir(folder, { recursive: true });
await using files = await temporaryFolder();
await using filled = await startFilled(files);
const { origin: open, long, turns, fork, shop } = filled;
await using guarded = await startGuarded(files);

/** A picture: where, and what is done there before. */
interface Shot {
  readonly name: string;
  /** Of the server that asks for a sign-in; of the other one without. */
  readonly origin?: string;
  readonly fragment: string;
  readonly keys?: readonly string[];
  readonly act?: (page: Page) => Promise<void>;
  readonly isOfDocs?: true;
}

const SHOTS: readonly Shot[] = [
  { name: 'list', fragment: '', isOfDocs: true },
  { name: 'marked', fragment: '', keys: ['j', 'x', 'j', 'j', 'X'] },
  { name: 'none', fragment: '#/conversations?q=user_id:nobody' },
  { name: 'search', fragment: '#/search?q=parcel', isOfDocs: true },
  { name: 'conversation', fragment: `#/conversations/${shop}`, isOfDocs: true },
  { name: 'details', fragment: `#/conversations/${shop}`, keys: ['j', 'j', 'Enter'] },
  { name: 'outline', fragment: `#/conversations/${shop}`, keys: ['o'] },
  { name: 'long', fragment: `#/conversations/${long}` },
  {
    name: 'turn',
    fragment: `#/conversations/${turns}`,
    act: async (page) => {
      await page.locator('.turn-line').last().click();
      await page.getByText('What the model saw').last().click();
      await page.locator('.seen > li').first().waitFor();
      await page.locator('.turn-details').last().scrollIntoViewIfNeeded();
    },
    isOfDocs: true,
  },
  { name: 'compare', fragment: `#/compare?left=${turns}&right=${fork}`, isOfDocs: true },
  { name: 'erase', fragment: '#/erase?q=user_id:user-17', isOfDocs: true },
  { name: 'trash', fragment: '#/trash', isOfDocs: true },
  { name: 'server', fragment: '#/server', isOfDocs: true },
  { name: 'keys', fragment: '', keys: ['?'] },
  {
    name: 'sign-in',
    origin: guarded.origin,
    fragment: '',
    act: async (page) => {
      await page.locator('dialog summary').click();
    },
    isOfDocs: true,
  },
  {
    name: 'covered',
    origin: guarded.origin,
    fragment: '',
    act: async (page) => {
      await page.clock.install();
      await page.reload();
      await page.locator('dialog summary').click();
      await page.locator('#key').fill(guarded.key);
      await page.keyboard.press('Enter');
      await page.getByText('No conversations that you may read').waitFor();
      await page.clock.fastForward(IDLE_MS);
      await page.getByText('Nobody has used this page').waitFor();
    },
    isOfDocs: true,
  },
  { name: 'absent', fragment: '#/conversations/conv_none' },
];

const SIZES = [
  { width: 1280, colorScheme: 'light', isOfDocs: true },
  { width: 1280, colorScheme: 'dark', isOfDocs: true },
  { width: 320, colorScheme: 'light', isOfDocs: false },
] as const;

const shots = SHOTS.filter((shot) => !isOfDocs || shot.isOfDocs === true);
for (const { name, origin = open, fragment, keys = [], act } of shots) {
  for (const { width, colorScheme } of SIZES.filter((size) => !isOfDocs || size.isOfDocs)) {
    await using watched = await openPage(origin, fragment, { colorScheme, width });
    const { page } = watched;
    await page.waitForTimeout(SETTLE_MS);
    for (const key of keys) await page.keyboard.press(key);
    await act?.(page);
    await page.waitForTimeout(SETTLE_MS);
    const path = isOfDocs
      ? `console-${name}-${colorScheme}.png`
      : `${name}-${width}-${colorScheme}.png`;
    await page.screenshot({ path: join(folder, path) });
  }
}
await closeBrowser();
