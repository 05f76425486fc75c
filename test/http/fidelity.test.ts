import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends raw JSON text, so that nothing on this side can tidy it. */
async function create(body: string): Promise<{ id: string; metadata: unknown }> {
  const { status, body: answer } = await server.request('/v1/conversations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(status).toBe(200);
  return answer as { id: string; metadata: unknown };
}

/** The raw text of the only item of a conversation. */
async function onlyItem(id: string): Promise<string> {
  const response = await fetch(`${server.origin}/v1/conversations/${id}/items`);
  const list = JSON.parse(await response.text()) as { data: { id: string }[] };
  const single = await fetch(`${server.origin}/v1/conversations/${id}/items/${list.data[0]?.id}`);
  const text = await single.text();
  expect(JSON.parse(text)).toEqual(list.data[0]);
  return text;
}

const texts: [string, string][] = [
  ['NUL', 'a\u0000b'],
  ['every control character', String.fromCharCode(...Array.from({ length: 32 }, (_, i) => i))],
  ['lone surrogates', '\ud800 x \udfff'],
  ['line separators', '\u2028\u2029'],
  ['emoji with joiners', '👩‍👩‍👧‍👦 🇨🇭'],
  ['decomposed letters', 'e\u0301 \u00e9'],
  ['byte order mark', '\ufeffx'],
  ['quotes and backslashes', `'"\\\\" \\u0000 \`\${x}`],
  ['the empty string', ''],
  ['leading and trailing space', '  x\n\n'],
];

describe('text comes back character for character', () => {
  test.each(texts)('%s', async (_name, text) => {
    const item = { role: 'user', content: text };
    const { id } = await create(
      JSON.stringify({ items: [item], metadata: { [text.slice(0, 64)]: text } }),
    );
    expect(JSON.parse(await onlyItem(id))).toMatchObject({ content: [{ text }] });
    const { body } = await server.request(`/v1/conversations/${id}`);
    expect((body as { metadata: unknown }).metadata).toEqual({ [text.slice(0, 64)]: text });
  });

  test('5 MB, and the longest that is allowed, in code points', async () => {
    for (const text of [
      'x'.repeat(5_000_000),
      '💬'.repeat(10_485_760 / 2) + 'y'.repeat(10_485_760 / 2),
    ]) {
      const { id } = await create(JSON.stringify({ items: [{ role: 'user', content: text }] }));
      const item = JSON.parse(await onlyItem(id)) as { content: { text: string }[] };
      // Not toEqual: a difference would print both.
      expect(item.content[0]?.text === text).toBe(true);
    }
  });

  test('a page that would be too large ends early, and walking it still sees every item', async () => {
    const conversation = await server.client.conversations.create();
    const text = 'x'.repeat(10_000_000);
    for (let n = 0; n < 10; n += 1) {
      await server.client.conversations.items.create(conversation.id, {
        items: [{ role: 'user', content: `${n}${text}` }],
      });
    }
    const url = `${server.origin}/v1/conversations/${conversation.id}/items?order=asc&limit=100`;
    const starts: string[] = [];
    let after = '';
    for (let page = 0; page < 10; page += 1) {
      const list = (await (await fetch(`${url}${after}`)).json()) as {
        data: { id: string; content: { text: string }[] }[];
        has_more: boolean;
      };
      expect(list.data.length).toBeLessThan(10);
      starts.push(...list.data.map(({ content }) => content[0]?.text[0] ?? ''));
      if (!list.has_more) break;
      after = `&after=${list.data.at(-1)?.id}`;
    }
    expect(starts.join('')).toBe('0123456789');
  });

  test('lengths count code points, not UTF-16 units', async () => {
    const metadata = { ['💬'.repeat(64)]: '💬'.repeat(512) };
    expect((await create(JSON.stringify({ metadata }))).metadata).toEqual(metadata);
  });
});

describe('names that mean something to JavaScript', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'then'];

  test('are ordinary metadata keys', async () => {
    const metadata = `{${names.map((name) => `"${name}":"${name}!"`).join(',')}}`;
    const { id } = await create(`{"metadata":${metadata}}`);
    const text = await (await fetch(`${server.origin}/v1/conversations/${id}`)).text();
    for (const name of names) expect(text).toContain(`"${name}":"${name}!"`);
  });

  test('are held to the limits of metadata all the same', async () => {
    const { status } = await server.request('/v1/conversations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"metadata":{"__proto__":"${'v'.repeat(513)}"}}`,
    });
    expect(status).toBe(400);
  });

  test('are ordinary fields of items, of their parts, and deeper', async () => {
    const odd = `{${names.map((name) => `"${name}":{"${name}":1}`).join(',')}}`;
    const fields = odd.slice(1, -1);
    const body = `{"items":[{"role":"user","content":[{"type":"input_text","text":"x",${fields}}],${fields},"deep":[${odd}]}]}`;
    const { id } = await create(body);
    const text = await onlyItem(id);
    for (const name of names) {
      expect(text.split(`"${name}":{"${name}":1}`)).toHaveLength(4);
    }
  });

  test('are refused as parameters of their own', async () => {
    const { status, body } = await server.request('/v1/conversations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"__proto__":{"metadata":{}}}',
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 'unknown_parameter', param: '__proto__' } });
  });
});

test('numbers are doubles', async () => {
  const numbers = '[0.1,1e21,9007199254740993,-0,1e-400,123456789012345678]';
  const { id } = await create(`{"items":[{"role":"user","content":"x","n":${numbers}}]}`);
  expect(JSON.parse(await onlyItem(id))).toMatchObject({
    n: JSON.parse(JSON.stringify(JSON.parse(numbers))) as unknown,
  });
});

test('any JSON in an unknown field comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue({ maxDepth: 5 }),
      fc.string({ unit: 'binary' }),
      async (value, text) => {
        const item = { role: 'user', content: text, extra_field: value };
        const { id } = await create(JSON.stringify({ items: [item] }));
        expect(JSON.parse(await onlyItem(id))).toMatchObject({
          content: [{ type: 'input_text', text }],
          extra_field: JSON.parse(JSON.stringify(value)) as unknown,
        });
      },
    ),
    { numRuns: 60 },
  );
});
