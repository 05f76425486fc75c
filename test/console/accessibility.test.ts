import { afterAll, describe, expect, test } from 'vitest';
import { startAccessServer } from '../support/access.ts';
import { startServer } from '../support/server.ts';
import { formsWithBubbles, overflowing, violationsOf } from './support/axe.ts';
import { closeBrowser, NO_BROWSER, openPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';
import { CLIENT_ID } from './support/sign-in-issuer.ts';

const server = await startServer();
const id = await seedShop(server.client);
const closed = await startAccessServer(`auth:
  schemes: [keys, jwt]
  jwt: { issuer: "http://localhost:1", audience: colloquy }
console: { oidc_client_id: ${CLIENT_ID} }
`);
afterAll(async () => {
  await closeBrowser();
  await server[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
});

const conversation = `#/conversations/${id}`;
const GROUPED = '#/search?q=please&group=conversation';
/** Dialogs, by the words of their buttons in a conversation. */
const DIALOGS = ['Export…', 'Metadata…', 'Expiry…', 'Delete…'];
/** Every page and dialog: where it is, the keys that lead to it, and what it shows then. */
const PAGES = [
  { name: 'list', fragment: '', shows: '.row-title', keys: [] },
  { name: 'list that has nothing', fragment: '#/conversations?q=a:b', shows: '.state', keys: [] },
  { name: 'search', fragment: '#/search?q=parcel', shows: 'mark', keys: [] },
  { name: 'conversation', fragment: conversation, shows: 'article', keys: [] },
  { name: 'outline', fragment: conversation, shows: '.line', keys: ['o'] },
  { name: 'details', fragment: conversation, shows: 'aside, .detail', keys: ['j', 'Enter'] },
  { name: 'item menu', fragment: conversation, shows: '[role=menuitem]', keys: ['j', '.'] },
  { name: 'hidden texts', fragment: conversation, shows: '.hidden-text', keys: ['h'] },
  { name: 'found items', fragment: conversation, shows: '.hits', keys: 'f p a r c e l'.split(' ') },
  { name: 'trash', fragment: '#/trash', shows: '.state', keys: [] },
  { name: 'erasure', fragment: '#/erase?q=topic:orders', shows: '.panel', keys: [] },
  { name: 'server', fragment: '#/server', shows: '.example', keys: [] },
  { name: 'marked rows', fragment: '', shows: '.tools.marked', keys: ['j', 'x'] },
  { name: 'results by conversation', fragment: GROUPED, shows: 'mark', keys: [] },
  { name: 'absent', fragment: '#/conversations/conv_none', shows: '[role=alert]', keys: [] },
  { name: 'list of keys', fragment: '', shows: 'dialog[open]', keys: ['?'] },
  { name: 'account menu', fragment: '', shows: '#account:popover-open', keys: [] },
  { name: 'sign-in', fragment: '', shows: 'dialog.sign-in', keys: [] },
] as const;
type At = (typeof PAGES)[number];

/** Makes the text twice as large, as a reader sets it. */
const TWICE = `document.documentElement.style.fontSize = '200%'`;
const ONCE = `document.documentElement.style.fontSize = ''`;
/** The distances of criterion 1.4.12. */
const SPACED = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }' +
      'p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [sheet];
}`;

async function open(at: At, options: Parameters<typeof openPage>[2] = {}) {
  const { origin } = at.name === 'sign-in' ? closed.server : server;
  const watched = await openPage(origin, at.fragment, options);
  const { page } = watched;
  await page
    .locator('.row-title, article, mark, .state, .panel, .example, dialog[open]')
    .first()
    .waitFor();
  if (at.name === 'account menu') await page.locator('[popovertarget=account]').click();
  for (const key of at.keys) await page.keyboard.press(key);
  await page.locator(at.shows).first().waitFor();
  if (at.name === 'sign-in') {
    await page.locator('dialog summary').click();
    await page.locator('#key').waitFor();
  }
  return watched;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each(PAGES)(
    'the page of the $name keeps to WCAG 2.2 AA in all colours, in 320 pixels and with large and wide text',
    async (at) => {
      await using watched = await open(at);
      const { page } = watched;
      expect(await formsWithBubbles(page)).toEqual([]);
      expect(await violationsOf(page)).toEqual([]);
      await page.emulateMedia({ forcedColors: 'active' });
      expect(await violationsOf(page)).toEqual([]);
      await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' });
      expect(await violationsOf(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 860 });
      expect(await overflowing(page)).toEqual([]);
      expect(await violationsOf(page)).toEqual([]);
      await page.evaluate(SPACED);
      expect(await overflowing(page)).toEqual([]);
      await page.evaluate('document.adoptedStyleSheets = []');
      await page.setViewportSize({ width: 640, height: 860 });
      await page.evaluate(TWICE);
      expect(await overflowing(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 860 });
      expect(await overflowing(page)).toEqual([]);
    },
  );

  test('the dialogs of a conversation keep to WCAG 2.2 AA in both colours', async () => {
    await using watched = await openPage(server.origin, conversation);
    const { page } = watched;
    for (const name of DIALOGS) {
      await page.locator('.conversation-actions').getByRole('button', { name }).click();
      await page.locator('dialog[open]').waitFor();
      expect(await formsWithBubbles(page), name).toEqual([]);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violationsOf(page), name).toEqual([]);
      }
      await page.setViewportSize({ width: 320, height: 860 });
      await page.evaluate(TWICE);
      expect(await overflowing(page), name).toEqual([]);
      await page.evaluate(ONCE);
      await page.setViewportSize({ width: 1280, height: 860 });
      await page.keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    }
  });

  test('nothing moves by itself for a reader who wants less motion', async () => {
    await using watched = await open(PAGES[3]);
    const { page } = watched;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = await page.evaluate(`
      [...document.querySelectorAll('*')].filter((element) => {
        const style = getComputedStyle(element);
        return [style.transitionDuration, style.animationDuration].some((time) => parseFloat(time) > 0.01)
          || style.scrollBehavior === 'smooth';
      }).map((element) => element.outerHTML.slice(0, 120))`);
    expect(moving).toEqual([]);
  });
});
