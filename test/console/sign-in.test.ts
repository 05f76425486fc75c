import { afterAll, describe, expect, test } from 'vitest';
import { createConversation, startAccessServer } from '../support/access.ts';
import { NO_BROWSER, openPage, typeInBar } from './support/browser.ts';
import { openSignedIn } from './support/sign-in.ts';

const access = await startAccessServer();
afterAll(() => access[Symbol.asyncDispose]());
const { origin } = access.server;
const ann = await access.key('ann', '--tenant', 'acme');
const ben = await access.key('ben', '--tenant', 'other');
const id = await createConversation(access, ann, { title: 'For acme alone' });

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a key shows the page that was asked for, and is kept nowhere', async () => {
    await using watched = await openPage(origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.locator('#key').press('Enter');
    await page.locator('#key-problem', { hasText: 'Write or paste the API key.' }).waitFor();
    await page.locator('#key').fill('wrong');
    await page.keyboard.press('Enter');
    await page.locator('#key-problem', { hasText: 'This server does not know this key' }).waitFor();
    await page.locator('#key').fill(ann);
    await page.keyboard.press('Enter');
    await page.getByText('For acme alone').waitFor();
    const kept = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.documentElement.outerHTML])',
    );
    expect(kept).not.toContain(ann);
    await page.reload();
    await page.locator('dialog.sign-in').waitFor();
  });

  test('what the one before has left in the history is not shown after a sign-out', async () => {
    await using watched = await openSignedIn(origin, ann);
    const { page, calls } = watched;
    await page.getByRole('link', { name: 'For acme alone' }).click();
    await page.getByRole('heading', { name: 'For acme alone' }).waitFor();
    await typeInBar(watched, 'user_id:secret-17');
    await page.locator('.chips', { hasText: 'secret-17' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'For acme alone' }).waitFor();
    await page.getByRole('button', { name: 'acme / ann' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('dialog.sign-in').waitFor();
    const before = calls.length;
    const leaks = async (): Promise<boolean> => {
      const html = await page.evaluate('location.href + document.documentElement.outerHTML');
      return /acme|secret-17/.test(String(html)) || String(html).includes(id);
    };
    for (const way of ['goBack', 'goForward', 'goForward', 'goBack', 'goBack'] as const) {
      await page[way]();
      await page.locator('dialog.sign-in').waitFor();
      await expect.poll(leaks).toBe(false);
    }
    await page.locator('#key').fill(ben);
    await page.keyboard.press('Enter');
    await page.getByText('No conversations that you may read').waitFor();
    expect(await leaks()).toBe(false);
    expect(calls.slice(before).join(' ')).not.toMatch(new RegExp(`${id}|secret-17`));
    // Of the next one, the history has places again.
    await typeInBar(watched, 'user_id:of-ben');
    await page.locator('.chips', { hasText: 'of-ben' }).waitFor();
    await page.reload();
    expect(page.url()).toContain('of-ben');
  });

  test('the key of another tenant shows nothing', async () => {
    await using watched = await openPage(origin);
    const { page } = watched;
    await page.locator('#key').fill(ben);
    await page.keyboard.press('Enter');
    await page.getByText('No conversations that you may read').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('acme');
  });
});
