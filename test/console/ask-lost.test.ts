import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { said } from '../support/chat-answers.ts';
import { startCuttingRelay } from '../support/cutting-relay.ts';
import { chunk, DONE, streamed } from '../support/model-server.ts';
import { itemsOf } from '../support/turns.ts';
import { ask, spokenIn, startAskedServer, stored } from './support/asking.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

const asked = await startAskedServer();
const { client, server, play, questions } = asked;
const relay = await startCuttingRelay(Number(new URL(server.origin).port));
const through = `http://127.0.0.1:${relay.port}`;
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await asked[Symbol.asyncDispose]();
});
play(said('unused'));

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Has the server answer the next question, and loses the answer. */
async function loseNext(page: Page): Promise<void> {
  await page.route(
    '**/v1/responses',
    async (route) => {
      await route.fetch();
      return route.abort();
    },
    { times: 1 },
  );
}

/** Returns the texts of a conversation's items. */
async function textsIn(id: string): Promise<readonly string[]> {
  return (await itemsOf(client, id)).map((item) => {
    const [part] = item.type === 'message' ? item.content : [];
    return part !== undefined && 'text' in part ? part.text : '';
  });
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a question whose answer was lost is not stored again with another model, and its answer is shown', async () => {
    const id = await spokenIn(client, 'one', 'two');
    play(said('Made once.'));
    const before = questions().length;
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await loseNext(page);
    await ask(page, 'Are you there?');
    await page.getByText('The server does not answer.').first().waitFor();
    await page.locator('.ask-model select').selectOption('gemma3');
    await press(page, 'Try again');
    const told = page.locator('.ask-failure', { hasText: 'has reached the server' });
    await told.waitFor();
    expect(await page.locator('.ask-text').inputValue()).toBe('Are you there?');
    await press(page, 'Show its answer');
    await stored(page, 'Made once.');
    expect(questions().length - before).toBe(1);
    expect(await textsIn(id)).toEqual(['one', 'two', 'Are you there?', 'Made once.']);
    // What is asked next is a question of its own.
    await ask(page, 'And now?');
    await expect.poll(async () => (await textsIn(id)).length).toBe(6);
  });

  test('a question with another text, after one whose answer was cut, is asked as well only by choice', async () => {
    const id = await spokenIn(client, 'one', 'two');
    const { promise: rest, resolve: go } = Promise.withResolvers<void>();
    play(
      streamed(
        chunk({ content: 'First' }),
        { kind: 'until', promise: rest },
        chunk({}, 'stop'),
        DONE,
      ),
      said('Second.'),
    );
    const before = questions().length;
    await using watched = await openPage(through, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, 'A question');
    await page.locator('.streamed', { hasText: 'First' }).waitFor();
    relay.cutNow();
    await page
      .getByText('The connection was lost')
      .or(page.locator('.ask-failure'))
      .first()
      .waitFor();
    await press(page, 'Leave it');
    await page.locator('.ask-text').fill('A better question');
    await page.keyboard.press('Control+Enter');
    await page.locator('.ask-failure', { hasText: 'has reached the server' }).waitFor();
    go();
    await expect.poll(async () => (await textsIn(id)).length).toBe(4);
    expect(questions().length - before).toBe(1);
    await press(page, 'Ask this as well');
    await stored(page, 'Second.');
    await expect
      .poll(() => textsIn(id))
      .toEqual(['one', 'two', 'A question', 'First', 'A better question', 'Second.']);
  });

  test('the first of several questions whose answers were lost is shown when it is the one that has arrived', async () => {
    const id = await spokenIn(client, 'one', 'two');
    play(said('Made once.'));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    const lost = page.getByText('The server does not answer.').first();
    await loseNext(page);
    await ask(page, 'Are you there?');
    await lost.waitFor();
    await page.route('**/v1/responses', (route) => route.abort(), { times: 1 });
    await page.locator('.ask-text').fill('Is somebody there?');
    const second = page.waitForEvent('requestfailed');
    await press(page, 'Try again');
    await second;
    await lost.waitFor();
    await page.locator('.ask-text').fill('Hello?');
    await press(page, 'Try again');
    await page.locator('.ask-failure', { hasText: 'has reached the server' }).waitFor();
    await press(page, 'Show its answer');
    await stored(page, 'Made once.');
    expect(await textsIn(id)).toEqual(['one', 'two', 'Are you there?', 'Made once.']);
    expect(await page.locator('.ask-text').inputValue()).toBe('Hello?');
  });

  test('a question that never arrived is asked once, as it was changed', async () => {
    const id = await spokenIn(client, 'one', 'two');
    play(said('Here.'));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.route('**/v1/responses', (route) => route.abort(), { times: 1 });
    await ask(page, 'Anybody?');
    await page.locator('.ask-failure').waitFor();
    await page.locator('.ask-text').fill('Anybody here?');
    await press(page, 'Try again');
    await stored(page, 'Here.');
    await expect.poll(() => textsIn(id)).toEqual(['one', 'two', 'Anybody here?', 'Here.']);
  });
});
