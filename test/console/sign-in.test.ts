import { afterAll, describe, expect, test } from 'vitest';
import { createConversation, pathOf, startAccessServer } from '../support/access.ts';
import { readFile } from 'node:fs/promises';
import { NO_BROWSER, openPage, typeInBar, type WatchedPage } from './support/browser.ts';
import { openSignedIn } from './support/sign-in.ts';

const access = await startAccessServer('auth: { schemes: [keys] }\nretention: { trash_days: 7 }\n');
afterAll(() => access[Symbol.asyncDispose]());
const { origin } = access.server;
const [ann, ben] = await Promise.all([
  access.key('ann', '--tenant', 'acme'),
  access.key('ben', '--tenant', 'other'),
]);
const id = await createConversation(access, ann, { title: 'For acme alone', topic: 'walrus' });
const items = [{ role: 'user', content: 'A walrus for acme alone' }];
const stored = await access.call(ann, 'POST', `${pathOf(id)}/items`, { items });

/** Visits a conversation and a filter as ann, so that both are in the history. */
async function leavePlaces(watched: WatchedPage): Promise<void> {
  const { page } = watched;
  await page.getByRole('link', { name: 'For acme alone' }).click();
  await page.getByRole('heading', { name: 'For acme alone' }).waitFor();
  await typeInBar(watched, 'user_id:secret-17');
  await page.locator('.chips', { hasText: 'secret-17' }).waitFor();
}

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
    await page.getByRole('heading', { name: 'For acme alone' }).waitFor();
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
    await leavePlaces(watched);
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
    // The history records the places of the next caller.
    await typeInBar(watched, 'user_id:of-ben');
    await page.locator('.chips', { hasText: 'of-ben' }).waitFor();
    await page.reload();
    expect(page.url()).toContain('of-ben');
  });

  test('another caller after a reload has no place of the one before', async () => {
    await using watched = await openSignedIn(origin, ann);
    const { page } = watched;
    await leavePlaces(watched);
    await page.reload();
    await page.locator('#key').fill(ben);
    await page.keyboard.press('Enter');
    await page.getByText('No conversations that you may read').waitFor();
    expect(page.url()).toBe(`${origin}/console/`);
    await page.goBack();
    await expect.poll(() => page.url()).toBe(`${origin}/console/`);
    expect(await page.locator('#console').textContent()).not.toContain('For acme alone');
  });

  test('the key of another tenant shows nothing, on any page and by any way', async () => {
    await using watched = await openSignedIn(origin, ben);
    const { page } = watched;
    await page.getByText('No conversations that you may read').waitFor();
    const shown = () => page.locator('#console').textContent();
    const expectNothing = async () => expect(await shown()).not.toMatch(/acme|alone/);
    const goTo = (fragment: string) => page.evaluate(`location.hash = '${fragment}'`);
    await expectNothing();
    // By a filter, by words, by the ids of a conversation and of an item, by links, and beside one of their own.
    await typeInBar(watched, 'topic:walrus');
    await page.getByText('No conversation fits these filters').waitFor();
    await typeInBar(watched, 'walrus');
    await page.getByText('Nothing found').waitFor();
    await typeInBar(watched, stored.body.data[0]?.id ?? '');
    await page.getByText('No item has this id').waitFor();
    for (const fragment of [id, `${id}?item=${stored.body.data[0]?.id}`]) {
      await goTo(`#/conversations/${fragment}`);
      await page.getByText('No such conversation, or not yours to see.').first().waitFor();
      await expectNothing();
      await goTo('#/server');
      await page.getByRole('heading', { name: 'Calling it' }).waitFor();
      await expectNothing();
    }
    const own = await createConversation(access, ben, { title: 'Of ben', topic: 'walrus' });
    await goTo(`#/compare?left=${own}&right=${id}`);
    await page.getByText('One of the two is not here').waitFor();
    await goTo('#/erase?q=topic:walrus');
    await page.getByText('1 conversation', { exact: true }).waitFor();
    await expectNothing();
  });

  test('the feed, an export and the trash have nothing of another tenant', async () => {
    const own = await createConversation(access, ben, { title: 'First of ben' });
    await using watched = await openSignedIn(origin, ben);
    const { page } = watched;
    await page.locator('.row-title', { hasText: 'First of ben' }).waitFor();
    // The feed has its own change, which was made after that of the other tenant.
    await createConversation(access, ann, { title: 'Another for acme alone' });
    await createConversation(access, ben, { title: 'Second of ben' });
    await page.getByRole('button', { name: '1 newer' }).click();
    await page.locator('.row-title', { hasText: 'Second of ben' }).waitFor();
    expect(await page.locator('main').textContent()).not.toMatch(/acme|alone/);
    await page.evaluate('delete window.showSaveFilePicker');
    await watched.click('.tools button:has-text("Export")');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      watched.click('dialog[open] button.main'),
    ]);
    const file = await readFile(await download.path(), 'utf8');
    expect(file).toContain(own);
    expect(file).not.toMatch(/acme|alone/);
    await page.keyboard.press('Escape');
    // The server has a trash for both.
    await access.call(ann, 'DELETE', pathOf(id));
    await access.call(ben, 'DELETE', pathOf(own));
    await page.evaluate("location.hash = '#/trash'");
    await page.getByLabel('Restore First of ben').waitFor();
    expect(await page.locator('main').textContent()).not.toMatch(/acme|alone/);
  });
});
