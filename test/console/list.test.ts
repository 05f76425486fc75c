import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, ZONE_MINUTES, type WatchedPage } from './support/browser.ts';

const ROWS = 420;
/** Rows in the document, however many are loaded. */
const MOST_DRAWN = 70;

const server = await startServer();
const small = await startServer();
if (NO_BROWSER === undefined) {
  await Promise.all(
    Array.from({ length: ROWS }, (_, index) =>
      server.client.conversations.create({ metadata: { title: `Row ${index}` } }),
    ),
  );
  for (let index = 0; index < 6; index += 1) await store(`Chat ${index}`);
}
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await small[Symbol.asyncDispose]();
});

async function store(title: string): Promise<string> {
  const { id } = await small.client.conversations.create({
    metadata: { title, user_id: `user of ${title}`, topic: 'orders' },
    items: [{ type: 'message', role: 'user', content: title }],
  });
  return id;
}

function titles({ page }: WatchedPage): Promise<readonly string[]> {
  return page.locator('.row-title').allTextContents();
}

async function openList(at = small, fragment = ''): Promise<WatchedPage> {
  const watched = await openPage(at.origin, fragment);
  await watched.page.locator('.row-title').first().waitFor();
  return watched;
}

function marked({ page }: WatchedPage): Promise<string | null> {
  return page.locator('.tools.marked strong').textContent();
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a list of any length has few rows in the document, and each row once', async () => {
    await using watched = await openList(server);
    const { page } = watched;
    const met = new Set(await titles(watched));
    const most = { drawn: 0, twice: 0 };
    const step = async (): Promise<number> => {
      await page.evaluate('document.querySelector("main").scrollBy(0, 500)');
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
      const drawn = await titles(watched);
      most.drawn = Math.max(most.drawn, drawn.length);
      most.twice = Math.max(most.twice, drawn.length - new Set(drawn).size);
      for (const title of drawn) met.add(title);
      return met.size;
    };
    await expect.poll(step).toBe(ROWS);
    expect(most.twice).toBe(0);
    expect(most.drawn).toBeLessThan(MOST_DRAWN);
    await expect.poll(() => page.locator('.list-end').textContent()).toBe(`${ROWS} conversations`);
    // It may also have asked for newer conversations.
    const pages = watched.calls.filter((call) => /conversations\?(?!.*&before=)/.test(call));
    expect(pages).toHaveLength(Math.ceil(ROWS / 50));
    // Keys go on from the row that has the focus, and take it along.
    const last = page.locator('.row-title').last();
    await last.focus();
    const title = await last.textContent();
    for (let steps = 0; steps < 40; steps += 1) await page.keyboard.press('k');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).not.toBe(title);
    expect(await page.evaluate('document.activeElement.matches("a[data-row]")')).toBe(true);
    // Back finds the list as it was left, without asking for it again.
    const before = await page.evaluate('document.querySelector("main").scrollTop');
    const name = await page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('Enter');
    await page.locator('#title', { hasText: String(name) }).waitFor();
    await page.goBack();
    await page
      .locator('.row-title', { hasText: String(name) })
      .first()
      .waitFor();
    await expect.poll(() => page.evaluate('document.querySelector("main").scrollTop')).toBe(before);
  });

  test('rows are marked by clicks, with Shift, by keys, and all at once', async () => {
    await using watched = await openList();
    const { page } = watched;
    await page.getByLabel('Mark Chat 4').click();
    await page.getByLabel('Mark Chat 2').click({ modifiers: ['Shift'] });
    await expect.poll(() => marked(watched)).toBe('3 marked');
    await page.keyboard.press('Escape');
    await page.locator('.tools.marked').waitFor({ state: 'detached' });
    // The row whose mark was clicked last is the present one.
    for (const key of ['k', 'x']) await page.keyboard.press(key);
    await expect.poll(() => page.getByLabel('Mark Chat 3').isChecked()).toBe(true);
    for (const key of ['k', 'k', 'X']) await page.keyboard.press(key);
    await expect.poll(() => marked(watched)).toBe('3 marked');
    await page.getByLabel('Mark all that are loaded').check();
    await expect.poll(() => marked(watched)).toBe('6 marked');
    await page.getByRole('button', { name: 'Unmark all' }).click();
    await page.locator('.tools.marked').waitFor({ state: 'detached' });
  });

  test('what came while the feed was being opened is offered', async () => {
    await using watched = await openPage(server.origin, '#/conversations?q=has:title');
    const { page } = watched;
    const gate = Promise.withResolvers<undefined>();
    await page.route('**/conversations/events', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await page.reload();
    await page.locator('.row-title').first().waitFor();
    await server.client.conversations.create({ metadata: { title: 'Early' } });
    gate.resolve(undefined);
    await page.getByRole('button', { name: '1 newer' }).waitFor();
  });

  test('what is newer is offered, and not put in front of what is read', async () => {
    await using watched = await openList();
    const { page } = watched;
    const before = await titles(watched);
    const id = await store('Just arrived');
    await page.getByRole('button', { name: '1 newer' }).waitFor();
    expect(await titles(watched)).toEqual(before);
    await page.getByRole('button', { name: '1 newer' }).click();
    await expect.poll(() => titles(watched)).toEqual(['Just arrived', ...before]);
    await page.getByRole('button', { name: /newer/ }).waitFor({ state: 'detached' });
    await small.client.conversations.delete(id);
  });

  test('a conversation that is deleted elsewhere while the next page begins behind it leaves no gap', async () => {
    await using many = await startServer();
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const metadata = { title: `Place ${index}` };
      ids.push((await many.client.conversations.create({ metadata })).id);
    }
    await using watched = await openList(many);
    const { page } = watched;
    // The last one of the first page: the cursor of the second page.
    await many.client.conversations.delete(ids[10] ?? '');
    await page.evaluate('document.querySelector("main").scrollTop = 1e6');
    await expect.poll(() => page.locator('.list-end').textContent()).toBe('60 conversations');
    await page.evaluate('document.querySelector("main").scrollTop = 1e6');
    await page.locator('.row-title', { hasText: /^Place 0$/ }).waitFor();
    expect(await titles(watched)).toEqual(expect.arrayContaining(['Place 10', 'Place 9']));
    expect(await page.locator('[role=alert] h2').count()).toBe(0);
  });

  test('the list is ordered by creation or by activity, and the address says by which', async () => {
    const { data } = (await (
      await fetch(`${small.url}/conversations?order=asc&limit=1`)
    ).json()) as {
      data: { id: string }[];
    };
    await small.client.conversations.items.create(data[0]?.id ?? '', {
      items: [{ type: 'message', role: 'user', content: 'again' }],
    });
    await using watched = await openList();
    const { page } = watched;
    expect((await titles(watched))[0]).toBe('Chat 0');
    await page.getByLabel('Order').selectOption('creation');
    await expect.poll(async () => (await titles(watched))[0]).toBe('Chat 5');
    expect(page.url()).toContain('sort=created');
    expect(await page.locator('thead').textContent()).toContain('Created');
    // A pair of metadata keeps the order.
    await watched.click('tr:has-text("Chat 3") .pair:has-text("topic")');
    await page.locator('.chip').waitFor();
    expect(page.url()).toContain('sort=created');
  });

  test('conversations are named by the key that the reader chooses, also after a reload', async () => {
    await using watched = await openList();
    const { page } = watched;
    await page.getByLabel('Named by').selectOption('user_id');
    await expect.poll(() => titles(watched)).toContain('user of Chat 1');
    await page.reload();
    await expect.poll(() => titles(watched)).toContain('user of Chat 1');
  });

  test('the bar suggests keys and values that were seen, and asks the server for none', async () => {
    await using watched = await openList();
    const { page, calls } = watched;
    const before = calls.length;
    await page.keyboard.press('/');
    await page.keyboard.type('use');
    await page.getByRole('option', { name: 'user_id: metadata' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('user of chat 2');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('[aria-selected=true]').textContent()).toContain('Chat 2');
    await page.keyboard.press('Tab');
    expect(calls.length).toBe(before);
    await page.keyboard.press('Enter');
    await expect.poll(() => titles(watched)).toEqual(['Chat 2']);
  });

  test('the bar suggests the filter of a value that was seen', async () => {
    await using watched = await openList();
    const { page } = watched;
    await page.keyboard.press('/');
    await page.keyboard.type('orde');
    await page.getByRole('option', { name: 'topic:orders' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.locator('.chip', { hasText: 'topic is orders' }).waitFor();
  });

  test('the bar suggests values of a key that has spaces', async () => {
    const { id } = await small.client.conversations.create({
      metadata: { title: 'Spaced', 'two words': 'and a value' },
    });
    await using watched = await openList();
    const { page } = watched;
    await page.keyboard.press('/');
    await page.keyboard.type('topic:"x y" two');
    const bar = page.locator('.bar input');
    for (const name of ['"two words":', '"two words":"and a value"']) {
      await page.getByRole('option', { name }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    }
    const typed = 'topic:"x y" "two words":"and a value" ';
    expect(await bar.inputValue()).toBe(typed);
    await bar.fill('"two words":and a v');
    await page.getByRole('option', { name: '"two words":"and a value"' }).waitFor();
    await small.client.conversations.delete(id);
  });

  test('what the bar does not understand is said under it', async () => {
    await using watched = await openList();
    await watched.page.keyboard.press('/');
    await watched.page.keyboard.type('created:yesterday');
    await watched.page.keyboard.press('Enter');
    await watched.page.getByText('“created:yesterday” is not a day').waitFor();
  });

  test('a time of the day before is named so, however many hours ago it was', async () => {
    await store('Made before');
    await using watched = await openList();
    const { page } = watched;
    const minutesOfDay = 24 * 60;
    const today = Math.floor((Date.now() / 60_000 + ZONE_MINUTES) / minutesOfDay);
    const late = (today + 2) * minutesOfDay - 60 - ZONE_MINUTES;
    await page.clock.install({ time: late * 60_000 });
    await page.reload();
    const row = page.locator('tr', { hasText: 'Made before' });
    await expect.poll(() => row.locator('.when').textContent()).toBe('yesterday');
  });

  test('a time of another year has its year, by the zone that is chosen', async () => {
    await using watched = await openList();
    const { page } = watched;
    // In the browser's own zone both are of 2031.
    const at = Date.UTC(2030, 11, 31, 20) / 1000;
    await page.route('**/v1/conversations?*', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { data: object[] };
      const data = body.data.map((each) => ({ ...each, created_at: at, last_item_at: at }));
      await route.fulfill({ response, json: { ...body, data } });
    });
    await page.clock.install({ time: Date.UTC(2031, 5, 1) });
    await page.evaluate(`localStorage.setItem('colloquy.zone', 'UTC')`);
    await page.reload();
    await expect.poll(() => page.locator('tbody .when').first().textContent()).toBe('31 Dec 2030');
  });
});
