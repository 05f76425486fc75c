import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, type WatchedPage } from './support/browser.ts';
import { seedLong } from './support/seed.ts';
import {
  expectContiguous,
  firstOn,
  openAtEnd,
  openAtPosition,
  shown,
  told,
} from './support/transcript.ts';

/** Ways to another place of a conversation that is open. Each is a new placing, whatever was there before. */

const ITEMS = 2500;

const server = await startServer();
const id = NO_BROWSER === undefined ? await seedLong(server.client, ITEMS) : '';
afterAll(() => server[Symbol.asyncDispose]());

/** Waits until a message is the first one on the screen, in fact and by what the page tells. */
async function expectFirst(watched: WatchedPage, number: number): Promise<void> {
  const place = (number + 1).toLocaleString('en-GB');
  await expect.poll(() => told(watched)).toMatch(new RegExp(`^${place}–`));
  await expect.poll(async () => (await firstOn(watched.page)).number).toBe(number);
  // Some pixels more where a line with the day stands above it.
  await expect.poll(async () => (await firstOn(watched.page)).top).toBeGreaterThanOrEqual(0);
  await expect.poll(async () => (await firstOn(watched.page)).top).toBeLessThan(50);
  await expectContiguous(watched);
}

async function expectLast(watched: WatchedPage): Promise<void> {
  const last = ITEMS.toLocaleString('en-GB');
  await expect.poll(() => told(watched)).toMatch(new RegExp(`–${last} of ${last}$`));
  await expect.poll(async () => (await shown(watched)).at(-1)).toBe(ITEMS - 1);
}

async function idAt(position: number): Promise<string> {
  const query = `order=asc&limit=1&position=${position}`;
  const answer = await server.request(`/v1/conversations/${id}/items?${query}`);
  return (answer.body as { first_id: string }).first_id;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('the bar of positions leads to any item, and tells where it has led', async () => {
    await using watched = await openAtPosition(server.origin, id, 1200);
    await expectFirst(watched, 1200);
    for (const position of [300, 310, 2000, 0, 1999]) {
      await watched.page.locator('input[type=range]').fill(String(position));
      await expectFirst(watched, position);
    }
  });

  test('keys and buttons lead to the first item and to the last', async () => {
    await using watched = await openAtPosition(server.origin, id, 1200);
    const { page } = watched;
    await page.keyboard.press('G');
    await expectLast(watched);
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await expectFirst(watched, 0);
    await page.locator('.rows').focus();
    await page.keyboard.press('End');
    await expectLast(watched);
    await page.keyboard.press('Home');
    await expectFirst(watched, 0);
    // The focus goes along.
    await expect.poll(() => page.locator('article:focus').textContent()).toContain('message 0');
    await page.getByRole('button', { name: 'Last', exact: true }).click();
    await expectLast(watched);
    await page.getByRole('button', { name: 'First', exact: true }).click();
    await expectFirst(watched, 0);
  });

  test('a link to an item leads there within the open conversation, also for a second time', async () => {
    const [item, other] = [await idAt(700), await idAt(1800)];
    await using watched = await openAtEnd(server.origin, id);
    const follow = (to: string) =>
      watched.page.evaluate(`location.hash = '#/conversations/${id}?item=${to}'`);
    await follow(item);
    await expectFirst(watched, 700);
    await follow(other);
    await expectFirst(watched, 1800);
    await follow(item);
    await expectFirst(watched, 700);
    // Somewhere else by scrolling, of which the page knows but not the link.
    await watched.page.locator('.rows').evaluate((list) => list.scrollBy(0, -1500));
    await watched.page.waitForURL((url) => !url.href.includes(item));
    await follow(item);
    await expectFirst(watched, 700);
  });

  test('a link that is followed while the place is put into the address leads to its item', async () => {
    const item = await idAt(700);
    await using watched = await openAtPosition(server.origin, id, 1200);
    const { page } = watched;
    // Scrolling rests when the test wants it.
    await page.addInitScript(`{
      const later = setTimeout;
      window.setTimeout = (act, ms, ...more) =>
        ms === 400 ? ((window.rest_ = act), 0) : later(act, ms, ...more);
    }`);
    await page.reload();
    await expect.poll(() => page.evaluate('typeof window.rest_')).toBe('function');
    await page.evaluate(`location.hash = '#/conversations/${id}?item=${item}'; window.rest_()`);
    await expectFirst(watched, 700);
  });

  test('a hit of a search leads to its item within the conversation that was open', async () => {
    await using watched = await openAtPosition(server.origin, id, 1200);
    const { page } = watched;
    await page.keyboard.press('/');
    await page.keyboard.type('"message 431"');
    await page.keyboard.press('Enter');
    await page.locator('.results a').click();
    await expectFirst(watched, 431);
  });

  test('a later jump wins over one that is still loading', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    const { promise: isLate, resolve: answer } = Promise.withResolvers<void>();
    await page.route(/position=600/, async (route) => {
      await isLate;
      // The page has given the request up.
      await route.continue().catch(() => undefined);
    });
    const asked = page.waitForRequest(/position=600/);
    await page.locator('input[type=range]').fill('600');
    const late = await asked;
    // An answer to what the page has given up cannot come any more.
    const isGivenUp = page.waitForEvent('requestfailed', (request) => request === late);
    await page.locator('input[type=range]').fill('1700');
    await isGivenUp;
    await expectFirst(watched, 1700);
    answer();
  });
});
