import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, typeInBar as type, type WatchedPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';

/** What people come to the console for, with the clicks that it takes. Typing is not counted. */

const server = await startServer();
const refund = await seedShop(server.client);
afterAll(() => server[Symbol.asyncDispose]());

async function typeInBar(watched: WatchedPage, text: string): Promise<void> {
  await watched.page.locator('.row-title').first().waitFor();
  await type(watched, text);
}

/** Returns the ids of the items of the conversation about the order, in order. */
async function itemIds(): Promise<readonly string[]> {
  const { data } = await server.client.conversations.items.list(refund, { order: 'asc' });
  return data.map((item) => item.id ?? '');
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('the conversations of a user are found and opened with one click', async () => {
    await using watched = await openPage(server.origin);
    await typeInBar(watched, 'user_id:user-17');
    await expect.poll(() => watched.page.locator('tbody tr').count()).toBe(1);
    await watched.click('tbody a.row-title');
    await watched.page.locator('article[data-role=user]').first().waitFor();
    await watched.page.getByRole('heading', { name: 'Refund for order 4711' }).waitFor();
    expect(watched.clicks).toBe(1);
  });

  test('the conversation with an id is opened without a click', async () => {
    await using watched = await openPage(server.origin);
    await typeInBar(watched, refund);
    await watched.page.locator('article').first().waitFor();
    expect(watched.page.url()).toContain(`#/conversations/${refund}`);
    expect(watched.clicks).toBe(0);
  });

  test('the conversation of an item with an id is opened at the item without a click', async () => {
    const [, item = ''] = await itemIds();
    await using watched = await openPage(server.origin);
    await typeInBar(watched, item);
    await watched.page.locator(`#item-${item}`).waitFor();
    expect(watched.page.url()).toContain(`item=${item}`);
  });

  test('an item with some words is found, marked, and opened with one click', async () => {
    await using watched = await openPage(server.origin);
    await typeInBar(watched, '"my parcel"');
    await watched.page.locator('.results mark').first().waitFor();
    expect(await watched.page.locator('mark').allTextContents()).toEqual(['my parcel']);
    await watched.click('.results a');
    const [, item = ''] = await itemIds();
    await watched.page.locator(`#item-${item}`).waitFor();
    expect(await watched.page.locator(`#item-${item}`).isVisible()).toBe(true);
    expect(watched.clicks).toBe(1);
  });

  test('the last call of a tool is shown with its arguments and its output in one card', async () => {
    await using watched = await openPage(server.origin);
    await watched.click(`a[href*="${refund}"]`);
    const card = watched.page.locator('.card').first();
    await card.waitFor();
    const text = (await card.textContent()) ?? '';
    for (const part of ['lookup_order', 'order: 4711', 'status: "shipped"']) {
      expect(text).toContain(part);
    }
    expect(watched.clicks).toBe(1);
  });

  test('the details of an item have its JSON, and are opened and closed with keys', async () => {
    await using watched = await openPage(server.origin, `#/conversations/${refund}`);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.detail').waitFor();
    expect(await page.locator('.detail').textContent()).toContain('type: ');
    const id = (await page.locator('.detail-head h2').getAttribute('title')) ?? '';
    for (const [key, name, part] of [
      ['j', 'JSON', `"id": "${id}"`],
      ['u', 'curl', `/conversations/${refund}/items/${id}'`],
      ['t', 'TypeScript', `items.retrieve("${id}", {`],
      ['p', 'Python', `"${id}", conversation_id="${refund}"`],
    ] as const) {
      await page.keyboard.press('c');
      await page.keyboard.press(key);
      await page.locator('.detail').getByText(`Copied: ${name}.`).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toContain(part);
    }
    // The second keys were part of a sequence, and did nothing by themselves: `j` has not moved on.
    expect(await page.locator('article.current').getAttribute('id')).toBe(`item-${id}`);
    await page.keyboard.press('Escape');
    await page.locator('.detail').waitFor({ state: 'detached' });
  });

  test('the link to an item is given with one click, and leads there', async () => {
    await using watched = await openPage(server.origin, `#/conversations/${refund}`);
    const [item = ''] = await itemIds();
    await watched.click(`#item-${item} a.place`);
    await expect.poll(() => watched.page.url()).toContain(`/${refund}?item=${item}`);
    expect(watched.clicks).toBe(1);
    await using other = await openPage(server.origin, new URL(watched.page.url()).hash);
    await expect
      .poll(() => other.page.locator('article.current').getAttribute('id'))
      .toBe(`item-${item}`);
  });

  test('a conversation that grows is watched with one click', async () => {
    const { id } = await server.client.conversations.create({ metadata: { title: 'Growing' } });
    const say = (content: string) =>
      server.client.conversations.items.create(id, {
        items: [{ type: 'message', role: 'user', content }],
      });
    await say('before');
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.getByText('before', { exact: true }).waitFor();
    await watched.click('.live');
    await page.locator('.live[aria-pressed=true]').waitFor();
    await say('first of two');
    await page.getByText('first of two', { exact: true }).waitFor();
    const { data } = await say('second of two');
    await page.getByText('second of two', { exact: true }).waitFor();
    await server.client.conversations.items.delete(data[0]?.id ?? '', { conversation_id: id });
    await page.getByText('second of two', { exact: true }).waitFor({ state: 'detached' });
    await server.client.conversations.delete(id);
    await page.getByText('was deleted at').waitFor();
    expect(watched.clicks).toBe(1);
  });

  test('an item and a conversation are deleted with two clicks each', async () => {
    const { id } = await server.client.conversations.create({
      metadata: { title: 'Unwanted' },
      items: [
        { type: 'message', role: 'user', content: 'kept' },
        { type: 'message', role: 'user', content: 'unwanted' },
      ],
    });
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    const unwanted = page.locator('article', { hasText: 'unwanted' });
    await unwanted.focus();
    await page.keyboard.press('Enter');
    await watched.click('.detail .copies > button:has-text("Delete")');
    await watched.click('.detail dialog .alarm');
    await unwanted.waitFor({ state: 'detached' });
    const { data } = await server.client.conversations.items.list(id);
    expect(data).toHaveLength(1);
    expect(watched.clicks).toBe(2);
    await watched.click('.conversation-actions > button:has-text("Delete")');
    await watched.click('.conversation-actions dialog .alarm');
    await page.getByRole('heading', { name: 'Conversations' }).waitFor();
    await expect(server.client.conversations.retrieve(id)).rejects.toThrow('404');
    expect(watched.clicks).toBe(4);
  });

  test('a conversation that is absent is told as one that is not the reader’s', async () => {
    await using watched = await openPage(server.origin, '#/conversations/conv_none');
    await watched.page.locator('[role=alert]').waitFor();
    expect(await watched.page.locator('[role=alert]').textContent()).toContain('not yours to see');
  });
});
