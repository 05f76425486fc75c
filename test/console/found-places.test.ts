import { afterAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { said } from '../support/chat-answers.ts';
import { MODEL } from '../support/turns.ts';
import { startAskedServer } from './support/asking.ts';
import { NO_BROWSER, openPage, typeInBar } from './support/browser.ts';

/** Tests of the place to which a link, a hit, a key or an id leads, and of the notes above the rows. */

const turns = await startAskedServer();
const { client, play, server } = turns;
play(said('It left Vienna.'));
afterAll(() => turns[Symbol.asyncDispose]());

const CALLS = 30;

/** Stores calls with outputs. Those of even numbers are too long to be open from the start. */
async function called(): Promise<string> {
  const { id } = await client.conversations.create({ metadata: { title: 'Many calls' } });
  for (let from = 0; from < CALLS; from += 10) {
    const items = Array.from({ length: 10 }, (_, at) => from + at).flatMap((number) => [
      {
        type: 'function_call' as const,
        call_id: `call_${number}`,
        name: 'lookup_order',
        arguments: `{"order":${number}}`,
      },
      {
        type: 'function_call_output' as const,
        call_id: `call_${number}`,
        output: `parcel${number} ${'is on its way '.repeat(number % 2 === 0 ? 30 : 1)}`,
      },
    ]);
    await client.conversations.items.create(id, { items: items.slice(0, 20) });
  }
  return id;
}

async function idAt(conversation: string, position: number): Promise<string> {
  const query = `order=asc&limit=1&position=${position}`;
  const { body } = await server.request(`/v1/conversations/${conversation}/items?${query}`);
  return (body as { first_id: string }).first_id;
}

/** Returns the place of the item that the reader is at, counted from 1. */
async function current(page: Page): Promise<number> {
  const row = page.locator('article.current');
  return (await row.count()) === 0 ? 0 : Number(await row.getAttribute('aria-posinset'));
}

async function marks(page: Page): Promise<readonly string[]> {
  return page.evaluate("[...(CSS.highlights.get('found') ?? [])].map(String)");
}

async function opened(fragment: string, colorScheme: 'light' | 'dark' = 'light') {
  const watched = await openPage(server.origin, fragment, { colorScheme });
  await watched.page.locator('article, .state, .row-title').first().waitFor();
  return watched;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a hit or a link in an output leads to the card of its call, which is open there', async () => {
    const id = await called();
    await using watched = await opened(`#/conversations/${id}`);
    const { page } = watched;
    await page.keyboard.press('f');
    await page.keyboard.type('parcel20');
    await page.getByText('1 found').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => current(page)).toBe(41);
    await expect.poll(() => marks(page)).toEqual(['parcel20']);
    expect(await page.locator('article.current').textContent()).toContain('parcel20');
    // A second step does not stay at the same hit.
    await page.locator('.find input').fill('parcel2');
    await page.getByText(/ of 11|11 found/).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect.poll(() => current(page)).toBe(43);
    await page.goto(`${server.origin}/console/#/conversations/${id}?item=${await idAt(id, 17)}`);
    await expect.poll(() => current(page)).toBe(17);
    await page.keyboard.press('Escape');
    await page.keyboard.press('o');
    await page.goto(`${server.origin}/console/#/conversations/${id}?item=${await idAt(id, 21)}`);
    await expect.poll(() => current(page)).toBe(22);
  });

  test('G is at the last item, g g at the first, and k begins with the last row', async () => {
    const id = await called();
    await using watched = await opened(`#/conversations/${id}`);
    const { page } = watched;
    await page.keyboard.press('k');
    await expect.poll(() => current(page)).toBe(2 * CALLS);
    for (const key of ['g', 'g']) await page.keyboard.press(key);
    await expect.poll(() => current(page)).toBe(1);
    await page.keyboard.press('G');
    await expect.poll(() => current(page)).toBe(2 * CALLS);
    await page.keyboard.press('k');
    await expect.poll(() => current(page)).toBe(2 * CALLS - 1);
  });

  test.for(['light', 'dark'] as const)(
    'a note is read above the composer, in the %s scheme',
    async (scheme) => {
      const id = await called();
      await using watched = await opened(`#/conversations/${id}`, scheme);
      const { page } = watched;
      for (const key of ['G', 'k', 'y']) await page.keyboard.press(key);
      const toast = page.locator('.over-rows .toast');
      await toast.waitFor();
      const colors = await page.evaluate<readonly string[]>(
        "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.querySelector('.over-rows .toast')))",
      );
      const [ink = 0, paper = 0] = colors.map((color) => Number(/\d+/.exec(color)?.[0]));
      expect(Math.abs(ink - paper)).toBeGreaterThan(120);
      const bottom = (await toast.boundingBox())?.y ?? Number.NaN;
      const composer = (await page.locator('.composer').boundingBox())?.y ?? Number.NaN;
      expect(bottom + 30).toBeLessThan(composer);
    },
  );

  test('the label of an output stays on a line of its own, and the row is low', async () => {
    const id = await called();
    await using watched = await opened(`#/conversations/${id}`);
    const { page } = watched;
    const label = page.locator('.row.pointing .who').last();
    const boxes = await Promise.all([label.boundingBox(), label.locator('..').boundingBox()]);
    expect(boxes[0]?.width).toBeGreaterThan(30);
    expect(boxes[1]?.height).toBeLessThan(60);
  });

  test('the way back leads to the results or the filtered list that were shown', async () => {
    const { id } = await client.conversations.create({
      metadata: { user_id: 'user-back' },
      items: [{ type: 'message', role: 'user', content: 'A walrus.' }],
    });
    await using watched = await opened('#/conversations?q=user_id:user-back');
    const { page } = watched;
    await page.locator('.row-title').first().click();
    await page.locator('.back', { hasText: 'Conversations' }).click();
    await page.waitForURL(/q=user_id/);
    await typeInBar(watched, 'walrus');
    await page.getByText('1 item', { exact: true }).waitFor();
    await page.locator('.row-title').first().click();
    await page.locator('.back', { hasText: 'Results' }).click();
    await page.waitForURL(/search\?q=walrus/);
    expect(id).toBeTruthy();
  });

  test('the id of a response opens its conversation, and an id that nothing has is told', async () => {
    const { id: conversation } = await client.conversations.create();
    const response = await client.responses.create({ model: MODEL, conversation, input: 'Hm?' });
    await using watched = await opened('');
    const { page } = watched;
    await typeInBar(watched, response.id);
    await page.waitForURL(new RegExp(conversation));
    await expect.poll(() => current(page)).toBe(2);
    for (const keys of ['c', 't']) await page.keyboard.press(keys);
    await page.getByText('Copied: TypeScript.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain("apiKey: 'any'");
    await typeInBar(watched, 'resp_00000000000000000000');
    await page.getByText('No response has this id').waitFor();
    await typeInBar(watched, 'msg_000000000000000000000');
    await page.getByText('No item has this id').waitFor();
  });
});
