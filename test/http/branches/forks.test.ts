import OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import { itemsOf } from '../../support/turns.ts';

const server = await startServer();
const { client } = server;
afterAll(() => server[Symbol.asyncDispose]());

type Conversation = OpenAI.Conversations.Conversation & {
  readonly forked_from?: {
    readonly conversation_id: string;
    readonly item_id: string | null;
  } | null;
};

const said = (content: string) => ({ type: 'message' as const, role: 'user' as const, content });

const fork = (
  id: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Conversation> => client.post(`/conversations/${id}/fork`, { body, headers });

const forksOf = (id: string) =>
  client.get<{ data: Conversation[] }>('/conversations', { query: { forked_from: id } });

async function conversationOf(...texts: readonly string[]) {
  const { id } = await client.conversations.create({
    metadata: { topic: 'tea' },
    items: texts.map(said),
  });
  const items = await itemsOf(client, id);
  return { id, items, ids: items.map((item) => item.id ?? '') };
}

test('a fork has the items, their ids and the metadata of its source, and names it', async () => {
  const source = await conversationOf('one', 'two', 'three');
  const made = await fork(source.id);
  expect(made).toMatchObject({
    object: 'conversation',
    metadata: { topic: 'tea' },
    forked_from: { conversation_id: source.id, item_id: source.ids[2] },
  });
  expect(await itemsOf(client, made.id)).toEqual(source.items);
  expect(await client.conversations.retrieve(made.id)).toEqual(made);
  // The source is as it was, and has no new field.
  expect(await client.conversations.retrieve(source.id)).not.toHaveProperty('forked_from');
});

test('a question is edited by a fork before it, with the new text', async () => {
  const { id, ids, items } = await conversationOf('one', 'two', 'three');
  const body = { before: ids[1], items: [said('other')], metadata: { topic: 'coffee' } };
  const made = await fork(id, body);
  expect(made.metadata).toEqual({ topic: 'coffee' });
  expect(made.forked_from).toEqual({ conversation_id: id, item_id: ids[0] });
  const [first, ...rest] = await itemsOf(client, made.id);
  expect(first).toEqual(items[0]);
  expect(rest).toMatchObject([{ content: [{ text: 'other' }] }]);
  expect(await itemsOf(client, (await fork(id, { after: ids[1] })).id)).toEqual(items.slice(0, 2));
  expect(await itemsOf(client, (await fork(id, { before: ids[0] })).id)).toEqual([]);
});

test('the list of forks has those of one conversation, while that is there', async () => {
  const { id, ids } = await conversationOf('one');
  const first = await fork(id);
  const second = await fork(id, { before: ids[0] });
  const grandchild = await fork(first.id);
  expect((await forksOf(id)).data).toEqual([second, first]);
  expect((await forksOf(first.id)).data).toEqual([grandchild]);
  await client.conversations.delete(id);
  expect((await forksOf(id)).data).toEqual([]);
  expect(await client.conversations.retrieve(first.id)).toEqual({ ...first, forked_from: null });
  expect(await itemsOf(client, first.id)).toHaveLength(1);
});

test('a fork is refused for an absent conversation or item, for two places, and for unknown fields', async () => {
  const { id, ids } = await conversationOf('one');
  await expect(fork('conv_none')).rejects.toMatchObject({ status: 404 });
  await expect(fork(id, { after: 'msg_none' })).rejects.toMatchObject({
    status: 404,
    param: 'after',
  });
  await expect(fork(id, { after: ids[0], before: ids[0] })).rejects.toMatchObject({
    status: 400,
    code: 'mutually_exclusive_parameters',
  });
  await expect(fork(id, { from: ids[0] })).rejects.toMatchObject({
    status: 400,
    code: 'unknown_parameter',
  });
  await expect(fork(id, { items: [{ ...said('x'), id: ids[0] }] })).rejects.toMatchObject({
    status: 400,
    code: 'item_already_in_conversation',
    param: 'items[0].id',
  });
  expect((await forksOf(id)).data).toEqual([]);
});

test('a fork is made once under a key, and its repetition says so', async () => {
  const { id } = await conversationOf('one');
  const headers = { 'Idempotency-Key': 'fork-once' };
  const made = await fork(id, {}, headers);
  const again = await server.request(`/v1/conversations/${id}/fork`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.body).toEqual(made);
  await expect(fork(id, { items: [] }, headers)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  });
  expect((await forksOf(id)).data).toHaveLength(1);
});

test('a request that is too long is refused by its number of items and by their bytes', async () => {
  await using small = await startServer('--max-history-items', '2', '--max-history-bytes', '2048');
  const create = (...texts: readonly string[]) =>
    small.client.conversations.create({ items: texts.map(said) });
  const post = (id: string, way: string, body = {}) =>
    small.client.post(`/conversations/${id}/${way}`, { body });
  const { id: many } = await create('a', 'b', 'c');
  const { id: large } = await create('x'.repeat(2048));
  const refusal = { status: 400, code: 'conversation_too_long' };
  for (const id of [many, large]) {
    await expect(post(id, 'fork')).rejects.toMatchObject(refusal);
    const [first] = await itemsOf(small.client, id);
    const items = await itemsOf(small.client, id);
    await expect(post(id, 'rewind', { before: first?.id })).rejects.toMatchObject(refusal);
    expect(await itemsOf(small.client, id)).toEqual(items);
  }
  const [, second] = await itemsOf(small.client, many);
  expect(await post(many, 'fork', { after: second?.id })).toMatchObject({ object: 'conversation' });
  expect(await post(many, 'rewind', { before: second?.id })).toMatchObject({ deleted_items: 2 });
});

test('10,000 items are forked and rewound, and 10,001 are refused', async () => {
  await using large = await startServer('--max-items-per-request', '10001');
  const items = Array.from({ length: 10_001 }, (_, index) => said(`${index}`));
  const { id } = await large.client.conversations.create({ items });
  const post = (way: string, body = {}) =>
    large.client.post<Record<string, unknown>>(`/conversations/${id}/${way}`, { body });
  const refusal = { status: 400, code: 'conversation_too_long' };
  await expect(post('fork')).rejects.toMatchObject(refusal);
  const list = large.client.conversations.items.list(id, { order: 'asc', limit: 2 });
  const [first, second] = (await list).data;
  await expect(post('rewind', { before: first?.id })).rejects.toMatchObject(refusal);
  expect(await post('rewind', { before: second?.id })).toMatchObject({ deleted_items: 10_000 });
  await large.client.conversations.items.create(id, { items: items.slice(0, 9_999) });
  const made = await post('fork');
  expect(await itemsOf(large.client, String(made['id']))).toHaveLength(10_000);
});
