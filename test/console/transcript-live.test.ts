import type { Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, type WatchedPage } from './support/browser.ts';
import { startGateway } from './support/gateway.ts';
import { seedLong } from './support/seed.ts';
import { firstOn, openAtEnd, told } from './support/transcript.ts';

const server = await startServer();
const deaf = await startServer('--events', 'off');
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await deaf[Symbol.asyncDispose]();
});

async function say(id: string, ...texts: readonly string[]): Promise<readonly string[]> {
  const { data } = await server.client.conversations.items.create(id, {
    items: texts.map((content) => ({ type: 'message', role: 'user', content })),
  });
  return data.map((item) => item.id ?? '');
}

async function openLive(id: string, origin = server.origin): Promise<WatchedPage> {
  const watched = await openAtEnd(origin, id);
  const isOpen = watched.page.waitForResponse(/\/events/);
  await watched.page.keyboard.press('l');
  await watched.page.locator('.live[aria-pressed=true]').waitFor();
  await isOpen;
  return watched;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a reader at the end is taken along, also when many items come at once', async () => {
    const id = await seedLong(server.client, 150);
    await using watched = await openLive(id);
    const { page } = watched;
    await say(id, 'one');
    await page.getByText('one', { exact: true }).waitFor();
    await Promise.all([say(id, 'two'), say(id, 'three'), say(id, 'four')]);
    await expect.poll(() => told(watched)).toContain('–154 of 154');
    const many = Array.from({ length: 300 }, (_, index) => `many ${index}`);
    await say(id, ...many);
    await page.getByText('many 299', { exact: true }).waitFor();
    await expect.poll(() => told(watched)).toContain('–454 of 454');
    await expect.poll(() => page.locator('.news button').count()).toBe(0);
  });

  test('an item that comes while the feed is being opened is shown', async () => {
    const id = await seedLong(server.client, 10);
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    await page.locator('.live').waitFor();
    const gate = Promise.withResolvers<undefined>();
    await page.route(/\/events/, async (route) => {
      await gate.promise;
      await route.continue();
    });
    const asked = page.waitForRequest(/\/events/);
    await page.keyboard.press('l');
    await asked;
    // No change comes later: the items are shown only if the page reads them when the feed begins.
    await expect.poll(() => page.locator('.live[aria-pressed=true]').count()).toBe(1);
    await say(id, 'early');
    gate.resolve(undefined);
    await page.getByText('early', { exact: true }).waitFor();
  });

  test('a reader who is not at the end stays there, is told how many items are new, and goes to them', async () => {
    const id = await seedLong(server.client, 150);
    await using watched = await openLive(id);
    const { page } = watched;
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await expect.poll(async () => (await firstOn(page)).number).toBe(0);
    const before = await firstOn(page);
    await say(id, 'new 1', 'new 2', 'new 3');
    const news = page.locator('.news button');
    await expect.poll(() => news.textContent()).toBe('3 new ↓');
    expect(await firstOn(page)).toEqual(before);
    await expect.poll(() => told(watched)).toContain('of 153');
    await news.click();
    await page.getByText('new 3', { exact: true }).waitFor();
    await expect.poll(() => news.count()).toBe(0);
  });

  test('items that are deleted or rewound elsewhere go, and the reader is at the neighbour', async () => {
    const id = await seedLong(server.client, 10);
    const [gone = '', , last = ''] = await say(id, 'unwanted', 'kept', 'rewound');
    await using watched = await openLive(id);
    const { page } = watched;
    await page.locator(`#item-${gone}`).focus();
    await server.client.conversations.items.delete(gone, { conversation_id: id });
    await page.getByText('unwanted', { exact: true }).waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('article.current').textContent()).toContain('kept');
    await expect.poll(() => page.locator('article:focus').textContent()).toContain('kept');
    await server.client.post(`/conversations/${id}/rewind`, { body: { before: last } });
    await page.getByText('rewound', { exact: true }).waitFor({ state: 'detached' });
  });

  test('a deletion of the conversation is told with its time, and what is loaded stays', async () => {
    const id = await seedLong(server.client, 10);
    await using watched = await openLive(id);
    const { page } = watched;
    await server.client.conversations.delete(id);
    await page.locator('.transcript.gone').waitFor();
    expect(await page.locator('.note').textContent()).toMatch(/was deleted at \d\d:\d\d\./);
    await page.getByText('message 9', { exact: true }).waitFor();
    expect(await page.locator('.live').count()).toBe(0);
  });

  test('a lost feed is told, asked for again with growing pauses, and goes on where it was', async () => {
    const id = await seedLong(server.client, 10);
    await using watched = await openLive(id);
    const { page } = watched;
    let losses = 0;
    const pauses: string[] = [];
    await page.exposeFunction('noted', (text: string) => pauses.push(text));
    await page.evaluate(`new MutationObserver(() => {
      const text = document.querySelector('.position').textContent;
      const [, seconds] = /Again in (\\d+) s/.exec(text) ?? [];
      if (seconds !== undefined) void noted(seconds);
    }).observe(document.querySelector('.position'), { subtree: true, childList: true, characterData: true })`);
    await page.route(/\/events/, async (route) => {
      losses += 1;
      if (losses <= 2) await route.abort();
      else await route.continue();
    });
    // Ends the feed that is open.
    await watched.click('.live');
    await watched.click('.live');
    await page.getByText('Connection lost.').waitFor();
    await say(id, 'meanwhile');
    await page.getByText('Connection lost.').waitFor({ state: 'detached' });
    await page.getByText('meanwhile', { exact: true }).waitFor();
    expect(losses).toBe(3);
    expect(pauses).toContain('2');
    await say(id, 'after');
    await page.getByText('after', { exact: true }).waitFor();
  });

  test('a feed that breaks off goes on behind the last change that was read', async () => {
    const id = await seedLong(server.client, 10);
    const feeds = new Set<Socket>();
    let isAway = false;
    await using gateway = await startGateway(server.origin, {
      pass: ({ url = '', socket }) => {
        if (!url.includes('/events')) return {};
        if (isAway) socket.destroy();
        else feeds.add(socket);
        return isAway ? undefined : {};
      },
    });
    await using watched = await openLive(id, gateway.url);
    const { page } = watched;
    await say(id, 'before');
    await page.getByText('before', { exact: true }).waitFor();
    isAway = true;
    for (const socket of feeds) socket.destroy();
    await page.getByText('Connection lost.').waitFor();
    await say(id, 'meanwhile');
    isAway = false;
    await page.getByText('meanwhile', { exact: true }).waitFor();
    expect(watched.calls.filter((call) => /\/events\?after=./.test(call))).not.toEqual([]);
    await page.getByText('Connection lost.').waitFor({ state: 'detached' });
  });

  test('the button for following is not there without the feed of the server', async () => {
    const { id } = await deaf.client.conversations.create({
      items: [{ type: 'message', role: 'user', content: 'quiet' }],
    });
    await using watched = await openAtEnd(deaf.origin, id);
    await watched.page.locator('.position').waitFor();
    await expect.poll(() => watched.calls.some((call) => call.endsWith('/server'))).toBe(true);
    await watched.page.keyboard.press('l');
    expect(await watched.page.locator('.live').count()).toBe(0);
  });
});
