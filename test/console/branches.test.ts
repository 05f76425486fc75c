import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { said } from '../support/chat-answers.ts';
import { chunk, DONE, streamed } from '../support/model-server.ts';
import { itemsOf } from '../support/turns.ts';
import { overflowing } from './support/axe.ts';
import { startAskedServer } from './support/asking.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

const asked = await startAskedServer();
const { client, server, play, questions } = asked;
afterAll(() => asked[Symbol.asyncDispose]());
play(said('unused'));

const message = (role: 'user' | 'assistant', content: string) => ({
  type: 'message' as const,
  role,
  content,
});

async function conversation(): Promise<string> {
  const items = [
    message('user', 'Name a lake.'),
    message('assistant', 'Oeschinensee.'),
    message('user', 'Is it deep?'),
    message('assistant', 'It is 56 metres deep.'),
  ];
  return (await client.conversations.create({ metadata: { title: 'Lakes' }, items })).id;
}

/** Opens the details of the item with a text, by keys. */
async function openDetails(page: Page, text: string): Promise<void> {
  const item = page.locator('article', { hasText: text });
  await item.waitFor();
  await item.focus();
  await page.keyboard.press('Enter');
  await page.locator('.detail').waitFor();
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

const idsOf = async (id: string) => (await itemsOf(client, id)).map((item) => item.id ?? '');

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a question is asked again in a fork of another model, beside what was answered first', async () => {
    const id = await conversation();
    const { promise: rest, resolve: go } = Promise.withResolvers<void>();
    play(
      streamed(
        chunk({ content: 'It is 56 metres' }),
        { kind: 'until', promise: rest },
        chunk({ content: ' deep, and **cold**.' }),
        chunk({}, 'stop'),
        DONE,
      ),
    );
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await openDetails(page, 'Is it deep?');
    await press(page, 'Fork here and ask again…');
    const field = page.locator('.ask-dialog textarea').first();
    expect(await field.inputValue()).toBe('Is it deep?');
    await field.fill('Is it deep, and cold?');
    await page.locator('.ask-dialog select:enabled').first().selectOption('gemma3');
    await field.press('Control+Enter');
    await page.locator('.sides', { hasText: 'It is 56 metres deep.' }).waitFor();
    const row = page.locator('.sides', { hasText: 'It is 56 metres' });
    // While it is made, the answer stands beside the one that it is compared with.
    await expect.poll(() => row.locator('.cell').allTextContents()).toHaveLength(2);
    go();
    await page.locator('.sides strong', { hasText: 'cold' }).waitFor();
    expect(questions().at(-1)).toMatchObject({ model: 'gemma3' });
    expect(JSON.stringify(questions().at(-1))).not.toContain('"Is it deep?"');
    await page.getByText(/last answer by gemma3, .*(now|ago)/).waitFor();
    await page.getByText('fork of A after #2').waitFor();
    await page.getByText('source of B').waitFor();
    // The same once, and folded.
    expect(await page.getByText('Oeschinensee.').count()).toBe(0);
    await page.getByRole('button', { name: 'The same up to #2' }).click();
    await expect.poll(() => page.getByText('Oeschinensee.').count()).toBe(1);
    await page.getByLabel('Mark the words that differ').check();
    await expect
      .poll(() => page.locator('.sides mark').allTextContents())
      .toEqual([', and cold', ', and **cold**']);
    // The address leads to the same.
    const address = page.url();
    const right = new URLSearchParams(address.split('?')[1]).get('right') ?? '';
    expect(await idsOf(right)).toHaveLength(4);
    expect(await idsOf(id)).toHaveLength(4);
    await using again = await openPage(server.origin, address.slice(address.indexOf('#')));
    await again.page.locator('.sides strong', { hasText: 'cold' }).waitFor();
    await again.page.setViewportSize({ width: 320, height: 700 });
    expect(await overflowing(again.page)).toEqual([]);
    const tops = await again.page
      .locator('.sides .cell')
      .evaluateAll((cells) => cells.slice(0, 2).map((cell) => cell.getBoundingClientRect().left));
    // Stacked.
    expect(Math.abs((tops[0] ?? 0) - (tops[1] ?? 0))).toBeLessThan(20);
  });

  test('a question is asked again with the instructions and the model of the turn that answered', async () => {
    const { id } = await client.conversations.create();
    play(said('Alpha.'), said('Beta.'));
    const base = { conversation: id, model: 'gemma3' };
    const tools = ['find', 'count'].map((name) => ({
      type: 'function' as const,
      name,
      strict: false,
      parameters: { type: 'object' },
    }));
    await client.responses.create({ ...base, input: 'one', instructions: 'Be brief.', tools });
    await client.responses.create({ ...base, input: 'two', instructions: 'Be long.' });
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await openDetails(page, 'one');
    await press(page, 'Fork here and ask again…');
    const dialog = page.locator('.ask-dialog');
    await dialog.getByText('2 tools of that turn are not offered.').waitFor();
    expect(await dialog.getByLabel('Instructions').inputValue()).toBe('Be brief.');
    await expect.poll(() => dialog.locator('.ask-model select').inputValue()).toBe('gemma3');
    await press(page, 'Fork and ask');
    await page.getByRole('heading', { name: 'Two branches' }).waitFor();
    await expect.poll(() => JSON.stringify(questions().at(-1))).toContain('Be brief.');
  });

  test.each([
    ['small', 40],
    ['one that is loaded on request', 100_000],
  ])('the image of a question is asked again with it: %s', async (_size, length) => {
    const image_url = `data:image/png;base64,${'A'.repeat(length)}`;
    const text = 'What is on it?';
    const content = [
      { type: 'input_image' as const, image_url, detail: 'auto' as const },
      { type: 'input_text' as const, text },
    ];
    const items = [{ type: 'message' as const, role: 'user' as const, content }];
    const { id } = await client.conversations.create({ items });
    play(said('A lake.'));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.locator('article').first().focus();
    await page.keyboard.press('Enter');
    await press(page, 'Fork here and ask again…');
    await page.getByText('The images and files of that message are sent with it: 1.').waitFor();
    const field = page.locator('.ask-dialog textarea').first();
    expect(await field.inputValue()).toBe(text);
    await field.fill('Is it a lake?');
    await press(page, 'Fork and ask');
    await page.locator('.sides', { hasText: 'A lake.' }).waitFor();
    const question = JSON.stringify(questions().at(-1));
    expect(question).toContain(`${image_url}"`);
    expect(question).toContain('Is it a lake?');
    expect(question).not.toContain(text);
  });

  test('an empty text of a question is no image, and is not sent', async () => {
    const content = ['', 'Deep?'].map((text) => ({ type: 'input_text' as const, text }));
    const items = [{ type: 'message' as const, role: 'user' as const, content }];
    const { id } = await client.conversations.create({ items });
    play(said('Very.'));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await openDetails(page, 'Deep?');
    await press(page, 'Fork here and ask again…');
    const send = page.getByRole('button', { name: 'Fork and ask' });
    const field = page.locator('.ask-dialog textarea').first();
    await page.locator('.ask-dialog .ask-model select:enabled').waitFor();
    await expect.poll(() => send.isEnabled()).toBe(true);
    expect(await page.getByText('The images and files').count()).toBe(0);
    await field.fill('');
    expect(await send.isEnabled()).toBe(false);
    await field.fill('How deep?');
    const asked = page.waitForRequest('**/v1/responses');
    await send.click();
    expect((await asked).postDataJSON().input).toMatchObject([{ content: 'How deep?' }]);
    await page.locator('.sides', { hasText: 'Very.' }).waitFor();
  });

  test('a setting that no model can have makes no fork', async () => {
    const id = await conversation();
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page, calls } = watched;
    await openDetails(page, 'Is it deep?');
    await press(page, 'Fork here and ask again…');
    const dialog = page.locator('.ask-dialog');
    const settings = dialog.locator('summary', { hasText: 'Settings' });
    await settings.click();
    await dialog.getByLabel('Temperature').fill('3');
    await settings.click();
    await expect
      .poll(() => page.getByRole('button', { name: 'Fork and ask' }).isEnabled())
      .toBe(true);
    await press(page, 'Fork and ask');
    await dialog.locator('[aria-invalid=true]:focus').waitFor();
    expect(calls.filter((call) => call.includes('/fork'))).toEqual([]);
  });

  test('a fork that fails is told in a dialog with a button that closes it', async () => {
    const id = await conversation();
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.route('**/fork', (route) => route.fulfill({ status: 500, json: {} }));
    await openDetails(page, 'Oeschinensee.');
    await press(page, 'Fork here');
    const dialog = page.getByRole('dialog', { name: 'It could not be forked' });
    await dialog.locator('button:focus', { hasText: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  test('a fork ends with its item, and says where it comes from', async () => {
    const id = await conversation();
    const [, second] = await idsOf(id);
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await openDetails(page, 'Oeschinensee.');
    await press(page, 'Fork here');
    await page.getByText('Forked from').waitFor();
    const fork = /conversations\/(conv_[^?]+)/.exec(page.url())?.[1] ?? '';
    expect(fork).not.toBe(id);
    expect(await idsOf(fork)).toEqual((await idsOf(id)).slice(0, 2));
    const place = page.locator('.branches-head a', { hasText: '#2' });
    await place.waitFor();
    expect(await place.getAttribute('href')).toBe(`#/conversations/${id}?item=${second}`);
  });

  test('a rewind removes what was named, and nothing that came meanwhile', async () => {
    const id = await conversation();
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await openDetails(page, 'Oeschinensee.');
    await press(page, 'Rewind to here…');
    const dialog = page.locator('dialog[open]');
    await dialog.getByText('It is 56 metres deep.').waitFor();
    await client.conversations.items.create(id, { items: [message('user', 'And cold?')] });
    await press(page, 'Remove 2 items');
    await dialog.getByText('Items were appended or deleted since').waitFor();
    expect(await idsOf(id)).toHaveLength(5);
    // It has counted again, and names the new one too.
    await dialog.getByText('And cold?').waitFor();
    await press(page, 'Remove 3 items');
    await dialog.waitFor({ state: 'detached' });
    expect(await idsOf(id)).toHaveLength(2);
    await expect.poll(() => page.locator('.rows article').count()).toBe(2);
    await page.locator('.facts').getByText('2 items').waitFor();
    await expect.poll(() => page.locator('.position output').textContent()).toBe('1–2 of 2');
  });

  test('a turn of which a rewind has removed the items says so', async () => {
    const { id } = await client.conversations.create();
    play(said('Alpha.'), said('Beta.'));
    await client.responses.create({ model: 'qwen3', conversation: id, input: 'one' });
    await client.responses.create({ model: 'qwen3', conversation: id, input: 'two' });
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    const lines = page.locator('.turn-line');
    await expect.poll(() => lines.count()).toBe(2);
    expect(await page.getByText('items removed').count()).toBe(0);
    await openDetails(page, 'Alpha.');
    await press(page, 'Rewind to here…');
    await press(page, 'Remove 2 items');
    await lines.nth(1).getByText('items removed').waitFor();
    expect(await page.getByText('items removed').count()).toBe(1);
  });

  test('the tree of forks has sources and forks, with their places, and leads to comparisons', async () => {
    const id = await conversation();
    const ids = await idsOf(id);
    const forkAt = (of: string, after: string | undefined, title: string) =>
      client.post<{ id: string }>(`/conversations/${of}/fork`, {
        body: { after, metadata: { title } },
      });
    const child = await forkAt(id, ids[1], 'Child');
    const grandchild = await forkAt(child.id, ids[0], 'Grandchild');
    const sibling = await forkAt(id, ids[2], 'Sibling');
    await using watched = await openPage(server.origin);
    const { page } = watched;
    const row = (title: string) => page.locator('tr', { hasText: title });
    await row('Grandchild').locator('.fork-mark').waitFor();
    expect(await row('Lakes').last().locator('.fork-mark').count()).toBe(0);
    await page.goto(`${server.origin}/console/#/conversations/${child.id}`);
    await page.getByRole('button', { name: '1 fork' }).click();
    const nodes = page.locator('.tree .node');
    await expect.poll(() => nodes.count()).toBe(3);
    await expect
      .poll(() => nodes.allTextContents())
      .toEqual([
        expect.stringContaining('Lakes'),
        expect.stringMatching(/Child.*this one.*after #2.*2 items/),
        expect.stringMatching(/Grandchild.*after #1.*1 item/),
      ]);
    await nodes
      .first()
      .getByRole('button', { name: /^Forks of / })
      .click();
    await page.locator('.node', { hasText: 'Sibling' }).getByText('Compare').click();
    await page.getByRole('heading', { name: 'Two branches' }).waitFor();
    expect(page.url()).toContain(`left=${child.id}&right=${sibling.id}`);
    // The child has nothing of its own.
    await page.getByText('The same up to #2').waitFor();
    await expect.poll(() => page.locator('.sides .cell:not(.none)').count()).toBe(1);
    // One that is beside the way of the other: they part where the earlier one was made.
    await page.goto(`${server.origin}/console/#/compare?left=${sibling.id}&right=${grandchild.id}`);
    await page.getByText('The same up to #1').waitFor();
    await page.goto(`${server.origin}/console/#/compare?left=${id}&right=conv_none`);
    await page.getByText('One of the two is not here').waitFor();
  });

  test('forks without number are shown page by page, and few of them at once', async () => {
    const { id } = await client.conversations.create({ metadata: { title: 'Wide' } });
    const made: string[] = [];
    while (made.length < 260) {
      const batch = Array.from({ length: 20 }, () =>
        client.post<{ id: string }>(`/conversations/${id}/fork`, { body: {} }),
      );
      made.push(...(await Promise.all(batch)).map((fork) => fork.id));
    }
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page, calls } = watched;
    await page.getByRole('button', { name: '20+ forks' }).click();
    const forks = page.locator('.tree ul .node');
    const met = new Set<string>();
    const meet = async (number: number, shown?: string): Promise<void> => {
      await expect.poll(() => forks.count()).toBe(number);
      if (shown !== undefined) await page.getByText(shown).waitFor();
      const links = await forks.locator('a[dir]').all();
      for (const link of links) met.add(String(await link.getAttribute('href')));
    };
    await meet(20, '1–20 shown');
    await press(page, 'More forks');
    await meet(120, '1–120 shown');
    await press(page, 'More forks');
    await meet(200, '21–220 shown');
    await press(page, 'More forks');
    await page.getByRole('button', { name: 'More forks' }).waitFor({ state: 'detached' });
    await meet(200);
    // The last page removes the button. The focus moves to the first new fork.
    const focused = page.locator('.tree .node a:focus');
    const nodes = await forks.locator('a[dir]').all();
    const place = await nodes[160]?.getAttribute('href');
    await expect.poll(() => focused.getAttribute('href')).toBe(place);
    expect([...met].toSorted()).toEqual(made.map((fork) => `#/conversations/${fork}`).toSorted());
    expect(calls.filter((call) => call.includes('forked_from='))).toHaveLength(4);
    await press(page, 'First forks');
    await meet(20, '1–20 shown');
    const first = await forks.locator('a[dir]').first().getAttribute('href');
    await expect.poll(() => focused.getAttribute('href')).toBe(first);
    // The message of the failure is next to the forks.
    await page.route(/forked_from=/, (route) => route.fulfill({ status: 500, json: {} }));
    await press(page, 'More forks');
    await page.locator('.tree [role=alert]').waitFor();
  });
});
