import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER } from './support/browser.ts';
import { overflowing } from './support/axe.ts';
import { openAll, openItems } from './support/item-pages.ts';
import { examples, TELLING } from './support/items.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Returns the texts in a value that a person reads: no ids, kinds, states or data. */
function textsIn(value: unknown, key = ''): readonly string[] {
  const skipped = /^(id|type|call_id|status|role|data|execution|encrypted_content|mode|format)$/;
  if (skipped.test(key)) return [];
  if (typeof value === 'string')
    return value.startsWith('data:') || key === 'result' ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => textsIn(each, name));
}

/** Returns a text without what draws it: Markdown, JSON, quotes, spaces. */
function letters(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, '');
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each([
    ['examples of the contract', examples()],
    ['telling items', TELLING],
  ])(
    'every type of item is drawn by a view of its own, with every text in it: %s',
    async (_name, items) => {
      await using watched = await openItems(server, items);
      const { page } = watched;
      await openAll(page);
      await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
      const drawn = letters(await page.locator('.rows').innerText());
      const missing = items
        .flatMap((item) => textsIn(item))
        .filter((text) => !drawn.includes(letters(text)));
      expect(missing, 'draw the field in the view of its type').toEqual([]);
      const unknown = await page.locator('.unknown').allTextContents();
      expect(unknown.filter((text) => !text.includes('weather_report'))).toEqual([]);
    },
  );

  test('calls and their outputs are one card at the place of the call, which says how it ended', async () => {
    await using watched = await openItems(server, TELLING);
    const { page } = watched;
    await openAll(page);
    const card = (name: string) => page.locator('.card', { hasText: name }).first();
    expect(await card('ls -la').innerText()).toMatch(
      /✕\s+exit 1[\s\S]*depths.csv[\s\S]*no such file/,
    );
    expect(await card('grep').innerText()).toMatch(/✓\s+done[\s\S]*\.\/a: deep/);
    expect(await card('run_sql').innerText()).toContain('one row');
    expect(await card('apply patch').locator('.added').innerText()).toContain('56');
    expect(await card('program').innerText()).toMatch(/✕\s+incomplete[\s\S]*lake is not defined/);
    expect(await card('find_lakes').innerText()).toContain('No output is stored.');
    expect(await card('An output alone').innerText()).toContain('Its call is not here');
    expect(await card('weather tools').innerText()).not.toContain('No output');
  });

  test('an image opens in full size, and one elsewhere is an address', async () => {
    await using watched = await openItems(server, TELLING.slice(0, 1));
    const { page } = watched;
    const width = () =>
      page
        .locator('.said img')
        .first()
        .evaluate((img) => Reflect.get(img, 'naturalWidth'));
    await expect.poll(width).toBe(96);
    await watched.click('.picture');
    await page.locator('dialog[open] img').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(0);
    expect(await page.locator('.elsewhere').first().innerText()).toContain(
      'https://images.example/lake.png',
    );
  });

  test('files, sounds and images are saved under a name of ours', async () => {
    await using watched = await openItems(server, TELLING.slice(0, 1));
    const { page } = watched;
    const names: string[] = [];
    for (const save of await page.locator('.said').getByRole('button', { name: 'Save' }).all()) {
      const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
      names.push(download.suggestedFilename());
    }
    expect(names).toEqual(['file.png', 'file.wav', 'file.csv']);
  });

  test('odd and broken items are drawn, and nothing of the page breaks', async () => {
    const rows = JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ n })));
    const odd = [
      { type: 'function_call', call_id: 'call_o1', name: '\u202Eeman', arguments: '{"a":' },
      { type: 'function_call_output', call_id: 'call_o1', output: [] },
      { type: 'function_call', call_id: 'call_o2', name: '', arguments: rows },
      {
        type: 'function_call',
        call_id: 'call_o3',
        name: 'n'.repeat(5000),
        arguments: '[null,1,{}]',
      },
      { type: 'message', role: 'user', content: [] },
      { type: 'message', role: 'assistant', content: [{ type: 'from_the_future', a: null }] },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_image', image_url: 'data:image/png;base64,%%' }],
      },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_audio', input_audio: { data: '%', format: 'wav' } }],
      },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_file', file_data: '%%', filename: '\u0007x\u202E' }],
      },
      { type: 'shell_call', call_id: 'call_o4', action: null },
      { type: 'shell_call_output', call_id: 'call_o4', output: [null, 'x', {}] },
      { type: 'apply_patch_call', call_id: 'call_o5', operation: 'none', status: 7 },
      {
        type: 'computer_call',
        call_id: 'call_o6',
        action: { type: 'click', x: null },
        actions: 'x',
      },
      { type: 'web_search_call', id: 'ws_odd1', action: [1] },
      {
        type: 'image_generation_call',
        id: 'ig_odd1',
        result: 'no base64',
        error: { message: 'late' },
      },
      { type: 'mcp_list_tools', id: 'mcpl_odd1', server_label: null, tools: 'none' },
      { type: 'configuration_update', text: null },
      { type: 'unheard_of', deep: { of: [[[]], null] }, 'bell\u0007': '\u0000' },
    ];
    await using watched = await openItems(server, odd, { height: 12_000 });
    const { page } = watched;
    await watched.click('.stub button');
    await expect.poll(() => page.locator('.stub').count()).toBe(0);
    await openAll(page);
    expect(await page.locator('.said').allInnerTexts()).not.toContain('');
    expect(await page.locator('*').count(), 'open a hundred children at a time').toBeLessThan(5000);
    expect(await page.locator('.rows').innerText()).toContain('100 more of 20,000');
    expect(await page.locator('.unknown').count(), 'views read with care').toBe(1);
    const names = await page.locator('.card-head strong').allTextContents();
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(200);
    expect(await overflowing(page)).toEqual([]);
  });

  test('an item that its view cannot draw is a tree of its JSON, and a text its own, and the others stay', async () => {
    const failing = {
      type: 'web_search_call',
      id: 'ws_fails1',
      action: { url: 'https://a.example/' },
    };
    const text = 'See [this](https://b.example/).';
    await using watched = await openItems(server, [
      failing,
      { type: 'message', role: 'assistant', content: text },
      { type: 'message', role: 'user', content: 'It stays.' },
    ]);
    const { page } = watched;
    await page.getByRole('link', { name: 'this' }).waitFor();
    await page.addInitScript(`URL.canParse = () => { throw new Error('a view fails') }`);
    await page.reload();
    await page.getByText('It stays.').waitFor();
    await page.getByText(text).waitFor();
    expect(await page.locator('.unknown').innerText()).toContain('web_search_call');
  });
});
