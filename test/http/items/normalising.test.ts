import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems, storeItem } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

test.each([
  ['user', 'input_text', {}],
  ['system', 'input_text', {}],
  ['developer', 'input_text', {}],
  ['assistant', 'output_text', { annotations: [], logprobs: [] }],
])('text content of a %s message becomes a part', async (role, type, more) => {
  const item = await storeItem(server, { role, content: 'x' });
  expect(item).toEqual({
    id: item.id,
    type: 'message',
    status: 'completed',
    content: [{ type, text: 'x', ...more }],
    role,
  });
  expect(Object.keys(item)).toEqual(['id', 'type', 'status', 'content', 'role']);
});

test('an output_text part gets annotations and logprobs', async () => {
  const item = await storeItem(server, {
    role: 'assistant',
    content: [{ type: 'output_text', text: 'x' }],
  });
  expect(item['content']).toEqual([
    { type: 'output_text', text: 'x', annotations: [], logprobs: [] },
  ]);
});

test('the keys of a part come in the order type, text, defaults, and what else was sent', async () => {
  const part = { odd: 1, text: 'x', type: 'output_text' };
  const item = await storeItem(server, { role: 'assistant', content: [part] });
  // Sound: `content` is the list that was sent, with its keys in order.
  const [arranged] = item['content'] as object[];
  expect(Object.keys(arranged ?? {})).toEqual(['type', 'text', 'annotations', 'logprobs', 'odd']);
});

test.each(['message', 'function_call_output', 'custom_tool_call_output'])(
  'an input_image part of a %s gets detail and both sources',
  async (type) => {
    const part = { type: 'input_image', image_url: 'data:image/png;base64,AA' };
    const item = await storeItem(
      server,
      type === 'message'
        ? { role: 'user', content: [part] }
        : { type, call_id: 'c', output: [part] },
    );
    expect(item[type === 'message' ? 'content' : 'output']).toEqual([
      { ...part, detail: 'auto', file_id: null },
    ]);
  },
);

test('the phase of a message is kept when it is set, and never served as null', async () => {
  const message = { role: 'assistant', content: 'x' };
  expect(await storeItem(server, { ...message, phase: 'commentary' })).toMatchObject({
    phase: 'commentary',
  });
  expect(await storeItem(server, { ...message, phase: null })).not.toHaveProperty('phase');
});

test('null in an optional field deep inside an item counts as omitted', async () => {
  const item = await storeItem(server, {
    type: 'web_search_call',
    id: 'ws_1',
    status: 'completed',
    action: { type: 'search', query: 'q', queries: null, sources: null },
  });
  expect(item['action']).toEqual({ type: 'search', query: 'q' });
});

test('null stays in a field where it has a meaning', async () => {
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
  expect(await storeItem(server, { ...call, caller: null })).toMatchObject({ caller: null });
  // The null in `id` counts as omitted, and makes the server walk through the item.
  expect(await storeItem(server, { ...call, caller: null, id: null })).toMatchObject({
    caller: null,
  });
});

test('a documented field is checked although only model servers send it', async () => {
  const sent = { type: 'compaction', encrypted_content: 'x' };
  expect(await storeItem(server, { ...sent, created_by: 'me' })).toMatchObject({
    created_by: 'me',
  });
  const { status } = await postItems(server, await newConversation(server), [
    { ...sent, created_by: {} },
  ]);
  expect(status).toBe(400);
});

test('unknown fields are kept, in items and in their parts', async () => {
  const future = { nested: [1, { deep: null }], n: null };
  const item = await storeItem(server, {
    role: 'user',
    content: [{ type: 'input_text', text: 'x', future }],
    future,
    status: 'in_progress',
  });
  expect(item).toMatchObject({
    future,
    status: 'in_progress',
    content: [{ type: 'input_text', text: 'x', future }],
  });
});
