import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';
import { seedLong } from './support/seed.ts';
import { firstOn, openAtEnd } from './support/transcript.ts';

const ITEMS = 800;

const server = await startServer();
const silent = await startServer('--search', 'off');
const id = NO_BROWSER === undefined ? await seedLong(server.client, ITEMS) : '';
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await silent[Symbol.asyncDispose]();
});

/** Returns the texts that the browser paints as found. */
async function marks({ page }: WatchedPage): Promise<readonly string[]> {
  return page.evaluate("[...(CSS.highlights.get('found') ?? [])].map(String)");
}

function searches({ calls }: WatchedPage): number {
  return calls.filter((call) => call.includes('/search')).length;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('words are found in the whole conversation, marked, counted, and led to from hit to hit', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    const typeAtOnce = async (words: string): Promise<void> => {
      await page.keyboard.press('f');
      // Typed key by key, a slow page would also search for the beginnings.
      await page.locator('.find input:focus').fill(words);
    };
    await typeAtOnce('messa');
    const status = page.locator('.find [role=status]');
    await expect.poll(() => status.textContent()).toBe(`${ITEMS} found`);
    await expect.poll(() => marks(watched)).toContain('messa');
    await page.keyboard.press('Escape');
    await expect.poll(() => marks(watched)).toEqual([]);

    await typeAtOnce('"message 42"');
    await expect.poll(() => status.textContent()).toBe('1 found');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await firstOn(page)).number).toBe(42);
    await expect.poll(() => status.textContent()).toBe('1 of 1');
    await expect.poll(() => marks(watched)).toContain('message 42');
    // The eight pages of the first words, and one.
    expect(searches(watched)).toBe(ITEMS / 100 + 1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.find input').inputValue()).toBe('');
    await expect.poll(() => page.locator('article:focus').textContent()).toContain('message 42');
  });

  test('steps go from the item that the reader is at, over hits that are not loaded', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    await page.keyboard.press('f');
    await page.keyboard.type('message');
    const status = page.locator('.find [role=status]');
    await expect.poll(() => status.textContent()).toBe(`${ITEMS} found`);
    await page.locator('input[type=range]').fill('400');
    await expect.poll(async () => (await firstOn(page)).number).toBe(400);
    await page.locator('.find input').focus();
    // From 400, over the 100 items in front of it, which are loaded.
    for (let steps = 0; steps < 105; steps += 1) await page.keyboard.press('Shift+Enter');
    await expect.poll(() => status.textContent()).toBe('296 of 800');
    await expect.poll(async () => (await firstOn(page)).number).toBe(295);
    await page.keyboard.press('Enter');
    await expect.poll(() => status.textContent()).toBe('297 of 800');
  });

  test('a letter that is everywhere has some hundreds of marks on the screen, and the page says so', async () => {
    const content = `${'e '.repeat(30_000)}the end`;
    const { conversations } = server.client;
    const items = [{ type: 'message' as const, role: 'user' as const, content }];
    const { id: full } = await conversations.create({ items });
    await using watched = await openAtEnd(server.origin, full);
    const { page } = watched;
    await page.getByRole('button', { name: 'All' }).click();
    await page.getByText('the end').waitFor();
    await page.keyboard.press('f');
    await page.keyboard.type('e');
    await page.locator('[role=status]', { hasText: 'first 500 here marked' }).waitFor();
    expect(await marks(watched)).toHaveLength(500);
    // The marks are at the reader's place, not at the beginning of the text.
    await page.locator('.find input').fill('the end');
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight));
    await expect.poll(() => marks(watched)).toContain('end');
    expect(await page.getByText('here marked').count()).toBe(0);
  });

  test('marks are all of the 500 that are on the screen, and more in a taller window', async () => {
    const content = `${'q '.repeat(500)}${'z '.repeat(501)}${'\na line of x'.repeat(200)}`;
    const { id: full } = await server.client.conversations.create({
      items: [{ type: 'message', role: 'user', content }],
    });
    await using watched = await openAtEnd(server.origin, full);
    const { page } = watched;
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, 0));
    const field = page.locator('.find input');
    await field.fill('z');
    await page.getByText('first 500 here marked').waitFor();
    await field.fill('q');
    await expect.poll(() => marks(watched)).toEqual(Array.from({ length: 500 }, () => 'q'));
    expect(await page.getByText('here marked').count()).toBe(0);
    await field.fill('x');
    await expect.poll(async () => (await marks(watched)).includes('x')).toBe(true);
    const { length } = await marks(watched);
    await page.setViewportSize({ width: 1280, height: 1400 });
    await expect.poll(async () => (await marks(watched)).length).toBeGreaterThan(length + 10);
  });

  test('the page looks in what is loaded where the server has no search, and says so', async () => {
    const quiet = await seedLong(silent.client, 300);
    await using watched = await openAtEnd(silent.origin, quiet);
    const { page } = watched;
    await page.getByPlaceholder('Find in what is loaded').fill('MESSAGE 25');
    const status = page.locator('.find [role=status]');
    await expect.poll(() => status.textContent()).toBe('11 found in the 100 loaded items');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('article.current').textContent()).toContain('message 259');
    expect(searches(watched)).toBe(0);
  });

  test('words that are typed before the page knows the server are looked for there too', async () => {
    await using watched = await openPage(server.origin);
    const { page } = watched;
    await page.locator('main h1').waitFor();
    const gate = Promise.withResolvers<void>();
    await page.route('**/v1/server', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await page.goto(`${server.origin}/console/?#/conversations/${id}?find=message`);
    const field = page.getByPlaceholder('Find in what is loaded');
    await expect.poll(() => field.inputValue()).toBe('message');
    await field.fill('messag');
    gate.resolve();
    await expect
      .poll(() => page.locator('.find [role=status]').textContent())
      .toBe(`${ITEMS} found`);
    expect(await page.locator('.find input').inputValue()).toBe('messag');
  });

  test('words stay in the address when a link leads to another item', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    await page.locator('.find input').fill('message');
    await expect.poll(() => page.url()).toMatch(/find=message$/);
    await page.locator('article .place').first().click();
    await expect.poll(() => page.url()).toMatch(/item=[^&]+&find=message$/);
    expect(await page.locator('.find input').inputValue()).toBe('message');
  });

  test('a search ends when the reader leaves the conversation', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    await page.route('**/conversations/search', () => undefined);
    const asked = page.waitForRequest('**/conversations/search');
    await page.locator('.find input').fill('message');
    await asked;
    const ended = page.waitForEvent('requestfailed', (request) =>
      request.url().includes('/search'),
    );
    await page.locator('.back').click();
    await ended;
  });

  test('what is said of a search is in a place that is there before it', async () => {
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    const status = page.locator('.find [role=status]');
    expect(await status.allTextContents()).toEqual(['']);
    const before = await status.elementHandle();
    const error = { message: 'Not today.', type: 'invalid_request_error', param: null, code: null };
    await page.route('**/conversations/search', (route) =>
      route.fulfill({ status: 400, json: { error } }),
    );
    await page.locator('.find input').fill('e');
    await expect.poll(() => before?.textContent()).toMatch(/ found .*Not today/);
  });
});
