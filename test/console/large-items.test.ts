import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Opens a conversation of these items. */
async function openItems(...items: readonly unknown[]): Promise<WatchedPage> {
  // Sound: the server takes items that the types of the client lack.
  const { id } = await server.client.conversations.create({ items: items as never });
  const watched = await openPage(server.origin, `#/conversations/${id}`);
  await watched.page.locator('article').first().waitFor();
  return watched;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a long text shows its beginning, four times as much, all, and is saved whole', async () => {
    const text = 'abcdefghi '.repeat(10_000);
    await using watched = await openItems({ type: 'message', role: 'user', content: text });
    const { page } = watched;
    await watched.click('.stub button');
    const saved = async () => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('text.txt');
      return readFile(await download.path(), 'utf8');
    };
    const shown = page.locator('.said .text');
    const letters = async () =>
      (/^(?:abcdefghi )*/.exec(await shown.innerText())?.[0] ?? '').length;
    await expect.poll(letters).toBe(20_000);
    expect(await saved()).toBe(text);
    await page.getByRole('button', { name: 'More' }).click();
    await expect.poll(letters).toBe(80_000);
    await page.getByRole('button', { name: 'All' }).click();
    await expect.poll(letters).toBe(100_000);
    expect(await saved()).toBe(text);
  });

  test('a tree opens a hundred children at a time, and long strings on asking', async () => {
    const list = JSON.stringify([...Array.from({ length: 250 }, (_, n) => n), 'x'.repeat(1000)]);
    const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: list };
    await using watched = await openItems(call);
    const { page } = watched;
    await page.getByRole('button', { name: 'arguments' }).click();
    const leaves = page.locator('.said .json-leaf');
    await expect.poll(() => leaves.count()).toBe(100);
    await page.getByRole('button', { name: '100 more of 251' }).click();
    await page.getByRole('button', { name: '51 more of 251' }).click();
    await expect.poll(() => leaves.count()).toBe(251);
    const last = leaves.last();
    const length = async () => /x+/.exec(await last.innerText())?.[0].length;
    await expect.poll(length).toBe(400);
    await last.getByRole('button', { name: 'More of 1,000 characters' }).click();
    await expect.poll(length).toBe(1000);
  });

  test('what is opened stays open when its row scrolls away and comes back', async () => {
    const text = JSON.stringify({ long: 'y'.repeat(300) });
    const others = Array.from({ length: 18 }, (_, n) => ({
      type: 'message',
      role: 'user',
      content: `${n}\n`.repeat(60),
    }));
    const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: text };
    await using watched = await openItems(call, ...others);
    const { page } = watched;
    const keys = async (...pressed: readonly string[]) => {
      for (const key of pressed) await page.keyboard.press(key);
    };
    await keys('g', 'g');
    await page.getByRole('button', { name: 'arguments' }).click();
    await page.locator('.said .json-string').waitFor();
    // The row that the reader is at would stay.
    await keys('j', 'G');
    await expect.poll(() => page.locator('.card').count()).toBe(0);
    await keys('g', 'g');
    await page.locator('.said .json-string').waitFor();
  });

  test('copying works where browsers give pages no clipboard, as on plain HTTP', async () => {
    await using watched = await openItems({ type: 'message', role: 'user', content: 'parcel' });
    const { page } = watched;
    await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await page.getByText('Copied: JSON.').waitFor();
    await page.locator('input[type=search], .top input').first().focus();
    await page.keyboard.press('Control+V');
    await expect.poll(() => page.locator('.top input').first().inputValue()).toContain('parcel');
  });

  test('copied texts have no character that a terminal obeys or that hides others', async () => {
    const content = 'a\u001b[2Jb\u202Ec\u009bd\u{E0041}';
    await using watched = await openItems({ type: 'message', role: 'user', content });
    const { page } = watched;
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    for (const name of ['JSON', 'curl', 'TypeScript', 'Python']) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByText(`Copied: ${name}.`).waitFor();
      const copied = String(await page.evaluate('navigator.clipboard.readText()'));
      expect(copied.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      if (name === 'JSON') expect(JSON.stringify(JSON.parse(copied))).toContain('\u202E');
    }
  });
});
