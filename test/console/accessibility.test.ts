import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startAccessServer } from '../support/access.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startServer } from '../support/server.ts';
import { formsWithBubbles, overflowing, violationsOf, violationsOfColours } from './support/axe.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';
import { CLIENT_ID } from './support/sign-in-issuer.ts';

const folder = await temporaryFolder();
const config = folder.path('colloquy.yaml');
writeFileSync(config, 'retention: { trash_days: 7 }\n');
const server = await startServer('--config', config);
const id = await seedShop(server.client);
const fork = await server.client.post<{ id: string }>(`/conversations/${id}/fork`, { body: {} });
const gone = await server.client.conversations.create({ metadata: { title: 'Deleted' } });
await server.client.conversations.delete(gone.id);
const closed = await startAccessServer(`auth:
  schemes: [keys, jwt]
  jwt: { issuer: "http://localhost:1", audience: colloquy }
console: { oidc_client_id: ${CLIENT_ID} }
`);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

interface State {
  readonly name: string;
  /** Keys that lead to it from the state before. */
  readonly keys: readonly string[];
  readonly shows: string;
}

const state = (name: string, keys: string, shows: string): State => ({
  name,
  keys: keys.split(' ').filter(Boolean),
  shows,
});

const conversation = `#/conversations/${id}`;
/** Every page, with its states one after the other. */
const PAGES: readonly (readonly [page: string, fragment: string, states: readonly State[]])[] = [
  [
    'list',
    '',
    [
      state('list', '', '.row-title'),
      state('list of keys', '?', 'dialog.keys[open]'),
      state('marked rows', 'Escape j x', '.tools.marked'),
    ],
  ],
  ['list that has nothing', '#/conversations?q=a:b', [state('list', '', '.state')]],
  ['search', '#/search?q=parcel', [state('search', '', 'mark')]],
  [
    'search by conversation',
    '#/search?q=please&group=conversation',
    [state('search', '', '.grouped mark')],
  ],
  [
    'conversation',
    conversation,
    [
      state('conversation', '', 'article'),
      state('details', 'j Enter', '.detail .json-name'),
      state('item menu', 'Escape .', '[role=menuitem]'),
      state('found items', 'Escape f p a r c e l', '.hits'),
    ],
  ],
  [
    'conversation without texts',
    conversation,
    [state('messages', 'h', '.hidden-text'), state('outline', 'o', '.line')],
  ],
  [
    'conversation that is absent',
    '#/conversations/conv_none',
    [state('absent', '', '[role=alert]')],
  ],
  [
    'comparison',
    `#/compare?left=${id}&right=${fork.id}`,
    [state('comparison', '', '.sides-head h2 a')],
  ],
  ['trash', '#/trash', [state('trash', '', '.trash tbody tr')]],
  ['erasure', '#/erase?q=topic:orders', [state('counted', '', '#erase-count')]],
  ['server', '#/server', [state('server', '', '.example')]],
  ['account menu', '', [state('menu', 'ACCOUNT', '#account:popover-open')]],
];

/** Dialogs, by the words of their buttons in a conversation. */
const DIALOGS = ['Export…', 'Metadata…', 'Expiry…', 'Delete…'];

/** The distances of criterion 1.4.12. */
const SPACED = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }' +
      'p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [sheet];
}`;
/** Makes the text larger, as a reader sets it. */
const scaled = (size: string): string => `document.documentElement.style.fontSize = '${size}'`;

const WIDE = { width: 1280, height: 860 };

/** Checks a state in all colours, in 320 pixels, and with large and wide text. Leaves the page as it was. */
async function expectAccessible(page: Page, name: string): Promise<void> {
  expect(await formsWithBubbles(page), name).toEqual([]);
  expect(await violationsOf(page), `${name}, light`).toEqual([]);
  await page.emulateMedia({ forcedColors: 'active' });
  expect(await violationsOfColours(page), `${name}, forced colours`).toEqual([]);
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' });
  expect(await violationsOfColours(page), `${name}, dark`).toEqual([]);
  await page.setViewportSize({ width: 320, height: 860 });
  expect(await overflowing(page), `${name}, 320 pixels`).toEqual([]);
  expect(await violationsOf(page), `${name}, dark in 320 pixels`).toEqual([]);
  await page.evaluate(SPACED);
  expect(await overflowing(page), `${name}, wide text`).toEqual([]);
  await page.evaluate('document.adoptedStyleSheets = []');
  await page.evaluate(scaled('200%'));
  expect(await overflowing(page), `${name}, large text in 320 pixels`).toEqual([]);
  await page.setViewportSize({ width: 640, height: 860 });
  expect(await overflowing(page), `${name}, large text`).toEqual([]);
  expect(await violationsOf(page), `${name}, large text`).toEqual([]);
  await page.evaluate(scaled(''));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(WIDE);
}

async function press(page: Page, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    if (key === 'ACCOUNT') await page.locator('[popovertarget=account]').click();
    else await page.keyboard.press(key);
  }
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each(PAGES)(
    'the page of the %s keeps to WCAG 2.2 AA in all colours, in 320 pixels and with large and wide text',
    async (_page, fragment, states) => {
      await using watched = await openPage(server.origin, fragment);
      const { page } = watched;
      await page
        .locator('main :is(.row-title, article, .state, .panel, .example, h2)')
        .first()
        .waitFor();
      for (const { name, keys, shows } of states) {
        await press(page, keys);
        await page.locator(shows).first().waitFor();
        await expectAccessible(page, name);
      }
    },
  );

  test('the page of a sign-in keeps to WCAG 2.2 AA in all colours, in 320 pixels and with large and wide text', async () => {
    await using watched = await openPage(closed.server.origin);
    await watched.page.locator('dialog summary').click();
    await watched.page.locator('#key').waitFor();
    await expectAccessible(watched.page, 'sign-in');
  });

  test('the dialogs of a conversation keep to WCAG 2.2 AA in both colours', async () => {
    await using watched = await openPage(server.origin, conversation);
    const { page } = watched;
    for (const name of DIALOGS) {
      await page.locator('.conversation-actions').getByRole('button', { name }).click();
      await page.locator('dialog[open]').waitFor();
      expect(await formsWithBubbles(page), name).toEqual([]);
      expect(await violationsOf(page), name).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await violationsOfColours(page), name).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 320, height: 860 });
      await page.evaluate(scaled('200%'));
      expect(await overflowing(page), name).toEqual([]);
      await page.evaluate(scaled(''));
      await page.setViewportSize(WIDE);
      await page.keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    }
  });

  test('nothing moves by itself for a reader who wants less motion', async () => {
    await using watched = await openPage(server.origin, conversation);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = await page.evaluate(`
      [...document.querySelectorAll('*')].filter((element) =>
        [undefined, '::before', '::after'].some((part) => {
          const style = getComputedStyle(element, part);
          return [style.transitionDuration, style.animationDuration].some((time) => parseFloat(time) > 0.01)
            || style.scrollBehavior === 'smooth';
        })).map((element) => element.outerHTML.slice(0, 120))`);
    expect(moving).toEqual([]);
  });
});
