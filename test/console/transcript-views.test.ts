import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, type WatchedPage } from './support/browser.ts';
import { seedLong, seedShop } from './support/seed.ts';
import { firstOn, openAtEnd, openAtPosition } from './support/transcript.ts';

const server = await startServer();
const shop = await seedShop(server.client);
const long = NO_BROWSER === undefined ? await seedLong(server.client, 600) : '';
afterAll(() => server[Symbol.asyncDispose]());

async function focusLast({ page }: WatchedPage): Promise<void> {
  await page.locator('article').last().focus();
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('the key h leaves types, sizes and times, and takes every text from the page', async () => {
    await using watched = await openAtEnd(server.origin, shop);
    const { page } = watched;
    await focusLast(watched);
    await page.keyboard.press('d');
    await page.locator('.detail .json-name').first().waitFor();
    await page.keyboard.press('h');
    await page.getByRole('button', { name: 'Texts hidden' }).waitFor();
    expect(await page.locator('.detail .json-name').count()).toBe(0);
    const texts = async () =>
      `${await page.title()} ${await page.locator('main').textContent()}`.replaceAll(/\s+/g, ' ');
    for (const secret of ['Refund', 'user-17', 'parcel', 'ring twice', '4711', 'lookup_order']) {
      expect(await texts()).not.toContain(secret);
    }
    expect(await texts()).toMatch(/message, \d+ B/);
    await page.keyboard.press('o');
    await page.locator('.columns').waitFor();
    expect(await texts()).not.toContain('parcel');
    await page.keyboard.press('h');
    await page.keyboard.press('m');
    await page.locator('.said').getByText('ring twice').waitFor();
    expect(await page.locator('#title').textContent()).toBe('Refund for order 4711');
  });

  test('the key T shows the Markdown of a model as it is, and the text of a person as Markdown', async () => {
    await using watched = await openAtEnd(server.origin, shop);
    const { page } = watched;
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    const model = page.locator('article[data-role=assistant]').first();
    await model.locator('strong').waitFor();
    await model.focus();
    await page.keyboard.press('Shift+T');
    await model.getByText('**left Vienna on Tuesday**').waitFor();
    expect(await model.locator('strong').count()).toBe(0);
    await page.keyboard.press('Shift+T');
    await model.locator('strong').waitFor();
    const person = page.locator('article[data-role=user]').first();
    await person.focus();
    expect(await person.locator('.markdown').count()).toBe(0);
    await page.keyboard.press('Shift+T');
    await person.locator('.markdown').waitFor();
  });

  test('the menu of an item is opened, walked and left with keys, and copies with two clicks', async () => {
    await using watched = await openAtEnd(server.origin, shop);
    const { page } = watched;
    const last = page.locator('article').last();
    await last.focus();
    await page.keyboard.press('.');
    const focused = page.locator('[role=menuitem]:focus');
    await expect.poll(() => focused.textContent()).toContain('Details');
    await page.keyboard.press('ArrowDown');
    expect(await focused.textContent()).toContain('Copy link');
    await page.keyboard.press('End');
    expect(await focused.textContent()).toBe(
      await page.locator('[role=menuitem]').last().textContent(),
    );
    await page.keyboard.press('Escape');
    await page.locator('[role=menu]').waitFor({ state: 'detached' });
    await expect
      .poll(() => page.evaluate('document.activeElement.id'))
      .toBe(await last.getAttribute('id'));
    await watched.click('article.current > .show');
    await watched.click('[role=menuitem]:has-text("Copy as JSON")');
    await page.getByText('Copied: JSON.').waitFor();
    expect(watched.clicks).toBe(2);
    const copied = String(await page.evaluate('navigator.clipboard.readText()'));
    expect(copied).toContain('ring twice');
    await page.keyboard.press('d');
    await page.locator('.detail').waitFor();
    await page.keyboard.press('d');
    await page.locator('.detail').waitFor({ state: 'detached' });
  });

  test('an item is deleted by its menu with a confirmation, and the reader is at its neighbour', async () => {
    const id = await seedLong(server.client, 5);
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    await page.locator('article', { hasText: 'message 2' }).focus();
    await page.keyboard.press('.');
    await watched.click('[role=menuitem]:has-text("Delete")');
    await watched.click('dialog[open] .alarm');
    await page.getByText('message 2', { exact: true }).waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('article.current').textContent()).toContain('message 3');
    const { data } = await server.client.conversations.items.list(id);
    expect(data).toHaveLength(4);
  });

  test('an outline has the columns in line, and begins with the row that was on top', async () => {
    await using watched = await openAtPosition(server.origin, long, 300);
    const { page } = watched;
    await page.waitForURL(/item=/);
    await page.keyboard.press('o');
    await page.locator('.columns').waitFor();
    await expect.poll(async () => (await firstOn(page)).number).toBe(300);
    const edges = await Promise.all(
      ['.columns .row', '.rows .row'].map((row) =>
        page
          .locator(row)
          .first()
          .locator('> .number')
          .evaluateAll((cells) =>
            cells.map((cell) => Math.round(cell.getBoundingClientRect().right)),
          ),
      ),
    );
    expect(edges[0]).toHaveLength(3);
    expect(edges[0]).toEqual(edges[1]);
    await page.keyboard.press('m');
    await page.locator('.columns').waitFor({ state: 'detached' });
    await expect.poll(async () => (await firstOn(page)).number).toBe(300);
  });

  test('Page Down and Page Up lead from item to item, with the positions of a feed', async () => {
    await using watched = await openAtPosition(server.origin, long, 300);
    const { page } = watched;
    await page.locator('article.current').focus();
    const focused = page.locator('article:focus');
    await page.keyboard.press('PageDown');
    await expect.poll(() => focused.getAttribute('aria-posinset')).toBe('302');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('PageUp');
    await expect.poll(() => focused.getAttribute('aria-posinset')).toBe('300');
    expect(await focused.getAttribute('aria-setsize')).toBe('600');
    expect(await page.locator('[role=feed] article:not([aria-posinset])').count()).toBe(0);
  });

  test('times are shown exact and in UTC when the reader wants it, now and at the next visit', async () => {
    await using watched = await openAtEnd(server.origin, shop);
    const { page } = watched;
    const time = page.locator('article time').last();
    expect(await time.textContent()).toMatch(/just now|ago/);
    await watched.click('.account > button');
    await page.getByLabel('exact').check();
    await page.getByLabel('UTC').check();
    const utc = String(await time.getAttribute('datetime')).slice(11, 19);
    await expect.poll(() => time.textContent()).toBe(utc);
    await page.reload();
    await expect.poll(() => time.textContent()).toBe(utc);
  });
});
