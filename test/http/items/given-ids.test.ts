import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Ids as programs other than OpenAI's service make them. */
const SHAPES = {
  'a bare UUID': '0d4e0a7e-8f6c-4c9c-9d51-000000000001',
  'a prefix of another type': 'msg_0123456789abcdef',
  'the prefix item': 'item_0123456789abcdef01234567',
  'two ids with a colon': 'rs_0123456789abcdef:rs_0123456789abcdef0123456789abcdef',
  'more than 64 characters': `ws_${'0'.repeat(36)}_call-${'1'.repeat(36)}-0`,
  'slashes, plus and equals signs': `${'Ab0+/'.repeat(80)}==`,
  'a counter': 'msg_0',
  'spaces, quotes and percent signs': `a b "c" 'd' %2F ?x#y&z=1`,
  'other scripts': '会話-ä-💬',
  '1,024 characters': 'x'.repeat(1024),
  'three dots': '...',
};

test.each(Object.entries(SHAPES))(
  'an id that is %s is stored, listed, read, used as a cursor and deleted',
  async (_name, id) => {
    const item = { type: 'reasoning', id, summary: [], encrypted_content: 'e' };
    const { id: conversation } = await server.client.conversations.create({
      // Sound: the official types know the prefixes of no ids.
      items: [item as never, { role: 'user', content: 'after' }],
    });
    const items = server.client.conversations.items;
    const listed = await items.list(conversation, { order: 'asc' });
    expect(listed.data[0]).toEqual(item);
    const encoded = `/v1/conversations/${conversation}/items/${encodeURIComponent(id)}`;
    expect(await server.request(encoded)).toMatchObject({ status: 200, body: item });
    expect((await items.list(conversation, { order: 'asc', after: id })).data).toHaveLength(1);
    const second = await newConversation(server);
    const appended = await postItems(server, second, [{ ...item, encrypted_content: 'other' }]);
    expect(appended.items).toEqual([{ ...item, encrypted_content: 'other' }]);
    expect(await server.request(encoded, { method: 'DELETE' })).toMatchObject({ status: 200 });
    expect(await server.request(encoded)).toMatchObject({ status: 404 });
    expect((await items.list(second)).data).toHaveLength(1);
  },
);

test.each([
  ['1,025 characters', 'x'.repeat(1025), 'string_above_max_length'],
  ['1,537 bytes', `${'漢'.repeat(512)}x`, 'string_above_max_length'],
  ['a NUL', 'a\u0000b', 'invalid_value'],
  ['a line break', 'a\nb', 'invalid_value'],
  ['a line separator', 'a\u2028b', 'invalid_value'],
  ['half a surrogate pair', 'a\ud800', 'invalid_value'],
  ['one dot', '.', 'invalid_value'],
  ['two dots', '..', 'invalid_value'],
  ['a number', 7, 'invalid_type'],
])('an id of %s is refused, names its item and stores nothing', async (_name, id, code) => {
  const conversation = await newConversation(server);
  const { status, error } = await postItems(server, conversation, [
    { role: 'user', content: 'x' },
    { id, role: 'user', content: 'x' },
  ]);
  expect([status, error['param'], error['code']]).toEqual([400, 'items[1].id', code]);
  expect((await server.client.conversations.items.list(conversation)).data).toEqual([]);
});

test.each(['reasoning', 'web_search_call', 'mcp_call', 'program', 'x_search_call'])(
  'an id that is missing, null, empty or the placeholder of an SDK is made for a %s',
  async (type) => {
    const call = { type, server_label: 's', name: 'n', arguments: '{}' };
    const { items } = await postItems(server, await newConversation(server), [
      call,
      { ...call, id: null },
      { ...call, id: '' },
      { ...call, id: '__fake_id__' },
    ]);
    const ids = items.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[a-z]+_[0-9a-f]{48}$/);
  },
);

test.each([
  ['82 characters', `codex_mcp__${'x'.repeat(71)}`, 200],
  ['1,024 characters', 'c'.repeat(1024), 200],
  ['1,025 characters', 'c'.repeat(1025), 400],
  ['a line break', 'call\n1', 400],
])(
  'a call_id of %s is answered as its length and characters allow',
  async (_name, id, expected) => {
    const conversation = await newConversation(server);
    const { status, error } = await postItems(server, conversation, [
      { type: 'function_call', call_id: id, name: 'f', arguments: '{}' },
      { type: 'custom_tool_call_output', call_id: id, output: 'x' },
    ]);
    expect(status).toBe(expected);
    if (expected === 400) expect(error['param']).toBe('items[0].call_id');
  },
);

test('a conversation has its own items, whatever others have under their ids', async () => {
  const posted = (text: string) => ({
    type: 'message',
    id: 'msg_presearch',
    role: 'user',
    content: text,
  });
  const [first, second] = [await newConversation(server), await newConversation(server)];
  await postItems(server, first, [posted('of the first')]);
  const { items } = await postItems(server, second, [
    { type: 'function_call_output', id: 'msg_presearch', call_id: 'call_9', output: '42' },
  ]);
  expect(items[0]).toMatchObject({ type: 'function_call_output', output: '42' });
  expect((await server.client.conversations.items.list(first)).data).toMatchObject([
    { type: 'message', content: [{ text: 'of the first' }] },
  ]);
});
