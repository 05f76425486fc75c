import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

/** Tests of a long list that changes while it is read to its end. */

const ROWS = 1200;
const AT_ONCE = 25;
/** Rows in the document, however many are loaded. */
const MOST_DRAWN = 70;

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Sends a request without the checks of the test client, which take longer than the request. */
async function send(method: string, path: string, body?: object): Promise<{ id: string }> {
  const answer = await fetch(`${server.url}/conversations${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { id: string };
}

async function store(title: string): Promise<string> {
  const items = [{ type: 'message', role: 'user', content: title }];
  return (await send('POST', '', { metadata: { title, user_id: 'user-17' }, items })).id;
}

async function storeMany(number: number, name: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let from = 0; from < number; from += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, (_, at) => store(`${name} ${from + at}`));
    ids.push(...(await Promise.all(batch)));
  }
  return ids;
}

interface Read {
  /** Ids by the number of their row. */
  readonly rows: readonly (string | null)[];
  /** Most rows, and most elements of the page, at once. */
  readonly drawn: number;
  readonly elements: number;
  readonly isEnd: boolean;
}

/** Scrolls through the list, row by row of what is drawn, until its end or a number of rows. */
function read(page: Page, until: number): Promise<Read> {
  return page.evaluate(`(async () => {
    const main = document.querySelector('main');
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const all = (globalThis.met ??= { rows: [], drawn: 0, elements: 0 });
    const end = () => main.querySelector('.list-end').textContent.includes('more below') === false;
    const isBottom = () => main.scrollTop + main.clientHeight >= main.scrollHeight - 1;
    for (let still = 0; all.rows.length < ${until} && still < 3000;) {
      const links = [...main.querySelectorAll('a[data-row]')];
      for (const link of links) all.rows[Number(link.dataset.row)] = decodeURIComponent(link.hash.split('/')[2]);
      all.drawn = Math.max(all.drawn, links.length);
      all.elements = Math.max(all.elements, document.querySelectorAll('*').length);
      if (isBottom() && end()) return { ...all, isEnd: true };
      still = isBottom() ? still + 1 : 0;
      main.scrollTop += main.clientHeight / 2;
      await frame();
    }
    return { ...all, isEnd: false };
  })()`);
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a long list has each row once, and none is missing, while others come, go and change', async () => {
    const stored = await storeMany(ROWS, 'Row');
    const first = await store('The first');
    await using watched = await openPage(server.origin);
    const { page } = watched;
    await page.locator('.row-title', { hasText: 'The first' }).waitFor();
    await page.getByLabel('Mark The first').check();
    const lowest = await read(page, ROWS / 2);
    expect(lowest.isEnd).toBe(false);
    await page.locator('.mark-cell input').last().check();
    await storeMany(50, 'New');
    // They rise: one that is loaded stays where it is, and one that is not is among the newer ones.
    const risen = String(stored[10]);
    const again = { items: [{ type: 'message', role: 'user', content: 'again' }] };
    for (const id of [first, risen]) await send('POST', `/${id}/items`, again);
    // Some that are loaded, some that are not, and the one at the cursor.
    const gone = [stored.at(-5), stored[40], stored[90], lowest.rows.at(-1), stored[5]].map(String);
    const counted = Number(/\d+/.exec((await page.locator('.list-end').textContent()) ?? '')?.[0]);
    gone.push(String(stored[ROWS - counted + 1]));
    for (const id of new Set(gone)) await send('DELETE', `/${id}`);
    const all = await read(page, Infinity);
    expect(all.isEnd).toBe(true);
    const met = all.rows.filter((id) => id !== null);
    expect(met.length, 'no row is left out').toBe(all.rows.length);
    expect(new Set(met).size, 'no row is there twice').toBe(met.length);
    expect(met.indexOf(first)).toBe(0);
    expect(stored.filter((id) => !gone.includes(id) && !met.includes(id))).toEqual([risen]);
    expect(all.drawn).toBeLessThan(MOST_DRAWN);
    expect(all.elements).toBeLessThan(2500);
    expect(await page.locator('.tools.marked strong').textContent()).toBe('2 marked');
    await page.getByRole('button', { name: '52 newer' }).waitFor();
  });
});
