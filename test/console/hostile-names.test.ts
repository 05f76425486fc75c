import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { called, said } from '../support/chat-answers.ts';
import { temporaryFolder } from '../support/folder.ts';
import { json } from '../support/model-server.ts';
import { startTurnServer } from '../support/turns.ts';
import { withVisibleControls } from '../../console/src/text/controls.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { TELLING } from './support/items.ts';

/** A name with characters that reverse the text after them, and with invisible ones. */
const HOSTILE = 'needle\u202Egnp\u2066\u200B\u00AD\u{E0041}\u3164.\u2028exe';
const SHOWN = withVisibleControls(HOSTILE);

/** Fields of items that have words of others. */
const WORDS =
  /^(name|filename|server_label|title|arguments|input|query|queries|description|commands?|path|message|code|reason|text|refusal|output|stdout|stderr|logs|revised_prompt|pattern|outlook|fingerprint)$/;

function hostile(value: unknown, field = ''): unknown {
  if (typeof value === 'string') return WORDS.test(field) ? HOSTILE + value : value;
  if (Array.isArray(value)) return value.map((each) => hostile(each, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, hostile(each, name)]),
  );
}

const folder = await temporaryFolder();
writeFileSync(folder.path('colloquy.yaml'), 'retention: { trash_days: 7 }\n');
const turns = await startTurnServer('--config', folder.path('colloquy.yaml'));
const { client, server, model } = turns;
afterAll(async () => {
  await turns[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
const answers = [called([`${HOSTILE}tool`, '{}', 'call_h']), said('Done.')];
model.play(({ path }) => {
  if (path.endsWith('/models')) return json({ object: 'list', data: [{ id: HOSTILE }] });
  const [next = said('Again.')] = answers.splice(0, 1);
  return next;
});

const metadata = { title: HOSTILE, [`k${HOSTILE}`]: HOSTILE };
const { id } = await client.conversations.create({ metadata });
const turn = { model: HOSTILE, conversation: id, input: HOSTILE, instructions: HOSTILE };
await client.responses.create({
  ...turn,
  metadata: { [HOSTILE]: HOSTILE },
  tools: [{ type: 'function', name: 'tool', description: HOSTILE, strict: false, parameters: {} }],
});
const items = TELLING.map((item) => hostile(item)) as never;
await client.conversations.items.create(id, { items });
const fork = await client.post<{ id: string }>(`/conversations/${id}/fork`, {
  body: { metadata },
});
const gone = await client.conversations.create({ metadata });
await client.conversations.delete(gone.id);

/** Finds elements that show an invisible character or have it read out. Bodies of items and fields are left out. */
async function hiding(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const hidden = /(?![\\n\\t])[\\p{Cc}\\p{Cf}\\p{DI}\\u2028\\u2029]/u;
    const found = hidden.test(document.title) ? ['title of the document'] : [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement: parent } = texts.currentNode;
      if (hidden.test(data) && !parent.closest('.text, .markdown, textarea')) found.push(parent.outerHTML);
    }
    for (const element of document.querySelectorAll('*')) {
      for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
        if (hidden.test(element.getAttribute(name) ?? '')) found.push(name + ' of ' + element.outerHTML);
      }
    }
    return found.map((each) => each.slice(0, 300));
  })()`);
}

const filter = encodeURIComponent(`k${HOSTILE}:${HOSTILE}`);
const PAGES = [
  ['list', '', 'main tr'],
  ['filtered list', `#/conversations?q=${filter}`, '.chips'],
  ['search', '#/search?q=needle', '.snippet'],
  ['search in a conversation', `#/search?q=needle&in=${id}`, '.snippet'],
  ['conversation', `#/conversations/${id}`, '.turn-line'],
  ['comparison', `#/compare?left=${id}&right=${fork.id}`, '.sides-head a'],
  ['trash', '#/trash', 'main .row-title'],
  ['erasure', `#/erase?q=${filter}`, 'main form'],
  ['server', '#/server', 'main h1'],
] as const;

test('a name has marks for what nobody sees, and what writing needs is left', () => {
  expect(SHOWN).toBe('needle⟨U+202E⟩gnp⟨U+2066⟩⟨U+200B⟩⟨U+00AD⟩⟨U+E0041⟩⟨U+3164⟩.⟨U+2028⟩exe');
  const england = '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}';
  const needed = `${england} 👩‍🚒 ❤️ 1️⃣ می‌خواهم क्‍ष\n\t`;
  expect(withVisibleControls(needed)).toBe(needed);
  expect(withVisibleControls('🏴\u{E0067}\u{E0062}')).toBe('🏴⟨U+E0067⟩⟨U+E0062⟩');
  expect(withVisibleControls('a\u200Db 1\uFE0F2 \u200C')).toBe('a⟨U+200D⟩b 1⟨U+FE0F⟩2 ⟨U+200C⟩');
});

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each(PAGES)('the page %s hides nothing in names', async (_name, fragment, there) => {
    await using watched = await openPage(server.origin, fragment);
    const { page } = watched;
    // All rows at once.
    await page.setViewportSize({ width: 1280, height: 16_000 });
    await page.locator(there).first().waitFor();
    await expect.poll(() => hiding(page)).toEqual([]);
    if (there !== 'main form' && there !== 'main h1') {
      expect(await page.locator('main').textContent()).toContain('⟨U+202E⟩');
    }
  });

  test('menus, details, suggestions and dialogs hide nothing in names', async () => {
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.setViewportSize({ width: 1280, height: 16_000 });
    const settled = () => expect.poll(() => hiding(page)).toEqual([]);
    await page.locator('.turn-line').first().waitFor();
    await page
      .locator('main :is([aria-expanded=false], summary)')
      // Sound: both are elements of HTML.
      .evaluateAll((all) => all.forEach((each) => (each as unknown as { click(): void }).click()));
    await page.locator('.ask-output').waitFor();
    await settled();
    await page.keyboard.press('o');
    await page.locator('.line').first().waitFor();
    await settled();
    for (const row of ['first', 'last'] as const) {
      await page.locator('article')[row]().focus();
      await page.keyboard.press('Enter');
      await page.locator('.detail').waitFor();
      await settled();
    }
    await page.getByRole('button', { name: 'Fork here and ask again…' }).click();
    await page.locator('dialog[open]').waitFor();
    await settled();
    await page.getByRole('button', { name: 'Cancel' }).click();
    for (const name of ['Metadata…', 'Delete…']) {
      await page.locator('.conversation-actions').getByRole('button', { name }).click();
      await page.locator('dialog[open]').waitFor();
      await settled();
      await page.getByRole('button', { name: 'Cancel' }).click();
    }
    await page.goto(`${server.origin}/console/#/conversations`);
    await page.locator('main tr').first().waitFor();
    for (const begun of ['kneedle', 'title:n']) {
      await page.locator('[role=combobox]').fill(begun);
      await page.locator('[role=option]', { hasText: 'U+202E' }).first().waitFor();
      await settled();
    }
    await page.locator('main h1').click();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.locator('dialog[open]', { hasText: 'U+202E' }).waitFor();
    await settled();
  });

  test('long names leave room for what stands beside them', async () => {
    const request = {
      type: 'mcp_approval_request',
      id: 'mcpr_long1',
      server_label: 'label',
      name: 'n'.repeat(30_000),
      arguments: '{}',
    };
    const { id: long } = await client.conversations.create({
      metadata: { title: 'W'.repeat(512) },
      items: [{ type: 'message', role: 'user', content: 'one' }, request] as never,
    });
    await using watched = await openPage(server.origin, `#/conversations/${long}`, { width: 400 });
    const { page } = watched;
    const approve = page.getByRole('button', { name: 'Approve' });
    await approve.waitFor();
    const boxOf = async (selector: string) => page.locator(selector).first().boundingBox();
    expect((await boxOf('#title'))?.height).toBeLessThan(100);
    expect((await boxOf('.rows'))?.height).toBeGreaterThan(50);
    expect((await boxOf('.ask-approvals'))?.height).toBeLessThan(250);
    await page.locator('.conversation-actions').getByRole('button', { name: 'Delete…' }).click();
    const widths = await page
      .locator('dialog[open]')
      .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
    expect(widths[0]).toBe(widths[1]);
  });

  test('marks on letters do not reach into the next row', async () => {
    const pictures = ['a', `a${'\u0323\u0331'.repeat(60)}`].map(async (text) => {
      const spoken = ['first', text, 'last'].map((content) => ({
        type: 'message' as const,
        role: 'user' as const,
        content,
      }));
      const { id: stored } = await client.conversations.create({ items: spoken });
      await using watched = await openPage(server.origin, `#/conversations/${stored}`);
      const last = watched.page.locator('.rows article', { hasText: 'last' });
      await last.waitFor();
      return await last.locator('.said').screenshot();
    });
    const [plain, marked] = await Promise.all(pictures);
    expect(marked?.equals(plain ?? Buffer.of())).toBe(true);
  });
});
