import { afterAll, describe, expect, test } from 'vitest';
import {
  createConversation,
  keysWithPolicy,
  pathOf,
  startAccessServer,
} from '../support/access.ts';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';

const access = await startAccessServer(
  keysWithPolicy(
    '{ forbid: { actions: [create] }, when: user with reader in roles }',
    '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
    '{ permit: { actions: [read] }, when: user in owners teams }',
  ),
  // Nothing listens there: it is not asked.
  '--model-url',
  'http://127.0.0.1:9/v1',
);
afterAll(() => access[Symbol.asyncDispose]());
const { origin } = access.server;
const ann = await access.key('ann', '--team', 'blue');
const ben = await access.key('ben', '--team', 'blue', '--team', 'green');
const cat = await access.key('cat', '--team', 'green', '--role', 'reader');

async function signedIn(key: string, fragment: string): Promise<WatchedPage> {
  const watched = await openPage(origin, fragment);
  await watched.page.locator('#key').fill(key);
  await watched.page.keyboard.press('Enter');
  await watched.page.locator('.rows article').first().waitFor();
  return watched;
}

/** Opens the details of the first item, and returns the names of their buttons when it is known what the caller may. */
async function openDetails({ page }: WatchedPage): Promise<readonly string[]> {
  await page.locator('.facts', { hasText: 'begun' }).waitFor();
  await page.getByRole('button', { name: /^(this machine|default \/)/ }).waitFor();
  await page.locator('.rows article').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('.detail').waitFor();
  return page.locator('.detail button').allTextContents();
}

const source = await createConversation(access, ann, { title: 'Of ann' });
const items = [{ role: 'user', content: 'a question' }];
await access.call(ann, 'POST', `${pathOf(source)}/items`, { items });
const { body: fork } = await access.call(ben, 'POST', `${pathOf(source)}/fork`, {});

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a caller who may only read can neither ask, nor fork, nor rewind', async () => {
    await using watched = await signedIn(cat, `#/conversations/${fork.id}`);
    const { page, calls } = watched;
    const names = await openDetails(watched);
    expect(names.filter((name) => /Fork|Rewind/.test(name))).toEqual([]);
    expect(await page.locator('.composer').count()).toBe(0);
    expect(calls.filter((call) => call.includes('/v1/models'))).toEqual([]);
    // And the source of the fork is not named: it is not theirs to see.
    await page.getByText('Forked from a conversation that is gone, or not yours to see.').waitFor();
    expect(await page.locator('main').innerHTML()).not.toContain(source);
  });

  test('a reader who may create forks, and does not change the source', async () => {
    await using watched = await signedIn(ben, `#/conversations/${source}`);
    const names = await openDetails(watched);
    expect(names).toContain('Fork here');
    expect(names.filter((name) => name.startsWith('Rewind'))).toEqual([]);
    expect(await watched.page.locator('.composer').count()).toBe(0);
  });

  test('the owner may ask, also where the models cannot be listed', async () => {
    await using watched = await signedIn(ann, `#/conversations/${source}`);
    const { page } = watched;
    await page.locator('.ask-model input').fill('any');
    await page.locator('.ask-text').fill('What now?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.ask-failure').waitFor();
    expect(await page.locator('.ask-failure').textContent()).toContain('model_server_unavailable');
    expect(await page.locator('.ask-text').inputValue()).toBe('What now?');
    expect(access.server.failures.splice(0).map(String)).toContainEqual(
      expect.stringContaining('cannot be reached'),
    );
  });

  test('the page of a server without models lets nobody ask, and makes forks', async () => {
    await using server = await startServer();
    const { id } = await server.client.conversations.create({
      items: [{ type: 'message', role: 'user', content: 'a question' }],
    });
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    await watched.page.locator('.rows article').first().waitFor();
    const names = await openDetails(watched);
    expect(names).toContain('Fork here');
    expect(names).toContain('Rewind to here…');
    expect(names.filter((name) => name.includes('ask'))).toEqual([]);
    expect(await watched.page.locator('.composer').count()).toBe(0);
  });
});
