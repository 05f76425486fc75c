import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER } from './support/browser.ts';
import { scroll } from './support/scrolling.ts';
import { seedLong } from './support/seed.ts';
import { firstOn, openAtEnd, openAtPosition, pagesOfItems, shown } from './support/transcript.ts';

/** Items that the page keeps. */
const MOST_KEPT = 1500;
/** Elements of the list, however long the conversation is. */
const MOST_ELEMENTS = 400;

const server = await startServer();
const id = NO_BROWSER === undefined ? await seedLong(server.client, 2500) : '';
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a fast scroll beyond what the page keeps shows rows in each frame, in order, both ways', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    const up = await scroll(page, -5000, 'first < 750');
    expect(up).toMatchObject({ empty: 0, wrong: 0 });
    expect(up.first).toBeLessThan(750);
    expect(up.elements).toBeLessThan(MOST_ELEMENTS);
    await expect
      .poll(() => page.locator('.position output').getAttribute('title'))
      .toBe(`${MOST_KEPT.toLocaleString('en-GB')} items are loaded`);
    const asked = pagesOfItems(watched);
    expect(asked).toBeGreaterThan(MOST_KEPT / 100);
    const pages = watched.calls.filter((call) => call.includes('/items?'));
    expect(new Set(pages).size, 'each page once').toBe(asked);
    // What was forgotten at the other end comes back.
    const down = await scroll(page, 5000, 'last === 2499');
    expect(down).toMatchObject({ empty: 0, wrong: 0, last: 2499 });
    expect(pagesOfItems(watched)).toBeGreaterThan(asked);
  });

  test('rows on the screen stay where they are while others are put in front of them', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    // The first page of older items comes when the reader is near the first loaded one.
    let answer = (): void => undefined;
    const isAsked = Promise.withResolvers<undefined>();
    await page.route(/position=2399/, async (route) => {
      isAsked.resolve(undefined);
      await new Promise<void>((resolve) => (answer = resolve));
      await route.continue();
    });
    await scroll(page, -200, 'first < 2415');
    await isAsked.promise;
    await expect.poll(() => page.locator('.rows').getAttribute('aria-busy')).toBe('true');
    const before = await firstOn(page);
    answer();
    await expect
      .poll(() => page.locator('.position output').getAttribute('title'))
      .toBe('200 items are loaded');
    expect(await firstOn(page)).toEqual(before);
    expect(await page.locator('.unseen').first().textContent()).toBe('100 older items loaded');
  });

  test('the first row on the screen does not move when the window becomes narrower, nor do rows that were measured before jump', async () => {
    await using watched = await openAtPosition(server.origin, id, 1150);
    const { page } = watched;
    await scroll(page, 300, 'first > 1190');
    const before = await firstOn(page);
    await page.setViewportSize({ width: 600, height: 860 });
    await expect.poll(() => firstOn(page)).toEqual(before);
    const up = await scroll(page, -40, 'first < 1175');
    expect(up).toMatchObject({ empty: 0, wrong: 0 });
    expect(up.drift).toBeLessThan(2);
  });

  test('the row that has the focus stays in the document while others come and go', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    // The last one, and the one before.
    for (const key of ['k', 'k']) await page.keyboard.press(key);
    const place = () => page.locator('article:focus').getAttribute('aria-posinset');
    await expect.poll(place).toBe('2499');
    const focused = await page.locator('article:focus').getAttribute('id');
    await scroll(page, -2000, 'first < 2200');
    expect(await page.locator('article:focus').getAttribute('id')).toBe(focused);
    const numbers = await shown(watched);
    expect(numbers.at(-1)).toBeGreaterThan(2400);
    await page.keyboard.press('j');
    await expect.poll(() => page.locator('article:focus').getAttribute('id')).not.toBe(focused);
    await expect.poll(async () => (await firstOn(page)).number).toBeGreaterThan(2400);
  });
});
