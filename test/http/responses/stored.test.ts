import { afterAll, expect, test } from 'vitest';
import { answered, said } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, server, play } = turns;
play(said('hi'));
afterAll(() => turns[Symbol.asyncDispose]());

test('a stored response is read back as it was answered', async () => {
  const created = await client.responses.create({
    model: MODEL,
    input: 'hello',
    instructions: 'be brief',
    metadata: { topic: 'lakes' },
    tools: [{ type: 'function', name: 'look', parameters: null, strict: null }],
  });
  expect(await client.responses.retrieve(created.id)).toEqual(created);
});

test('a response that is not there is answered 404 by every operation on it', async () => {
  const refusal = { status: 404, code: null, message: "404 Response with id 'resp_1' not found." };
  const { responses } = client;
  await expect(responses.retrieve('resp_1')).rejects.toMatchObject(refusal);
  await expect(responses.delete('resp_1')).rejects.toMatchObject(refusal);
  await expect(responses.inputItems.list('resp_1')).rejects.toMatchObject(refusal);
});

test('a deleted response is gone for every operation, and its deletion says so', async () => {
  const { id } = await client.responses.create({ model: MODEL, input: 'hello' });
  const { body } = await server.request(`/v1/responses/${id}`, { method: 'DELETE' });
  expect(body).toEqual({ id, object: 'response', deleted: true });
  const refusal = { status: 404, message: `404 Response with id '${id}' not found.` };
  const { responses } = client;
  await expect(responses.delete(id)).rejects.toMatchObject(refusal);
  await expect(responses.retrieve(id)).rejects.toMatchObject(refusal);
  await expect(responses.inputItems.list(id)).rejects.toMatchObject(refusal);
  await expect(
    responses.create({ model: MODEL, input: 'and?', previous_response_id: id }),
  ).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' });
});

test('the items of a conversation stay when a response of it is deleted', async () => {
  const { id: conversation } = await client.conversations.create();
  const { id } = await client.responses.create({ model: MODEL, input: 'hello', conversation });
  const before = await itemsOf(client, conversation);
  await client.responses.delete(id);
  expect(await itemsOf(client, conversation)).toEqual(before);
  expect(before).toHaveLength(2);
});

test('a response is gone with its conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  const { id } = await client.responses.create({ model: MODEL, input: 'hello', conversation });
  await client.conversations.delete(conversation);
  await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
});

test('the input items of a response are its history and its input, the newest first', async () => {
  const { id: conversation } = await client.conversations.create({
    items: [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'first' },
    ],
  });
  const { id } = await client.responses.create({
    model: MODEL,
    instructions: 'these are no item',
    input: [
      { role: 'user', content: 'second' },
      { role: 'user', content: 'third' },
    ],
    conversation,
  });
  const items = await itemsOf(client, conversation);
  const shown = items.slice(0, -1);
  const listed = await client.responses.inputItems.list(id);
  expect(listed.data).toEqual(shown.toReversed());
  const { body } = await server.request(`/v1/responses/${id}/input_items`);
  const ends = { first_id: shown.at(-1)?.id, last_id: shown[0]?.id };
  expect(body).toEqual({ object: 'list', data: listed.data, ...ends, has_more: false });
  const ascending = await client.responses.inputItems.list(id, { order: 'asc' });
  expect(ascending.data).toEqual(shown);
});

test('pages of input items follow each other in both orders', async () => {
  const texts = Array.from({ length: 7 }, (_, index) => `text ${index}`);
  const { id } = await client.responses.create({
    model: MODEL,
    input: texts.map((content) => ({ role: 'user', content })),
  });
  for (const order of ['asc', 'desc'] as const) {
    const seen: unknown[] = [];
    for await (const item of client.responses.inputItems.list(id, { order, limit: 3 })) {
      seen.push('content' in item ? item.content : undefined);
    }
    const expected = order === 'asc' ? texts : texts.toReversed();
    expect(seen).toEqual(expected.map((text) => [{ type: 'input_text', text }]));
  }
  const { data } = await client.responses.inputItems.list(id, { order: 'asc' });
  const rest = await client.responses.inputItems.list(id, {
    order: 'asc',
    after: data[4]?.id ?? '',
  });
  expect(rest.data).toEqual(data.slice(5));
});

test('a cursor of the input items must be one of them', async () => {
  const first = await client.responses.create({ model: MODEL, input: 'hello' });
  const output = first.output[0]?.id ?? '';
  const { inputItems } = client.responses;
  for (const after of ['msg_missing', output]) {
    await expect(inputItems.list(first.id, { after })).rejects.toMatchObject({
      status: 404,
      param: 'after',
    });
  }
});

test('the limit, the order and the fields of a page of input items are checked', async () => {
  const { id } = await client.responses.create({ model: MODEL, input: 'hello' });
  const { inputItems } = client.responses;
  await expect(inputItems.list(id, { limit: 0 })).rejects.toMatchObject({
    status: 400,
    param: 'limit',
    code: 'integer_below_min_value',
  });
  await expect(inputItems.list(id, { limit: 1_000_000 })).rejects.toMatchObject({
    status: 400,
    param: 'limit',
    code: 'integer_above_max_value',
  });
  await expect(inputItems.list(id, { order: 'up' as never })).rejects.toMatchObject({
    status: 400,
    param: 'order',
    code: 'invalid_value',
  });
  await expect(inputItems.list(id, { include: ['all' as never] })).rejects.toMatchObject({
    status: 400,
    param: 'include[0]',
    code: 'invalid_value',
  });
});

test('deleted items of a conversation are no longer among the input items of its responses', async () => {
  const { id: conversation } = await client.conversations.create({
    items: [{ role: 'user', content: 'first' }],
  });
  const { id } = await client.responses.create({ model: MODEL, input: 'hello', conversation });
  const [first, second, answer] = await itemsOf(client, conversation);
  await client.conversations.items.delete(first?.id ?? '', { conversation_id: conversation });
  const { data } = await client.responses.inputItems.list(id);
  expect(data.map((item) => item.id)).toEqual([second?.id]);
  await client.conversations.items.delete(answer?.id ?? '', { conversation_id: conversation });
  expect((await client.responses.retrieve(id)).output).toEqual([]);
});

test('a response without any input has an empty list of input items', async () => {
  const { id: conversation } = await client.conversations.create();
  const { id } = await client.responses.create({ model: MODEL, conversation });
  const { body } = await server.request(`/v1/responses/${id}/input_items`);
  expect(body).toEqual({
    object: 'list',
    data: [],
    first_id: null,
    last_id: null,
    has_more: false,
  });
});

test('fields that are served on request only are in input items and output with include', async () => {
  await using strict = await startTurnServer('--strict');
  const { responses } = strict.client;
  strict.play(answered([{ reasoning_content: 'hm' }, { content: 'hi' }]));
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'opaque' };
  const include: ['reasoning.encrypted_content'] = ['reasoning.encrypted_content'];
  const { id, output } = await responses.create({
    model: MODEL,
    input: [{ role: 'user', content: 'x' }, reasoning as never, { role: 'user', content: 'y' }],
    include,
  });
  const sealed = output[0]?.type === 'reasoning' ? output[0].encrypted_content : undefined;
  expect(sealed).toEqual(expect.any(String));
  const find = async (params: object): Promise<unknown> =>
    (await responses.inputItems.list(id, params)).data.find(({ type }) => type === 'reasoning');
  expect(await find({})).not.toHaveProperty('encrypted_content');
  expect(await find({ include })).toMatchObject(reasoning);
  expect((await responses.retrieve(id)).output[0]).not.toHaveProperty('encrypted_content');
  expect((await responses.retrieve(id, { include })).output).toEqual(output);
});
