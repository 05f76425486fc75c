import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import {
  closeBrowser,
  NO_BROWSER,
  openAtFirst,
  openPage,
  type WatchedPage,
} from './support/browser.ts';
import { seedLong } from './support/seed.ts';

const ITEMS = 2500;
/** Elements of rows in the document, however long the conversation is. */
const MOST_ROWS = 60;

const server = await startServer();
const id = NO_BROWSER === undefined ? await seedLong(server.client, ITEMS) : '';
afterAll(async () => {
  await closeBrowser();
  await server[Symbol.asyncDispose]();
});

/** Returns the numbers of the messages in the document, in order of their places. */
async function shown({ page }: WatchedPage): Promise<readonly number[]> {
  const places = await page
    .locator('.row-place')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.getBoundingClientRect().top,
        Number(/message (\d+)/.exec(row.textContent ?? '')?.[1]),
      ]),
    );
  return places.toSorted(([a = 0], [b = 0]) => a - b).map(([, number = 0]) => number);
}

/** Opens the long conversation, and goes to a position by the bar. */
async function openAtPosition(position: string): Promise<WatchedPage> {
  const watched = await openPage(server.origin, `#/conversations/${id}`);
  await watched.page.locator('article').first().waitFor();
  await watched.page.locator('input[type=range]').fill(position);
  await watched.page.getByText(`message ${position}`, { exact: true }).waitFor();
  return watched;
}

function pagesOfItems({ calls }: WatchedPage): number {
  return calls.filter((call) => call.includes('/items?')).length;
}

function expectContiguous(numbers: readonly number[]): void {
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a long conversation opens at its end with one page of items', async () => {
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    await watched.page.getByText(`message ${ITEMS - 1}`, { exact: true }).waitFor();
    const numbers = await shown(watched);
    expect(numbers.at(-1)).toBe(ITEMS - 1);
    expectContiguous(numbers);
    expect(numbers.length).toBeLessThan(MOST_ROWS);
    expect(pagesOfItems(watched)).toBe(1);
  });

  test('scrolling up beyond what the page keeps shows every item once, with few rows in the document', async () => {
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.getByText(`message ${ITEMS - 1}`, { exact: true }).waitFor();
    await page.mouse.move(600, 500);
    let first = (await shown(watched))[0] ?? 0;
    for (let steps = 0; steps < 130; steps += 1) {
      await page.mouse.wheel(0, -900);
      await page.waitForTimeout(50);
      const numbers = await shown(watched);
      expectContiguous(numbers);
      expect(numbers.length).toBeLessThan(MOST_ROWS);
      expect(numbers[0]).toBeLessThanOrEqual(first);
      expect(numbers.at(-1), 'rows must follow those that were seen').toBeGreaterThanOrEqual(
        first - 2,
      );
      first = numbers[0] ?? 0;
    }
    expect(pagesOfItems(watched)).toBeGreaterThan(15);
  });

  test('a link to an item in the middle opens with the item at the top', async () => {
    const { data } = await server.client.conversations.items.list(id, {
      order: 'asc',
      limit: 700,
    } as never);
    const item = data[650]?.id ?? '';
    await using watched = await openPage(server.origin, `#/conversations/${id}?item=${item}`);
    const { page } = watched;
    await page.locator(`#item-${item}`).waitFor();
    await page.waitForTimeout(300);
    const [top, rows] = await Promise.all([
      page.locator(`#item-${item}`).evaluate((row) => row.getBoundingClientRect().top),
      page.locator('.rows').evaluate((list) => list.getBoundingClientRect().top),
    ]);
    expect(Math.abs(top - rows)).toBeLessThan(40);
    expectContiguous(await shown(watched));
  });

  test('the key g twice shows the first item, and G the last', async () => {
    await using watched = await openAtFirst(server.origin, id);
    const { page } = watched;
    await page.getByText('message 0', { exact: true }).waitFor();
    await page.keyboard.press('G');
    await page.getByText(`message ${ITEMS - 1}`, { exact: true }).waitFor();
  });

  test('the bar of positions leads to any item', async () => {
    await using watched = await openAtPosition('1200');
    const { page } = watched;
    expectContiguous(await shown(watched));
    await expect.poll(() => page.locator('.position output').textContent()).toContain('1,201–');
  });

  test('Back returns to the place in the conversation that was left', async () => {
    await using watched = await openAtPosition('1200');
    const { page } = watched;
    await page.waitForURL(/item=/);
    await watched.click('.back');
    await page.locator('.row-title').first().waitFor();
    await page.goBack();
    await page.getByText('message 1200', { exact: true }).waitFor();
    expectContiguous(await shown(watched));
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
