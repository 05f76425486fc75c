import { afterAll, describe, expect, test } from 'vitest';
import { answered, called, said } from '../support/chat-answers.ts';
import { chunk, streamed } from '../support/model-server.ts';
import { itemsOf } from '../support/turns.ts';
import { ask, spokenIn, startAskedServer, stored } from './support/asking.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';

const asked = await startAskedServer();
const { client, server, play } = asked;
afterAll(() => asked[Symbol.asyncDispose]());

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a call of a tool is given its output by hand', async () => {
    const id = await spokenIn(client, ...Array.from({ length: 10 }, (_, index) => `text ${index}`));
    play(called(['lookup_order', '{"order":4711}', 'call_9']), said('It is in Vienna.'));
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, 'Where is it?');
    await stored(page, 'lookup_order');
    const output = page.locator('.ask-output textarea');
    await output.waitFor();
    // The call itself stays in sight above the field.
    const gap = `
      const end = [...document.querySelectorAll('.rows article')].at(-1).getBoundingClientRect();
      Math.round(end.bottom - document.querySelector('.rows').getBoundingClientRect().bottom);
    `;
    await expect.poll(() => page.evaluate(gap)).toBeLessThanOrEqual(2);
    // Nothing is sent before something is written.
    const send = page.getByRole('button', { name: 'Send', exact: true });
    expect(await send.isDisabled()).toBe(true);
    await output.fill('{"city":"Vie');
    await page.getByText('This is no JSON yet.').waitFor();
    expect(await send.isDisabled()).toBe(false);
    await output.fill('{"city":"Vienna"}');
    await page.keyboard.press('Control+Enter');
    await stored(page, 'It is in Vienna.');
    await expect.poll(() => page.locator('.ask-output').count()).toBe(0);
    const items = (await itemsOf(client, id)).slice(10);
    expect(items.map(({ type }) => type)).toEqual([
      'message',
      'function_call',
      'function_call_output',
      'message',
    ]);
  });

  test('texts of a stream run nothing and are no markup', async () => {
    const id = await spokenIn(client, 'one', 'two');
    const evil = [
      '<img src=x onerror="window.owned=1"><script>window.owned=1</script>',
      '[click](javascript:window.owned=1) ![b](https://evil.example/b.png) \u202Egnp.exe',
    ];
    const { promise: rest, resolve: go } = Promise.withResolvers<void>();
    play(
      streamed(
        chunk({ reasoning_content: evil[0] }),
        ...evil.map((content) => chunk({ content })),
        { kind: 'until', promise: rest },
        ...answered([
          {
            tool_calls: [
              {
                index: 0,
                id: 'c1',
                type: 'function',
                function: { name: 'evil', arguments: `{"a":${JSON.stringify(evil[0])}}` },
              },
            ],
          },
        ]).steps,
      ),
    );
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await ask(page, evil[0] ?? '');
    await page.locator('.streamed', { hasText: 'gnp.exe' }).waitFor();
    const markup = 'main :is(script, iframe, img, style, object, a[href^="javascript"])';
    expect(await page.locator(markup).count()).toBe(0);
    go();
    await stored(page, 'evil');
    expect(await page.locator(markup).count()).toBe(0);
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });
});
