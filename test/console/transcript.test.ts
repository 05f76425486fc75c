import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { scroll } from './support/scrolling.ts';
import { seedLong } from './support/seed.ts';
import {
  expectContiguous,
  firstOn,
  openAtEnd,
  openAtPosition,
  shown,
  told,
} from './support/transcript.ts';

const ITEMS = 2500;
/** Elements of rows in the document, however long the conversation is. */
const MOST_ROWS = 60;
/** Elements of the whole page then. */
const MOST_ELEMENTS = 600;

const server = await startServer();
const id = NO_BROWSER === undefined ? await seedLong(server.client, ITEMS) : '';
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a long conversation opens at its end with one page of items', async () => {
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    await watched.page.getByText(`message ${ITEMS - 1}`, { exact: true }).waitFor();
    const numbers = await shown(watched);
    expect(numbers.at(-1)).toBe(ITEMS - 1);
    await expectContiguous(watched);
    expect(numbers.length).toBeLessThan(MOST_ROWS);
    expect(await watched.page.locator('*').count()).toBeLessThan(MOST_ELEMENTS);
    // Each is asked for once. Rest: some frames without a change.
    await watched.page.locator('.facts time').waitFor();
    const paths = () =>
      watched.calls.map((call) => call.replace(/.*\/v1\/([^?]*).*/, '$1')).toSorted();
    const expected = [
      'conversations',
      `conversations/${id}`,
      `conversations/${id}/items`,
      'principal',
      'responses',
      'server',
    ];
    await expect.poll(paths).toEqual(expect.arrayContaining(expected));
    await scroll(watched.page, 1, 'false');
    expect(paths()).toEqual(expected);
  });

  test('a reader at the end stays there when the list loses height while it scrolls', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    await expect.poll(() => told(watched)).toMatch(/2,500 of 2,500$/);
    await page.locator('.rows').evaluate((list) => {
      list.scrollTop -= 1;
      const bar = list.ownerDocument.querySelector<typeof list>('.position');
      if (bar !== null) bar.style.paddingBottom = '200px';
    });
    await expect.poll(() => told(watched)).toMatch(/2,500 of 2,500$/);
  });

  test('a link to an item in the middle opens with the item at the top', async () => {
    const { data } = await server.client.conversations.items.list(id, {
      order: 'asc',
      limit: 700,
    } as never);
    const item = data[650]?.id ?? '';
    await using watched = await openPage(server.origin, `#/conversations/${id}?item=${item}`);
    const { page } = watched;
    await expect.poll(async () => (await firstOn(page)).number).toBe(650);
    await expect.poll(async () => Math.abs((await firstOn(page)).top)).toBeLessThan(40);
    await expectContiguous(watched);
  });

  test('Back returns to the place in the conversation that was left', async () => {
    await using watched = await openAtPosition(server.origin, id, 1200);
    const { page } = watched;
    await page.waitForURL(/item=/);
    const { number } = await firstOn(page);
    await watched.click('.back');
    await page.locator('.row-title').first().waitFor();
    await page.goBack();
    await expect.poll(async () => (await firstOn(page)).number).toBe(number);
    await expectContiguous(watched);
  });

  test('an item of 5 MB is a stub until it is asked for', async () => {
    const large = await server.client.conversations.create({
      items: [{ type: 'message', role: 'user', content: 'x'.repeat(5_000_000) }],
    });
    await using watched = await openPage(server.origin, `#/conversations/${large.id}`);
    const { page } = watched;
    await page.locator('.stub').waitFor();
    expect(await page.locator('.stub').textContent()).toContain('5 MB');
    await watched.click('.stub button');
    await page.locator('.text-more').waitFor();
    const length = (await page.locator('.said').textContent())?.length ?? 0;
    expect(length).toBeGreaterThan(10_000);
    expect(length).toBeLessThan(30_000);
  });
});
