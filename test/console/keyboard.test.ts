import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, typeInBar, type WatchedPage } from './support/browser.ts';
import { seedLong, seedShop } from './support/seed.ts';

const server = await startServer();
const id = await seedShop(server.client);
afterAll(() => server[Symbol.asyncDispose]());

/** Text of the element that has the focus. */
function focused({ page }: WatchedPage): Promise<string> {
  return page.evaluate('document.activeElement.textContent.trim()');
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a keyboard alone finds, opens, looks at and links, and the focus comes back to the row', async () => {
    await using watched = await openPage(server.origin);
    const { page } = watched;
    await expect.poll(() => focused(watched)).toBe('Conversations');
    await expect
      .poll(async () => {
        await page.keyboard.press('Shift+Tab');
        return focused(watched);
      })
      .toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');

    await typeInBar(watched, 'user_id:user-17');
    await expect.poll(() => page.locator('.row-title').count()).toBe(1);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('article').first().waitFor();
    await expect.poll(() => focused(watched)).toBe('Refund for order 4711');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const copied = async (...keys: readonly string[]): Promise<unknown> => {
      for (const key of keys) await page.keyboard.press(key);
      return page.evaluate('navigator.clipboard.readText()');
    };
    await expect.poll(() => copied('y')).toContain(`${id}?item=`);
    await expect.poll(() => copied('c', 'j')).toContain('"type"');
    await page.keyboard.press('Escape');
    await page.goBack();
    await expect.poll(() => focused(watched)).toBe('Refund for order 4711');
    expect(await page.evaluate('document.activeElement.hasAttribute("data-row")')).toBe(true);

    await typeInBar(watched, id);
    await page.locator('article').first().waitFor();
    await typeInBar(watched, 'parcel 4711');
    await page.locator('mark').first().waitFor();
    await expect.poll(() => focused(watched)).toMatch(/^Found/);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('article').first().waitFor();
    expect(page.url()).toContain('item=');
    await page.keyboard.press('l');
    await server.client.conversations.items.create(id, {
      items: [{ type: 'message', role: 'user', content: 'It has come.' }],
    });
    await page.getByText('It has come.').first().waitFor();
    expect(watched.clicks).toBe(0);
  });

  test('menus are popovers and dialogs are modal, and both give the focus back', async () => {
    await using watched = await openPage(server.origin);
    const { page } = watched;
    const button = page.getByRole('button', { name: 'this machine' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('#account:popover-open').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#account:popover-open').waitFor({ state: 'detached' });
    expect(await focused(watched)).toContain('this machine');
    await page.keyboard.press('?');
    await page.locator('dialog:modal').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog:modal').waitFor({ state: 'detached' });
    expect(await focused(watched)).toContain('this machine');
  });

  test('a deleted item leaves the focus to the next one, and the last one to the one before', async () => {
    const long = await seedLong(server.client, 4);
    await using watched = await openPage(server.origin, `#/conversations/${long}`);
    const { page } = watched;
    await page.getByText('message 3', { exact: true }).waitFor();
    const at = (): Promise<string> =>
      page.evaluate(
        "document.activeElement.matches('article') && document.activeElement.querySelector('.said').textContent",
      );
    // From the menu.
    await page.locator('article', { hasText: 'message 1' }).focus();
    await page.keyboard.press('.');
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await watched.click('dialog[open] .alarm');
    await expect.poll(at).toBe('message 2');
    // From the details.
    await page.keyboard.press('G');
    await expect.poll(() => page.locator('article.current').textContent()).toContain('message 3');
    await page.keyboard.press('Enter');
    await page.locator('.copies').getByRole('button', { name: 'Delete…' }).click();
    await watched.click('dialog[open] .alarm');
    await expect.poll(at).toBe('message 2');
  });
});
