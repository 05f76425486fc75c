import { afterAll, describe, expect, test } from 'vitest';
import { createConversation, startAccessServer } from '../support/access.ts';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';

const access = await startAccessServer('auth: { schemes: [keys] }\nconsole: { idle_minutes: 5 }\n');
afterAll(() => access[Symbol.asyncDispose]());
const { origin } = access.server;
const ann = await access.key('ann', '--tenant', 'acme');
const bob = await access.key('bob', '--tenant', 'acme');
const TITLE = 'Where is my parcel?';
/** The tab's storage: the caller whose places are in its history. */
const ANN = { 'colloquy.caller': '["acme","ann"]' };
const id = await createConversation(access, ann, { title: TITLE });

async function signIn({ page }: WatchedPage, key: string): Promise<void> {
  await page.locator('#key').fill(key);
  await page.keyboard.press('Enter');
}

function stored({ page }: WatchedPage): Promise<unknown> {
  return page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
  );
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a page that nobody uses covers itself and forgets the key, and goes on after a sign-in', async () => {
    await using watched = await openPage(origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.clock.install();
    await page.reload();
    await page.getByLabel('Keep it for this tab').check();
    await signIn(watched, ann);
    const title = page.getByRole('heading', { name: TITLE });
    await title.waitFor();
    await page.locator('[role=combobox]').fill('half a thou');
    await page.clock.fastForward(4 * 60_000);
    await page.mouse.move(40, 40);
    await page.clock.fastForward(4 * 60_000);
    expect(await page.locator('dialog.sign-in').count(), 'input starts the time anew').toBe(0);
    await page.clock.fastForward(2 * 60_000);
    await page.getByText('has forgotten the sign-in of acme / ann').waitFor();
    expect(JSON.parse(String(await stored(watched)))).toEqual([{}, ANN, '']);
    expect(await title.isVisible()).toBe(false);
    expect(await page.title()).toBe('Colloquy');
    await page.keyboard.press('Escape');
    expect(await title.isVisible()).toBe(false);
    await signIn(watched, ann);
    await title.waitFor();
    expect(await page.title()).toContain(TITLE);
    expect(await page.locator('[role=combobox]').inputValue()).toBe('half a thou');
    expect(page.url()).toBe(`${origin}/console/#/conversations/${id}`);
    // No call has the key that was in memory.
    await page.clock.fastForward(6 * 60_000);
    await page.locator('dialog.sign-in').waitFor();
    const calls = page.waitForRequest(/\/v1\/conversations/);
    await page.evaluate("location.hash = '#/conversations?q=has:title'");
    expect((await (await calls).allHeaders())['authorization']).toBeUndefined();
  });

  test('another caller who signs in to a covered page sees nothing of the one before', async () => {
    await using watched = await openPage(origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.clock.install();
    await page.reload();
    await signIn(watched, ann);
    await page.getByRole('heading', { name: TITLE }).waitFor();
    await page.clock.fastForward(6 * 60_000);
    await page.locator('dialog.sign-in').waitFor();
    await signIn(watched, bob);
    await page.getByText('No conversations that you may read').waitFor();
    expect(await page.locator('#console').textContent()).not.toContain(TITLE);
    expect(page.url()).toBe(`${origin}/console/`);
  });

  test('a key is kept for the tab when asked, and is gone after a sign-out', async () => {
    await using watched = await openPage(origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.locator('#key').fill(ann);
    await page.getByLabel('Keep it for this tab').check();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: TITLE }).waitFor();
    expect(await stored(watched)).toContain(ann);
    await page.reload();
    await page.getByRole('heading', { name: TITLE }).waitFor();
    const second = await page.context().newPage();
    await second.goto(`${origin}/console/`);
    await second.locator('dialog.sign-in').waitFor();
    await page.getByRole('button', { name: 'acme / ann' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('dialog.sign-in').waitFor();
    expect(await stored(watched)).toBe('[{},{"colloquy.callers":"1"},""]');
  });

  test('a key that is revoked during use is asked for over the page, and what was asked for goes on', async () => {
    const printed = await access.command(
      'keys',
      'create',
      '--subject',
      'ann',
      '--tenant',
      'acme',
      '--json',
    );
    const made = JSON.parse(printed) as { readonly id: string; readonly key: string };
    await using watched = await openPage(origin, `#/conversations/${id}`);
    const { page } = watched;
    await signIn(watched, made.key);
    const title = page.getByRole('heading', { name: TITLE });
    await title.waitFor();
    await access.command('keys', 'revoke', made.id);
    await expect
      .poll(async () => {
        await page.evaluate(`location.hash = '#/search?q=' + Math.random()`);
        return page.locator('dialog.sign-in').count();
      })
      .toBe(1);
    const { hash } = new URL(page.url());
    await signIn(watched, ann);
    await page.locator('dialog.sign-in').waitFor({ state: 'detached' });
    await page.locator('main .state').first().waitFor();
    expect(new URL(page.url()).hash).toBe(hash);
  });
});
