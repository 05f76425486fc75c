import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { called, said } from '../support/chat-answers.ts';
import { startToolTurnServer, sums } from '../support/tool-turns.ts';
import { itemsOf, MODEL } from '../support/turns.ts';
import { askedServer, stored } from './support/asking.ts';
import { overflowing, violationsOf } from './support/axe.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

const turns = await startToolTurnServer();
const asked = askedServer(turns);
const { client, server, play } = asked;
afterAll(() => asked[Symbol.asyncDispose]());

async function conversation(): Promise<string> {
  const items = ['Name a lake.', 'Is it deep?'].map((content) => ({
    type: 'message' as const,
    role: 'user' as const,
    content,
  }));
  return (await client.conversations.create({ metadata: { title: 'Lakes' }, items })).id;
}

/** Presses Tab until an element that a selector matches has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const matches = `document.activeElement?.matches(${JSON.stringify(selector)})`;
    if ((await page.evaluate(matches)) === true) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a question, its settings and a second branch are reached by keys alone, and are accessible', async () => {
    const id = await conversation();
    play(said('Deep enough.'));
    await using watched = await openPage(server.origin, `#/conversations/${id}`, { width: 1000 });
    const { page } = watched;
    await page.locator('.ask-model select:enabled').waitFor();
    await tabTo(page, '.ask-text');
    await page.keyboard.type('How deep?');
    await tabTo(page, '.ask-more summary');
    await page.keyboard.press('Enter');
    await tabTo(page, '.ask-more textarea');
    await page.keyboard.type('Answer in metres.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.ask-numbers').waitFor({ state: 'visible' });
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await stored(page, 'Deep enough.');
    // To the items, and from the details to the dialog.
    await page.locator('.rows').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.detail').waitFor();
    const ask = page.getByRole('button', { name: 'Fork here and ask again…' });
    await ask.focus();
    await page.keyboard.press('Enter');
    await page.locator('.ask-dialog select:enabled').first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await tabTo(page, '.ask-dialog textarea');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Name a river.');
    play(said('The Kander.'));
    await page.keyboard.press('Control+Enter');
    await page.locator('.sides', { hasText: 'The Kander.' }).waitFor();
    await page.getByText('last answer by').last().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violationsOf(page)).toEqual([]);
    // The tree, and the dialog that asks before a rewind.
    await page.goBack();
    await page.getByRole('button', { name: '1 fork' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.tree .node').nth(1).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await overflowing(page)).toEqual([]);
  });

  test('a call of a tool server is approved in the page, and runs', async () => {
    const { id } = await client.conversations.create();
    play(called(['sums__add', '{"a":2,"b":3}', 'call_a']), said('It is 5.'));
    const tools = [sums({ require_approval: null })];
    await client.responses.create({ model: MODEL, conversation: id, input: '2 + 3?', tools });
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.getByText('May the model call').waitFor();
    await page.locator('.ask-model select:enabled').waitFor();
    await page.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await stored(page, 'It is 5.');
    expect(turns.mcp.calls).toEqual([{ tool: 'add', arguments: { a: 2, b: 3 } }]);
    await expect.poll(() => page.getByText('May the model call').count()).toBe(0);
    const types = (await itemsOf(client, id)).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['mcp_approval_response', 'mcp_call', 'message']);
  });
});
