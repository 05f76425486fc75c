import { afterAll, describe, expect, test } from 'vitest';
import { called, said } from '../support/chat-answers.ts';
import { MODEL } from '../support/turns.ts';
import { startAskedServer } from './support/asking.ts';
import { overflowing, violationsOf } from './support/axe.ts';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';
import { scroll } from './support/scrolling.ts';
import { seedLong } from './support/seed.ts';
import { openAtEnd, pagesOfItems } from './support/transcript.ts';

const turns = await startAskedServer('--history', 'repair');
const { client, play, server } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const TOOL = {
  type: 'function' as const,
  name: 'lookup_order',
  description: 'Finds an order by its number',
  strict: true,
  parameters: { type: 'object', properties: { order: { type: 'integer' } } },
};

/** Has a model call a tool, answer, and fail. The last answer was made of a repaired history. */
async function talked(): Promise<string> {
  const { id: conversation } = await client.conversations.create();
  const answer = said('It left Vienna.');
  const cut = { ...answer, steps: [...answer.steps.slice(0, 1), { kind: 'cut' as const }] };
  play(called(['lookup_order', '{"order":4711}', 'call_a']), answer, cut);
  const base = { model: MODEL, conversation, instructions: 'Be brief.', tools: [TOOL] };
  await client.responses.create({ ...base, input: 'Where is it?' });
  await client.responses.create({ ...base, input: 'Well?', temperature: 0.5 });
  await client.responses.create({ ...base, input: 'And?' }).catch(() => undefined);
  expect(server.failures.splice(0).map(String)).toEqual([expect.stringContaining('broke')]);
  return conversation;
}

async function openTurns(conversation: string, lines: number): Promise<WatchedPage> {
  const watched = await openPage(server.origin, `#/conversations/${conversation}`);
  await expect.poll(() => watched.page.locator('.turn-line').count()).toBe(lines);
  return watched;
}

function asked({ calls }: WatchedPage): number {
  return calls.filter((call) => call.includes('/v1/responses?')).length;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('each turn has a line at its end, also one that has failed', async () => {
    await using watched = await openTurns(await talked(), 3);
    const { page } = watched;
    const order = await page
      .locator('.who, .turn-line')
      .evaluateAll((all) => all.map((each) => each.textContent ?? ''));
    expect(order.map((text) => (text.includes(MODEL) ? 'turn' : text))).toEqual([
      'user',
      'tool',
      'turn',
      'user',
      'assistant',
      'turn',
      'turn',
    ]);
    expect(order[2]).toMatch(/24 in 5 out.*first \d.*s.*whole \d.*s/);
    expect(order[5]).toContain('1 repaired');
    expect(order[6]).toContain('failed: server error');
    expect(asked(watched)).toBe(1);
  });

  test('a turn opens with its request, what was changed, and what the model saw', async () => {
    await using watched = await openTurns(await talked(), 3);
    const { page } = watched;
    await page.locator('.turn-line').nth(1).click();
    const details = page.locator('.turn-details');
    await details.getByText('Be brief.').waitFor();
    const text = await details.innerText();
    expect(text).toContain('completed');
    expect(text).toMatch(/1 calls without output/);
    expect(text).toMatch(/temperature 0\.5/);
    expect(text).toMatch(/of them cached\s+8/);
    await details.getByText('tools', { exact: false }).first().click();
    await details.getByText('Finds an order by its number').waitFor();
    await details.getByText('What the model saw').click();
    const seen = details.locator('.seen > li');
    await expect.poll(() => seen.count()).toBe(3);
    expect(await seen.allInnerTexts()).toEqual([
      expect.stringContaining('Where is it?'),
      expect.stringContaining('lookup_order'),
      expect.stringContaining('Well?'),
    ]);
    await seen.nth(1).getByRole('link').click();
    await page.waitForURL(/item=/);
  });

  test.each(['light', 'dark'] as const)(
    'an open turn keeps to WCAG 2.2 AA in %s colours, and fits a narrow window',
    async (colorScheme) => {
      const fragment = `#/conversations/${await talked()}`;
      await using watched = await openPage(server.origin, fragment, { colorScheme, width: 320 });
      const { page } = watched;
      await page.locator('.turn-line').last().click();
      await page.getByText('What the model saw').click();
      await page.locator('.seen').waitFor();
      expect(await violationsOf(page)).toEqual([]);
      expect(await overflowing(page)).toEqual([]);
    },
  );

  test('a failed turn says why', async () => {
    await using watched = await openTurns(await talked(), 3);
    await watched.page.locator('.turn-line').nth(2).click();
    await watched.page.locator('.turn-details .problem').waitFor();
    const text = await watched.page.locator('.turn-details').innerText();
    expect(text).toContain('server_error');
  });

  test('a conversation without responses costs one request for them', async () => {
    const id = await seedLong(client, 260);
    await using watched = await openAtEnd(server.origin, id);
    await scroll(watched.page, -1500, 'first === 0');
    await watched.page.locator('[aria-posinset="1"]').waitFor();
    expect(pagesOfItems(watched)).toBe(3);
    // The last frames brought nothing new: all pages of items were asked for.
    await scroll(watched.page, -1, 'false');
    expect(asked(watched)).toBe(1);
  });

  test('turns far away are loaded with their items, at most one page for one of items', async () => {
    const { id: conversation } = await client.conversations.create();
    play(said('yes'));
    for (let turn = 0; turn < 130; turn += 1) {
      await client.responses.create({ model: MODEL, conversation, input: `question ${turn}` });
    }
    await using watched = await openPage(server.origin, `#/conversations/${conversation}`);
    const { page } = watched;
    await page.getByText('question 129', { exact: true }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await page.getByText('question 0', { exact: true }).waitFor();
    await expect.poll(() => page.locator('.turn-line').count()).toBeGreaterThan(3);
    const pages = watched.calls.filter((call) => call.includes('/items?')).length;
    expect(asked(watched)).toBeLessThanOrEqual(pages);
  });
});
