import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { closeBrowser, NO_BROWSER, openAtFirst, openPage } from './support/browser.ts';

/** Texts that try to run code, to load something, or to be taken for something else. */
const HOSTILE = [
  '<script>window.owned=1</script>',
  '<svg onload="window.owned=1"></svg>',
  '<img src="https://evil.example/beacon.png" onerror="window.owned=1">',
  '<iframe srcdoc="<script>parent.window.owned=1</script>"></iframe>',
  '<form action="https://evil.example/"><input name="key"></form>',
  '<style>body{display:none}</style>',
  '[click](javascript:window.owned=1)',
  '[click](data:text/html,<script>1</script>)',
  '![beacon](https://evil.example/beacon.png)',
  '![svg](data:image/svg+xml,<svg onload=1>)',
  '[bank.example](https://evil.example/)',
  '<a href="javascript:window.owned=1">x</a>',
  '`<b>` &lt;b&gt; | a | b |\n| - | - |\n| <img src=https://evil.example/> | c |',
  '\u202Egnp.exe',
  '['.repeat(2000),
  '> '.repeat(300),
];

const server = await startServer();
afterAll(async () => {
  await closeBrowser();
  await server[Symbol.asyncDispose]();
});

const items = HOSTILE.flatMap((text) => [
  { type: 'message' as const, role: 'user' as const, content: text },
  { type: 'message' as const, role: 'assistant' as const, content: text },
]);
const { id } = await server.client.conversations.create({
  metadata: { title: HOSTILE[1] ?? '', topic: HOSTILE[2] ?? '' },
  items: [
    ...items,
    { type: 'function_call', call_id: 'c', name: HOSTILE[0] ?? '', arguments: HOSTILE[1] ?? '' },
    { type: 'function_call_output', call_id: 'c', output: HOSTILE[3] ?? '' },
    // Sound: the server keeps items of types that it does not know.
    { type: 'from_the_future', '<b>key</b>': HOSTILE[2] } as never,
  ],
});

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each([
    ['list', ''],
    ['conversation', `#/conversations/${id}`],
    ['search', '#/search?q=owned'],
  ])(
    'hostile texts run nothing and load nothing on the page of the %s',
    async (_page, fragment) => {
      await using watched = await openPage(server.origin, fragment);
      const { page } = watched;
      await page.locator('.row-title, article').first().waitFor();
      // All rows are drawn once on the way from the end to the beginning.
      for (let steps = 0; steps < 12; steps += 1) {
        await page.mouse.move(600, 500);
        await page.mouse.wheel(0, -600);
        await page.waitForTimeout(60);
      }
      expect(await page.evaluate('window.owned')).toBeUndefined();
      const markup =
        'main :is(script, iframe, form:not(.composer, .find), style, object, embed, svg:not(.icon))';
      expect(await page.locator(markup).count()).toBe(0);
      const links = await page.locator('main a[href]').evaluateAll((all) =>
        // Links of the page itself begin with `#`.
        all.map((link) => link.getAttribute('href') ?? ''),
      );
      expect(links.filter((href) => !/^(#|https?:|mailto:)/.test(href))).toEqual([]);
    },
  );

  test('a link out of a text says which host it leads to', async () => {
    await using watched = await openAtFirst(server.origin, id);
    const { page } = watched;
    const link = page.locator('.markdown a', { hasText: 'bank.example' });
    for (let steps = 0; steps < 20 && (await link.count()) === 0; steps += 1) {
      await page.mouse.move(600, 500);
      await page.mouse.wheel(0, 300);
      await page.waitForTimeout(60);
    }
    expect(await link.locator('xpath=..').textContent()).toContain('evil.example');
    expect(await link.getAttribute('rel')).toContain('noopener');
  });

  test('an item that says that it is the stub of a large one hides nothing', async () => {
    const stub = { object: 'conversation.item.stub', bytes: 3 };
    const hiding = [
      { type: 'message', role: 'user', content: 'words of a message', ...stub },
      { type: 'function_call', call_id: 'c', name: 'tool_by_name', arguments: '{}', ...stub },
      { type: 'from_the_future', told: 'words of the future', ...stub },
    ];
    const { id: stored } = await server.client.conversations.create({ items: hiding as never });
    await using watched = await openPage(server.origin, `#/conversations/${stored}`);
    const { page } = watched;
    const rows = page.locator('.rows');
    await page.locator('article').nth(2).waitFor();
    expect(await rows.textContent()).toMatch(/words of a message.*tool_by_name.*from_the_future/s);
    expect(await page.getByRole('button', { name: 'Load it' }).count()).toBe(0);
    await page.keyboard.press('o');
    await page.locator('.line').nth(2).waitFor();
    expect(await rows.textContent()).toMatch(/words of a message.*tool_by_name/s);
  });

  test('a pair of metadata that reads as another filter is no link', async () => {
    const pairs = { title: 'Odd pairs', user_id: '"user-17"', topic: 'plain', owner: 'ann' };
    await server.client.conversations.create({ metadata: pairs });
    await using watched = await openPage(server.origin);
    const row = watched.page.locator('tr', { hasText: 'Odd pairs' });
    await row.locator('.pair', { hasText: 'plain' }).waitFor();
    const links = await row.locator('.pair[href]').allTextContents();
    expect(links).toEqual(['topic plain']);
    expect(await row.locator('.pair').count()).toBe(3);
  });

  test.each([
    [
      'a table of a million cells',
      `|${'a|'.repeat(1000)}\n|${'-|'.repeat(1000)}\n${'|\n'.repeat(1000)}`,
    ],
    ['an answer with thousands of signs of emphasis', '**a**b*'.repeat(2857)],
  ])('%s is shown as its text, so that the page stays usable', async (_what, text) => {
    const items = [{ type: 'message' as const, role: 'assistant' as const, content: text }];
    const { id: costly } = await server.client.conversations.create({ items });
    await using watched = await openPage(server.origin, `#/conversations/${costly}`);
    const { page } = watched;
    await page.locator('article').waitFor();
    expect(await page.locator('article :is(table, strong)').count()).toBe(0);
    expect(await page.locator('article .said').textContent()).toContain(text.slice(0, 40));
  });
});
