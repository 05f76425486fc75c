import { afterAll, describe, expect, test } from 'vitest';
import { startAccessServer } from '../support/access.ts';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';
import { openSignedIn } from './support/sign-in.ts';

const server = await startServer();
const empty = await startServer();
if (NO_BROWSER === undefined) await seedShop(server.client);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await empty[Symbol.asyncDispose]();
});

const LIST = '**/v1/conversations?**';

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a list that is late has grey rows in its place, and the bar works meanwhile', async () => {
    await using watched = await openPage(server.origin, '#/server');
    const { page } = watched;
    await page.getByRole('heading', { name: 'Server and access' }).waitFor();
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(LIST, async (route) => {
      await held;
      await route.continue();
    });
    await watched.click('.brand');
    await page.locator('.skeleton').waitFor();
    expect(await page.locator('main').getAttribute('aria-busy')).toBe('true');
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.matches(".bar input")')).toBe(true);
    answer();
    await page.locator('.row-title').first().waitFor();
    expect(await page.locator('.skeleton').count()).toBe(0);
  });

  test('an empty store shows a first call with this address, and its first conversation at once', async () => {
    await using watched = await openPage(empty.origin);
    const { page } = watched;
    await page.getByText('No conversations yet').waitFor();
    expect(await page.locator('main pre').textContent()).toContain(`'${empty.url}'`);
    await empty.client.conversations.create({ metadata: { title: 'The first' } });
    await page.locator('.row-title', { hasText: 'The first' }).waitFor();
  });

  test('filters that fit nothing are chips to take away', async () => {
    await using watched = await openPage(
      server.origin,
      '#/conversations?q=topic:refund%20user_id:nobody',
    );
    const { page } = watched;
    await page.getByText('No conversation fits these filters').waitFor();
    await page.getByLabel('Remove the filter: user_id is nobody').click();
    await page.locator('.row-title', { hasText: 'Refund for order 4711' }).waitFor();
    expect(await page.locator('.chip').count()).toBe(1);
  });

  test('a failure has what an operator needs, and is asked for again', async () => {
    await using watched = await openPage(server.origin, '#/server');
    const { page } = watched;
    await page.getByRole('heading', { name: 'Server and access' }).waitFor();
    const body = { error: { message: 'The database is on fire.', code: 'internal_error' } };
    const headers = { 'x-request-id': 'req_4711' };
    await page.route(LIST, (route) => route.fulfill({ status: 500, json: body, headers }));
    await watched.click('.brand');
    const alert = page.locator('[role=alert]', { hasText: 'The database is on fire.' });
    await alert.waitFor();
    expect(await alert.textContent()).toContain('internal_error');
    await alert.getByRole('button', { name: 'Copy' }).click();
    await alert.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('req_4711');
    await page.unroute(LIST);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.row-title').first().waitFor();
  });

  test('the account menu says who the caller is with one click, and leads to all about the server', async () => {
    await using access = await startAccessServer(undefined, '--search', 'off');
    const key = await access.key(
      'ann',
      '--tenant',
      'acme',
      '--role',
      'support',
      '--expires',
      '30d',
    );
    await using watched = await openSignedIn(access.server.origin, key);
    const { page } = watched;
    await page.getByText('No conversations that you may read').waitFor();
    await watched.click('.account > button');
    const menu = (await page.locator('#account').textContent()) ?? '';
    for (const part of ['acme', 'ann', 'support', 'Valid until', 'Colloquy 0.1', 'create, read']) {
      expect(menu).toContain(part);
    }
    expect(watched.clicks).toBe(1);
    await watched.click('.menu-links a');
    await page.getByRole('heading', { name: 'Calling it' }).waitFor();
    const text = (await page.locator('main').textContent()) ?? '';
    for (const part of [access.server.url, 'off (--search)', 'none: a deletion deletes for good']) {
      expect(text).toContain(part);
    }
    for (const [name, part] of [
      ['Python', `base_url="${access.server.url}"`],
      ['curl', `curl '${access.server.url}/conversations' \\\n`],
    ] as const) {
      await page.getByLabel(name).check();
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByText('Copied.').waitFor();
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain(part);
    }
  });

  test('a search is narrowed, ordered and grouped, and its address says how', async () => {
    await using watched = await openPage(server.origin, '#/server');
    const { page } = watched;
    const bodies: unknown[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/conversations/search')) bodies.push(request.postDataJSON());
    });
    await page.evaluate("location.hash = '#/search?q=please'");
    await page.locator('.results mark').first().waitFor();
    const found = await page.locator('.results > li').count();
    expect(found).toBeGreaterThan(3);
    await page.getByLabel('Role').selectOption('assistant');
    await page.getByText('Nothing found').waitFor();
    await page.getByLabel('Role').selectOption('user');
    await page.getByLabel('Order').selectOption('relevance');
    await page.getByLabel('By conversation').check();
    await page.locator('.results.grouped h2').first().waitFor();
    expect(page.url()).toMatch(/role=user.*sort=relevance.*group=conversation/);
    // Grouping asks for nothing.
    expect(bodies).toHaveLength(4);
    expect(bodies.at(-1)).toMatchObject({ sort: 'relevance', filters: { role: ['user'] } });
    expect(await page.locator('.results.grouped mark').count()).toBe(found);
  });

  test('a query that the server refuses is explained with what it takes', async () => {
    await using watched = await openPage(server.origin, '#/search?q=-only');
    const { page } = watched;
    await page.getByText('The search cannot look for this').waitFor();
    expect(await page.locator('[role=alert]').textContent()).toContain('"helm rollback"');
  });

  test('a search while the index is catching up says so, and searches again on request', async () => {
    await using watched = await openPage(server.origin, '#/server');
    const { page } = watched;
    await page.getByRole('heading', { name: 'Calling it' }).waitFor();
    let isBehind = true;
    await page.route('**/conversations/search', async (route) => {
      const answer = await route.fetch();
      const found = (await answer.json()) as { readonly data: readonly unknown[] };
      const behind = { ...found, data: found.data.slice(1), complete: false };
      await route.fulfill({ json: isBehind ? behind : found });
    });
    await page.evaluate("location.hash = '#/search?q=please'");
    await page.getByText('The index is catching up').waitFor();
    const results = page.locator('.results > li');
    await expect.poll(() => results.count()).toBeGreaterThan(0);
    const before = await results.count();
    isBehind = false;
    await page.getByRole('button', { name: 'Search again' }).click();
    await page.getByText('The index is catching up').waitFor({ state: 'detached' });
    await expect.poll(() => results.count()).toBe(before + 1);
  });

  test('a search on a server without one says so', async () => {
    await using quiet = await startServer('--search', 'off');
    await using watched = await openPage(quiet.origin, '#/search?q=parcel');
    await watched.page.getByText('This server does not search').waitFor();
    await watched.page.evaluate("location.hash = '#/server'");
    await watched.page.getByText('off (--search)').waitFor();
  });
});
