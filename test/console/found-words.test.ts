import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, typeInBar, type WatchedPage } from './support/browser.ts';
import { seedLong } from './support/seed.ts';

/** Tests that the words of a search are on the screen, and marked, after a hit was opened. */

const server = await startServer();
const { client, origin } = server;
if (NO_BROWSER === undefined) await seedLong(client, 300);
afterAll(() => server[Symbol.asyncDispose]());

const FILLER = Array.from({ length: 260 }, (_, at) => `row${at}`);

/** Stores a call with this output. Returns the id of the conversation. */
async function called(output: unknown): Promise<string> {
  const { id } = await client.conversations.create({
    metadata: { title: 'A report' },
    items: [
      { type: 'function_call', call_id: 'call_1', name: 'report', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: JSON.stringify(output) },
      { type: 'message', role: 'assistant', content: 'There it is.' },
    ],
  });
  return id;
}

/** Opens a message at a word in it, as a link to the hit does. */
async function openAtHit(
  role: 'user' | 'assistant',
  content: string,
  word: string,
): Promise<WatchedPage> {
  const { id } = await client.conversations.create({ items: [{ type: 'message', role, content }] });
  const { data } = await client.conversations.items.list(id);
  return openPage(origin, `#/conversations/${id}?item=${data[0]?.id}&find=${word}`);
}

async function marks(page: Page): Promise<readonly string[]> {
  return page.evaluate("[...(CSS.highlights.get('found') ?? [])].map(String)");
}

/** Checks whether the first mark is on the screen, below the head of the page. */
async function isMarkInSight(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const [range] = CSS.highlights.get('found') ?? [];
    const { top, bottom } = range?.getBoundingClientRect() ?? {};
    const rows = document.querySelector('.rows').getBoundingClientRect();
    return top >= rows.top && bottom <= rows.bottom;
  })()`);
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a result of a search opens with its words marked, counted and led through, at an address for others', async () => {
    await using watched = await openPage(origin);
    const { page } = watched;
    await page.locator('main h1').waitFor();
    await typeInBar(watched, '"message 42"');
    await page.locator('.results a[data-row]').first().click();
    const status = page.locator('.find [role=status]');
    await expect.poll(() => status.textContent()).toBe('1 of 1');
    await expect.poll(() => marks(page)).toEqual(['message 42']);
    expect(page.url()).toMatch(/\?item=[^&]+&find=%22message%2042%22$/);
    // The words are in no request but the searches, which have them in their bodies.
    expect(watched.calls.filter((call) => /message.{1,3}42/.test(call))).toEqual([]);
    await using other = await openPage(origin, new URL(page.url()).hash);
    await expect.poll(() => marks(other.page)).toEqual(['message 42']);
    expect(await other.page.locator('.find input').inputValue()).toBe('"message 42"');
    await expect.poll(() => other.page.locator('.find [role=status]').textContent()).toBe('1 of 1');

    await page.locator('.find input').fill('message');
    await expect.poll(() => status.textContent()).toBe('300 found');
    await expect.poll(() => page.url()).toMatch(/&find=message$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => status.textContent()).toMatch(/^\d+ of 300$/);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('find');
    await expect.poll(() => marks(page)).toEqual([]);
  });

  test('a hit in closed branches of an output opens them, and is scrolled to', async () => {
    const id = await called({
      list: FILLER,
      deep: { others: FILLER, one: { note: 'a xylophone' } },
    });
    await using watched = await openPage(origin);
    const { page } = watched;
    await page.locator('main h1').waitFor();
    await typeInBar(watched, 'xylophone');
    await page.locator('.results a[data-row]').first().click();
    await expect.poll(() => marks(page)).toContain('xylophone');
    await expect.poll(() => isMarkInSight(page)).toBe(true);
    expect(page.url()).toContain(id);
    // Branches without the word stay closed, and so do branches that the reader has closed.
    const branch = page.getByRole('button', { name: 'deep' });
    expect(await branch.getAttribute('aria-expanded')).toBe('true');
    expect(await page.getByRole('button', { name: 'list' }).getAttribute('aria-expanded')).toBe(
      'false',
    );
    await branch.click();
    expect(await branch.getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('f');
    await page.keyboard.press('Enter');
    await expect.poll(() => branch.getAttribute('aria-expanded')).toBe('true');
    // Entry 251 is opened too, although a list shows its first 100 entries.
    await page.locator('.find input').fill('row250');
    await page.getByText('1 found').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => marks(page)).toContain('row250');
    await expect.poll(() => isMarkInSight(page)).toBe(true);
    await page.keyboard.press('Escape');
    expect(await branch.getAttribute('aria-expanded')).toBe('true');
  });

  test('a branch that the reader closes after a hit stays closed when its row scrolls away and back', async () => {
    const id = await called({ list: FILLER, deep: { one: 'an axolotl', others: FILLER } });
    for (const number of FILLER.slice(0, 40)) {
      const content = `${number}\n`.repeat(20);
      await client.conversations.items.create(id, {
        items: [{ type: 'message', role: 'user', content }],
      });
    }
    const { data } = await client.conversations.items.list(id, { order: 'asc' });
    await using watched = await openPage(
      origin,
      `#/conversations/${id}?item=${data[1]?.id}&find=axolotl`,
    );
    const { page } = watched;
    const branch = page.getByRole('button', { name: 'deep' });
    await expect.poll(() => branch.getAttribute('aria-expanded')).toBe('true');
    await branch.click();
    await page.locator('article:focus-within').waitFor();
    await page.keyboard.press('G');
    await expect.poll(() => branch.count()).toBe(0);
    for (const key of ['g', 'g']) await page.keyboard.press(key);
    await branch.waitFor();
    expect(await branch.getAttribute('aria-expanded')).toBe('false');
  });

  test.for([
    { role: 'user', before: 30_000 },
    { role: 'assistant', before: 40_000 },
  ] as const)('a hit beyond the cut of a text of the $role is shown', async ({ role, before }) => {
    const word = `quagga${role}`;
    const content = `${'a b c d\n'.repeat(before / 8)}${word}`;
    await using watched = await openAtHit(role, content, word);
    await expect.poll(() => marks(watched.page)).toEqual([word]);
    await expect.poll(() => isMarkInSight(watched.page)).toBe(true);
  });

  test('a hit in an item that the reader loads is scrolled to', async () => {
    const content = `${'a b c d\n'.repeat(12_000)}tapir${'\na b c d'.repeat(12_000)}`;
    await using watched = await openAtHit('user', content, 'tapir');
    await watched.page.getByRole('button', { name: 'Load it' }).click();
    await expect.poll(() => marks(watched.page)).toEqual(['tapir']);
    await expect.poll(() => isMarkInSight(watched.page)).toBe(true);
  });

  test('a hit in a very long text is told, and is one click away', async () => {
    const content = `${'a b c d\n'.repeat(60_000)}okapi`;
    await using watched = await openAtHit('user', content, 'okapi');
    const { page } = watched;
    await page.getByRole('button', { name: 'Load it' }).click();
    await page.getByText('what you look for is further on').waitFor();
    expect(await marks(page)).toEqual([]);
    // It is so as long as it is looked for, and not shown.
    const field = page.locator('.find input');
    await field.fill('');
    await expect.poll(() => page.getByText('further on').count()).toBe(0);
    await field.fill('okapi');
    await page.getByText('1 found').waitFor();
    await field.press('Enter');
    await page.getByText('further on').waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await expect.poll(() => marks(page)).toEqual(['okapi']);
    await expect.poll(() => isMarkInSight(page)).toBe(true);
  });
});
