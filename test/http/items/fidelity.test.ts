import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems } from '../../support/posting.ts';
import { JSON_HEADERS } from '../../support/raw-client.ts';
import { startServer } from '../../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Posts a conversation as raw JSON text, which no serialiser of the test has changed. */
function post(body: string): ReturnType<typeof server.request> {
  return server.request('/v1/conversations', { method: 'POST', headers: JSON_HEADERS, body });
}

/** Creates a conversation from raw JSON text. */
async function create(body: string): Promise<{ id: string; metadata: unknown }> {
  const { status, body: answer } = await post(body);
  expect(status).toBe(200);
  return answer as { id: string; metadata: unknown };
}

/** Returns the raw text of the only item of a conversation. */
async function onlyItem(id: string): Promise<string> {
  const response = await fetch(`${server.origin}/v1/conversations/${id}/items`);
  const list = JSON.parse(await response.text()) as { data: { id: string }[] };
  const single = await fetch(`${server.origin}/v1/conversations/${id}/items/${list.data[0]?.id}`);
  const text = await single.text();
  expect(JSON.parse(text)).toEqual(list.data[0]);
  return text;
}

const TEXTS: [string, string][] = [
  ['NUL', 'a\u0000b'],
  ['every control character', String.fromCharCode(...Array.from({ length: 32 }, (_, i) => i))],
  ['lone surrogates', '\ud800 x \udfff'],
  ['line separators', '\u2028\u2029'],
  ['emoji with joiners', '👩‍👩‍👧‍👦 🇨🇭'],
  ['decomposed letters', 'e\u0301 \u00e9'],
  ['a byte order mark', '\ufeffx'],
  ['quotes and backslashes', `'"\\\\" \\u0000 \`\${x}`],
  ['no characters', ''],
  ['leading and trailing space', '  x\n\n'],
];

test.each(TEXTS)('a text with %s comes back character for character', async (_name, text) => {
  const item = { role: 'user', content: text };
  const { id } = await create(
    JSON.stringify({ items: [item], metadata: { [text.slice(0, 64)]: text } }),
  );
  expect(JSON.parse(await onlyItem(id))).toMatchObject({ content: [{ text }] });
  const { body } = await server.request(`/v1/conversations/${id}`);
  expect((body as { metadata: unknown }).metadata).toEqual({ [text.slice(0, 64)]: text });
});

test('a text of 5 MB and the longest allowed text come back character for character', async () => {
  for (const text of [
    'x'.repeat(5_000_000),
    '💬'.repeat(10_485_760 / 2) + 'y'.repeat(10_485_760 / 2),
  ]) {
    const { id } = await create(JSON.stringify({ items: [{ role: 'user', content: text }] }));
    const item = JSON.parse(await onlyItem(id)) as { content: { text: string }[] };
    // A comparison by toEqual would print both texts.
    expect(item.content[0]?.text === text, 'the stored text differs from the sent one').toBe(true);
  }
});

test('lengths of metadata count code points instead of UTF-16 units', async () => {
  const metadata = { ['💬'.repeat(64)]: '💬'.repeat(512) };
  expect((await create(JSON.stringify({ metadata }))).metadata).toEqual(metadata);
});

/** Names with a meaning in JavaScript. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'then'];

test('names with a meaning in JavaScript are ordinary keys of metadata', async () => {
  const metadata = `{${NAMES.map((name) => `"${name}":"${name}!"`).join(',')}}`;
  const { id } = await create(`{"metadata":${metadata}}`);
  const text = await (await fetch(`${server.origin}/v1/conversations/${id}`)).text();
  for (const name of NAMES) expect(text).toContain(`"${name}":"${name}!"`);
});

test('the limits of metadata apply to the key __proto__', async () => {
  const { status } = await post(`{"metadata":{"__proto__":"${'v'.repeat(513)}"}}`);
  expect(status).toBe(400);
});

test('names with a meaning in JavaScript are ordinary fields of items, of content and deeper', async () => {
  const odd = `{${NAMES.map((name) => `"${name}":{"${name}":1}`).join(',')}}`;
  const fields = odd.slice(1, -1);
  const body = `{"items":[{"role":"user","content":[{"type":"input_text","text":"x",${fields}}],${fields},"deep":[${odd}]}]}`;
  const { id } = await create(body);
  const text = await onlyItem(id);
  for (const name of NAMES) {
    expect(text.split(`"${name}":{"${name}":1}`), name).toHaveLength(4);
  }
});

test('the parameter __proto__ is refused as an unknown one', async () => {
  const { status, body } = await post('{"__proto__":{"metadata":{}}}');
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: { code: 'unknown_parameter', param: '__proto__' } });
});

test('numbers come back as doubles', async () => {
  const numbers = '[0.1,1e21,9007199254740993,-0,1e-400,123456789012345678]';
  const { id } = await create(`{"items":[{"role":"user","content":"x","n":${numbers}}]}`);
  expect(JSON.parse(await onlyItem(id))).toMatchObject({
    n: JSON.parse(JSON.stringify(JSON.parse(numbers))) as unknown,
  });
});

test('any JSON in an unknown field comes back unchanged', async () => {
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

test('fields of an item that a model adds are kept', async () => {
  const id = await newConversation(server);
  const item = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    encrypted_content: 'opaque',
    phase: 'final_answer',
    action: { next: [1] },
  };
  await postItems(server, id, [item]);
  const { body } = await server.request(
    `/v1/conversations/${id}/items?include[]=reasoning.encrypted_content`,
  );
  expect((body as { readonly data: unknown }).data).toEqual([item]);
});
