import { afterAll, describe, expect, test } from 'vitest';
import { createConversation, startAccessServer } from '../support/access.ts';
import { closeBrowser, NO_BROWSER, openPage } from './support/browser.ts';

const access = await startAccessServer();
afterAll(async () => {
  await closeBrowser();
  await access[Symbol.asyncDispose]();
});
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

  test('the key of another tenant shows nothing', async () => {
    await using watched = await openPage(origin);
    const { page } = watched;
    await page.locator('#key').fill(ben);
    await page.keyboard.press('Enter');
    await page.getByText('No conversations that you may read').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('acme');
  });
});
