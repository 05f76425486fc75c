import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { scroll } from './support/scrolling.ts';
import { seedLong } from './support/seed.ts';
import {
  expectContiguous,
  openAtEnd,
  openAtPosition,
  pagesOfItems,
  shown,
  told,
} from './support/transcript.ts';

/** What a reader meets when a conversation is empty, late, broken, or taken away meanwhile. */

const ITEMS = 400;

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('an empty conversation says so, and tells who may write how to add an item', async () => {
    const { id } = await server.client.conversations.create({});
    await using writer = await openPage(server.origin, `#/conversations/${id}`);
    await writer.page.getByRole('heading', { name: 'It has no items' }).waitFor();
    const example = writer.page.locator('.state pre');
    expect(await example.textContent()).toContain(`conversations.items.create('${id}'`);

    await using reader = await openPage(server.origin);
    await reader.page.route(/conversations\/conv_\w+\?/, async (route) => {
      const answer = await route.fetch();
      const conversation = (await answer.json()) as object;
      await route.fulfill({ json: { ...conversation, permissions: ['read'] } });
    });
    await reader.page.goto(`${server.origin}/console/#/conversations/${id}`);
    await reader.page.getByRole('heading', { name: 'It has no items' }).waitFor();
    await reader.page.getByText('What an application appends appears here.').waitFor();
    expect(await reader.page.locator('.state pre').count()).toBe(0);
  });

  test('items that are late have a skeleton in their place, and the list is busy', async () => {
    const id = await seedLong(server.client, 3);
    await using watched = await openPage(server.origin);
    const { page } = watched;
    let answer = (): void => undefined;
    await page.route(/\/items\?/, async (route) => {
      await new Promise<void>((resolve) => (answer = resolve));
      await route.continue();
    });
    await page.goto(`${server.origin}/console/#/conversations/${id}`);
    await page.locator('.skeleton').waitFor();
    expect(await page.locator('[role=feed]').getAttribute('aria-busy')).toBe('true');
    answer();
    await page.getByText('message 2', { exact: true }).waitFor();
    await expect.poll(() => page.locator('.skeleton').count()).toBe(0);
    const isBusy = () => page.locator('[role=feed]').getAttribute('aria-busy');
    await expect.poll(isBusy).toBe('false');
  });

  test('a page of items that fails is asked for again on request, and the others stay', async () => {
    const id = await seedLong(server.client, ITEMS);
    await using watched = await openPage(server.origin);
    const { page } = watched;
    let isBroken = true;
    await page.route(/position=299/, (route) =>
      isBroken
        ? route.fulfill({ status: 500, json: { error: { message: 'It fell over.' } } })
        : route.continue(),
    );
    await page.goto(`${server.origin}/console/#/conversations/${id}`);
    await page.getByText('message 399', { exact: true }).waitFor();
    await scroll(page, -500, 'first < 310');
    await page.getByText('More items could not be loaded: It fell over.').waitFor();
    expect((await shown(watched)).length).toBeGreaterThan(5);
    isBroken = false;
    await page.locator('.note button').click();
    await page.locator('.note').waitFor({ state: 'detached' });
    await scroll(page, -500, 'first < 250');
    await expectContiguous(watched);
  });

  test('a conversation that is deleted elsewhere is grey after the next request, and stays readable', async () => {
    const id = await seedLong(server.client, ITEMS);
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    await server.client.conversations.delete(id);
    await scroll(page, -500, 'first < 310');
    await page.locator('.transcript.gone').waitFor();
    const note = await page.locator('.note').textContent();
    expect(note).toMatch(/^At \d\d:\d\d this conversation was not there any more/);
    expect((await shown(watched)).length).toBeGreaterThan(5);
    await page.keyboard.press('G');
    expect(await page.locator('.state').count()).toBe(0);
  });

  test('a link to an item that was deleted opens where it was, or at the end when nobody knows', async () => {
    const id = await seedLong(server.client, ITEMS);
    const { data } = await server.client.conversations.items.list(id, {
      order: 'asc',
      limit: 100,
    });
    const item = data[50]?.id ?? '';
    const link = `#/conversations/${id}?item=${item}`;
    await using watched = await openAtPosition(server.origin, id, 50);
    const { page } = watched;
    await page.keyboard.press('G');
    await expect.poll(() => told(watched)).toContain('–400');
    await server.client.conversations.items.delete(item, { conversation_id: id });
    await page.evaluate(`location.hash = '${link}'`);
    await page.getByText('Some items here were deleted.').waitFor();
    await expect.poll(() => told(watched)).toMatch(/^52–/);

    await using other = await openPage(server.origin, link);
    await other.page.getByText('The item of this link is not here any more.').waitFor();
    await expect.poll(() => told(other)).toContain('–400 of 400');
  });

  test('items that are deleted elsewhere at the edge of what is loaded leave no gap, and fail nothing', async () => {
    const id = await seedLong(server.client, ITEMS);
    const { data } = await server.client.conversations.items.list(id, {
      order: 'desc',
      limit: 100,
    });
    const edge = data.at(-1)?.id ?? '';
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    // The first loaded item, which is the cursor of the next page, and the item before it.
    const before = await server.client.conversations.items.list(id, { limit: 1, after: edge });
    for (const item of [edge, before.data[0]?.id ?? '']) {
      await server.client.conversations.items.delete(item, { conversation_id: id });
    }
    await scroll(page, -500, 'first < 298');
    await expect.poll(() => shown(watched)).toContain(298);
    const numbers = await shown(watched);
    expect(numbers).not.toContain(299);
    expect(new Set(numbers).size).toBe(numbers.length);
    await scroll(page, -500, 'first < 150');
    await expectContiguous(watched);
    expect(await page.locator('.note').count()).toBe(0);
    expect(pagesOfItems(watched)).toBe(3);
  });

  test('items come from a server without positions too, and there is no bar of them', async () => {
    const id = await seedLong(server.client, ITEMS);
    await using watched = await openPage(server.origin);
    const { page } = watched;
    await page.route(/\/items\?/, async (route) => {
      const answer = await route.fetch();
      const { placements: _, ...list } = (await answer.json()) as { placements: unknown };
      await route.fulfill({ json: list });
    });
    await page.goto(`${server.origin}/console/#/conversations/${id}`);
    await page.getByText('message 399', { exact: true }).waitFor();
    // The menu of the conversation itself.
    await page.locator('.facts time').waitFor();
    expect(await page.locator('input[type=range], .position output, time').count()).toBe(1);
    const up = await scroll(page, -2000, 'first === 0');
    expect(up).toMatchObject({ empty: 0, wrong: 0, first: 0 });
  });
});
