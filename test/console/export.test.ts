import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';
import { seedShop } from './support/seed.ts';
import { startServer } from '../support/server.ts';

const server = await startServer();
const refund = await seedShop(server.client);
/** More than one request of an export takes by ids. */
const MANY = 130;
if (NO_BROWSER === undefined) {
  await Promise.all(
    Array.from({ length: MANY }, (_, index) =>
      server.client.conversations.create({ metadata: { title: `Bulk ${index}`, bulk: 'yes' } }),
    ),
  );
}
afterAll(() => server[Symbol.asyncDispose]());

const NO_PICKER = 'delete window.showSaveFilePicker';
/** A picker that has chosen a file of the page's own storage. */
const PICKER = `window.showSaveFilePicker = async ({ suggestedName }) => {
  window.suggested = suggestedName;
  const folder = await navigator.storage.getDirectory();
  return folder.getFileHandle('chosen.jsonl', { create: true });
}`;
const CHOSEN = `(async () => {
  const folder = await navigator.storage.getDirectory();
  return (await (await folder.getFileHandle('chosen.jsonl')).getFile()).text();
})()`;

async function exported(query: string): Promise<string> {
  return (await fetch(`${server.url}/conversations/export${query}`)).text();
}

/** Presses the button of the dialog, and returns the text and the name of the file that is downloaded. */
async function downloaded(watched: WatchedPage): Promise<{ text: string; name: string }> {
  const [download] = await Promise.all([
    watched.page.waitForEvent('download'),
    watched.click('dialog[open] button.main'),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  return { text, name: download.suggestedFilename() };
}

function idsIn(text: string): readonly string[] {
  return [...text.matchAll(/^\{"conversation":\{.*?"id":"(.*?)"/gm)].map(([, id = '']) => id);
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('what fits the filters is saved as a file with two clicks, as the server exports it', async () => {
    await using watched = await openPage(server.origin, '#/conversations?q=topic:orders');
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await page.evaluate(NO_PICKER);
    await watched.click('.tools button:has-text("Export")');
    const { text, name } = await downloaded(watched);
    expect(watched.clicks).toBe(2);
    expect(text).toBe(await exported('?metadata[topic]=orders'));
    expect(name).toMatch(/^conversations-topic-orders-\d{4}-\d\d-\d\d\.jsonl$/);
    const lines = text.trimEnd().split('\n').length;
    await page.getByText(`Saved, and complete: ${lines} lines, with 2 conversations`).waitFor();
  });

  test('a file that the reader has chosen is written as the export comes', async () => {
    await using watched = await openPage(server.origin, `#/conversations/${refund}`);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    await page.evaluate(PICKER);
    await watched.click('.conversation-actions button:has-text("Export")');
    await watched.click('dialog[open] button.main');
    await page.getByText('Saved, and complete').waitFor();
    expect(await page.evaluate(CHOSEN)).toBe(await exported(`?conversation_id[]=${refund}`));
    expect(String(await page.evaluate('window.suggested'))).toContain(refund);
  });

  test('marked conversations are one archive, also when they take several requests', async () => {
    await using watched = await openPage(server.origin, '#/conversations?q=bulk:yes');
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await page.evaluate(NO_PICKER);
    const scroll = 'document.querySelector("main").scrollTop = 1e6';
    await expect
      .poll(async () => {
        await page.evaluate(scroll);
        return page.locator('.list-end').textContent();
      })
      .toBe(`${MANY} conversations`);
    await page.getByLabel('Mark all that are loaded').check();
    await page.getByText(`${MANY} marked`).waitFor();
    await watched.click('.tools.marked button:has-text("Export")');
    const { text } = await downloaded(watched);
    const whole = await exported('?metadata[bulk]=yes');
    expect(idsIn(text).toSorted()).toEqual(idsIn(whole).toSorted());
    expect(idsIn(text)).toHaveLength(MANY);
    const [own, theirs] = [text, whole].map((all) => all.trimEnd().split('\n'));
    expect([own?.[0], own?.at(-1), own?.length]).toEqual([
      theirs?.[0],
      theirs?.at(-1),
      theirs?.length,
    ]);
    expect(watched.calls.filter((call) => call.includes('/export'))).toHaveLength(2);
  });

  test('an export that is cut off says so, and its file is named so', async () => {
    await using watched = await openPage(server.origin, '#/conversations?q=topic:orders');
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await page.evaluate(NO_PICKER);
    const whole = await exported('?metadata[topic]=orders');
    await page.route('**/conversations/export?**', (route) =>
      route.fulfill({ contentType: 'application/jsonl', body: whole.slice(0, whole.length - 40) }),
    );
    await watched.click('.tools button:has-text("Export")');
    const { name } = await downloaded(watched);
    expect(name).toContain('-incomplete');
    await page.getByText('The export is incomplete').waitFor();
    await page.unroute('**/conversations/export?**');
    const again = await downloaded(watched);
    expect(again.text).toBe(whole);
  });
});
