import { afterAll, describe, expect, test } from 'vitest';
import { said } from '../support/chat-answers.ts';
import { chunk, CUT, DONE, json, streamed } from '../support/model-server.ts';
import { itemsOf } from '../support/turns.ts';
import { ask, spokenIn, startAskedServer, stored } from './support/asking.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

const asked = await startAskedServer('--turn-wait', '1');
const { client, server, play, questions } = asked;
afterAll(() => asked[Symbol.asyncDispose]());
play(said('unused'));

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('an answer is streamed in, and the stored items take its place without a jump', async () => {
    const id = await spokenIn(client, 'Where is it?', 'On its way.');
    const { promise: rest, resolve: go } = Promise.withResolvers<void>();
    const long = 'It waits for a week. '.repeat(120);
    play(
      streamed(
        chunk({ reasoning_content: 'A parcel.' }),
        chunk({ content: 'Before **noon**' }),
        { kind: 'until', promise: rest },
        chunk({ content: `. ${long}` }),
        chunk({}, 'stop'),
        DONE,
      ),
    );
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await page.locator('.ask-model select:enabled').waitFor();
    await page.locator('.composer summary', { hasText: 'Instructions' }).click();
    await page.getByLabel('Instructions').fill('Be brief.');
    await page.locator('.ask-model select').selectOption('gemma3');
    await ask(page, 'And when?');
    await page.locator('.streamed', { hasText: 'Before **noon**' }).waitFor();
    expect(await page.locator('.streamed article').first().textContent()).toContain('And when?');
    // The composer takes no second question meanwhile.
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(1);
    await page.evaluate(`
      window.frames_ = [];
      const watch = () => {
        const last = [...document.querySelectorAll('.rows article')].at(-1);
        const top = Math.round(last.getBoundingClientRect().top);
        window.frames_.push({ top, isStreamed: last.closest('.streamed') !== null });
        requestAnimationFrame(watch);
      };
      requestAnimationFrame(watch);
    `);
    go();
    await stored(page, 'Before noon');
    await page.locator('article strong', { hasText: 'noon' }).waitFor();
    const frames = (await page.evaluate('window.frames_')) as readonly {
      readonly top: number;
      readonly isStreamed: boolean;
    }[];
    const before = frames.findLast(({ isStreamed }) => isStreamed)?.top ?? 0;
    const after = frames.filter(({ isStreamed }) => !isStreamed).map(({ top }) => top);
    expect(after.length).toBeGreaterThan(0);
    // Rounding may take a pixel.
    expect(after.filter((top) => Math.abs(top - before) > 1)).toEqual([]);
    const question = questions().at(-1);
    expect(question).toMatchObject({ model: 'gemma3' });
    expect(JSON.stringify(question)).toContain('Be brief.');
    expect((await itemsOf(client, id)).map(({ type }) => type)).toEqual([
      'message',
      'message',
      'message',
      'reasoning',
      'message',
    ]);
    await expect.poll(() => page.locator('article').count()).toBe(5);
    // What was set is kept for the visit.
    expect(await page.getByLabel('Instructions').inputValue()).toBe('Be brief.');
  });

  test('an answer that is stopped is not stored, and its question is back in the field', async () => {
    const id = await spokenIn(client, 'one', 'two');
    const never = new Promise<void>(() => undefined);
    play(streamed(chunk({ content: 'Unwanted' }), { kind: 'until', promise: never }));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, 'A long story');
    await page.locator('.streamed', { hasText: 'Unwanted' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. Nothing of it is stored.').waitFor();
    expect(await page.locator('.ask-text').inputValue()).toBe('A long story');
    expect(await page.locator('.streamed').count()).toBe(0);
    // The turn has ended: another one is not refused.
    play(said('A short one.'));
    await page.locator('.ask-text').focus();
    await page.keyboard.press('Control+Enter');
    await stored(page, 'A short one.');
    expect(await itemsOf(client, id)).toHaveLength(4);
  });

  test('a question that has failed is kept, and sent again', async () => {
    const id = await spokenIn(client, 'one', 'two');
    play(json({ error: { message: 'out of memory' } }, 500));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, 'Once more');
    const alert = page.locator('.ask-failure');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('server_error');
    expect(await alert.textContent()).toContain('request');
    expect(await alert.textContent()).toContain('The model server failed');
    await page
      .locator('.streamed article', { hasText: 'Once more' })
      .getByText('not stored')
      .waitFor();
    expect(await page.locator('.ask-text').inputValue()).toBe('Once more');
    // Then one that breaks off after it began.
    play(streamed(chunk({ content: 'Half an' }), CUT));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.streamed', { hasText: 'Half an' }).waitFor();
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/request req_/);
    play(said('A whole answer.'));
    await page.getByRole('button', { name: 'Try again' }).click();
    await stored(page, 'A whole answer.');
    expect(await itemsOf(client, id)).toHaveLength(4);
    expect(await page.locator('.ask-text').inputValue()).toBe('');
    expect(server.failures.splice(0)).toHaveLength(2);
  });

  test('the focus is in the field after what is done about a failure', async () => {
    const id = await spokenIn(client, 'one', 'two');
    play(json({ error: { message: 'out of memory' } }, 500));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    const field = page.locator('.ask-text:focus');
    await ask(page, 'Once more');
    const again = page.getByRole('button', { name: 'Try again' });
    await again.focus();
    await page.keyboard.press('Enter');
    await field.waitFor();
    const leave = page.getByRole('button', { name: 'Leave it' });
    await leave.focus();
    await page.keyboard.press('Enter');
    await field.waitFor();
    await leave.waitFor({ state: 'detached' });
    expect(await field.count()).toBe(1);
    expect(server.failures.splice(0)).toHaveLength(2);
  });

  test('a setting that no model can have is not sent, and the reader is led to it', async () => {
    const id = await spokenIn(client, 'one', 'two');
    play(said('Brief.'));
    const before = questions().length;
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    const settings = page.locator('.composer summary', { hasText: 'Settings' });
    await settings.click();
    const tokens = page.getByLabel('Most output tokens');
    await tokens.fill('1.5');
    const alert = page.locator('.ask-numbers [role=alert]');
    await expect.poll(() => alert.textContent()).toBe('Tokens are a whole number from 1.');
    expect(await tokens.getAttribute('aria-invalid')).toBe('true');
    await settings.click();
    await ask(page, 'And?');
    await page.getByLabel('Most output tokens').and(page.locator(':focus')).waitFor();
    expect(await alert.isVisible()).toBe(true);
    await tokens.fill('20');
    const temperature = page.getByLabel('Temperature');
    expect(await temperature.getAttribute('aria-invalid')).toBe('false');
    await temperature.pressSequentially('0,5');
    await expect.poll(() => alert.textContent()).toBe('The temperature is from 0 to 2.');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByLabel('Temperature').and(page.locator(':focus')).waitFor();
    await temperature.fill('0.5');
    await page.keyboard.press('Control+Enter');
    await stored(page, 'Brief.');
    const asked = questions().slice(before);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ temperature: 0.5 });
  });

  test('long arguments show their beginning while they are streamed', async () => {
    const id = await spokenIn(client, 'one', 'two');
    const never = new Promise<void>(() => undefined);
    const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'save' } };
    const more = { index: 0, function: { arguments: 'x'.repeat(100_000) } };
    play(
      streamed(
        chunk({ tool_calls: [call] }),
        ...Array.from({ length: 50 }, () => chunk({ tool_calls: [more] })),
        { kind: 'until', promise: never },
      ),
    );
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, 'Save it');
    await page.locator('.streamed').getByText('of 5,000,000 characters').waitFor();
    const drawn = await page.locator('.streamed pre').evaluate((pre) => pre.textContent?.length);
    expect(drawn).toBe(20_000);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
  });

  test('many calls show the last ones while they are streamed', async () => {
    const id = await spokenIn(client, 'one', 'two');
    const never = new Promise<void>(() => undefined);
    const call = (index: number) =>
      chunk({
        tool_calls: [
          {
            index,
            id: `call_${index}`,
            type: 'function',
            function: { name: `f${index}`, arguments: '{}' },
          },
        ],
      });
    play(
      streamed(...Array.from({ length: 500 }, (_, index) => call(index)), {
        kind: 'until',
        promise: never,
      }),
    );
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, 'All of them');
    await page.locator('.streamed').getByText('450 items precede these.').waitFor();
    await page.locator('.streamed').getByText('f499').waitFor();
    // The question besides.
    expect(await page.locator('.streamed article').count()).toBe(51);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
  });

  test('a lost answer is not made twice', async () => {
    const id = await spokenIn(client, 'one', 'two');
    play(said('Made once.'));
    const before = questions().length;
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    let lost = 0;
    await page.route('**/v1/responses', async (route) => {
      lost += 1;
      if (lost > 1) return route.continue();
      // The server answers, and the answer is lost on its way.
      await route.fetch();
      return route.abort();
    });
    await ask(page, 'Are you there?');
    await page.getByText('The server does not answer.').first().waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await stored(page, 'Made once.');
    expect(questions().length - before).toBe(1);
    expect(await itemsOf(client, id)).toHaveLength(4);
  });

  test('a turn of another client is told, and can be stopped', async () => {
    const id = await spokenIn(client, 'one', 'two');
    const never = new Promise<void>(() => undefined);
    play(streamed(chunk({ content: 'Slow' }), { kind: 'until', promise: never }), said('Quick.'));
    const other = client.responses.create({ model: 'qwen3', conversation: id, input: 'slow' });
    const ended = other.then(({ status }) => status);
    const before = questions().length;
    await expect.poll(() => questions().length).toBeGreaterThan(before);
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, 'Me too');
    await page.getByText('Another client has a turn in this conversation').waitFor();
    await page.getByRole('button', { name: 'Stop that turn, and ask' }).click();
    await stored(page, 'Quick.');
    expect(await ended).toBe('cancelled');
  });
});
