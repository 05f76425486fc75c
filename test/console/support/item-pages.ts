import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestServer } from '../../support/server.ts';
import { openPage, type WatchedPage } from './browser.ts';

/** Opens a conversation of these items in a window that is high enough for all of them. */
export async function openItems(
  server: TestServer,
  items: readonly unknown[],
  {
    height = 9000,
    width = 1280,
    colorScheme = 'light',
  }: { height?: number; width?: number; colorScheme?: 'light' | 'dark' } = {},
): Promise<WatchedPage> {
  const { id } = await server.client.conversations.create({});
  const most = 20;
  for (let at = 0; at < items.length; at += most) {
    const some = items.slice(at, at + most);
    // Sound: the server takes items that the types of the client lack.
    await server.client.conversations.items.create(id, { items: some as never });
  }
  const watched = await openPage(server.origin, `#/conversations/${id}`, {
    colorScheme,
    width,
  });
  await watched.page.setViewportSize({ width, height });
  await expect.poll(() => watched.page.locator('article').count()).toBe(items.length);
  return watched;
}

/** Opens everything that is closed in the rows. */
export async function openAll(page: Page): Promise<void> {
  const closed = page.locator('.said button[aria-expanded=false]');
  while ((await closed.count()) > 0) await closed.first().click();
}
