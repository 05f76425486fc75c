import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { chunk, DONE, streamed } from '../../support/model-server.ts';
import { itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, server, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const OUTPUT = {
  id: expect.stringMatching(/^msg_[0-9a-f]{48}$/),
  type: 'message',
  status: 'completed',
  content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'hi' }],
  role: 'assistant',
};

test('a text as input is answered with a whole Response object', async () => {
  play(said('h', 'i'));
  const before = Math.floor(Date.now() / 1000);
  const response = await client.responses.create({ model: MODEL, input: 'hello' });
  expect(response).toEqual({
    id: expect.stringMatching(/^resp_[0-9a-f]{48}$/),
    object: 'response',
    created_at: expect.any(Number),
    status: 'completed',
    access_programs: null,
    background: false,
    completed_at: expect.any(Number),
    error: null,
    frequency_penalty: 0,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    model: MODEL,
    moderation: null,
    output: [OUTPUT],
    output_text: 'hi',
    parallel_tool_calls: true,
    presence_penalty: 0,
    previous_response_id: null,
    prompt_cache_key: null,
    prompt_cache_options: null,
    prompt_cache_retention: null,
    reasoning: { context: null, effort: null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: true,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: {
      input_tokens: 24,
      input_tokens_details: { cached_tokens: 8, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 29,
    },
    user: null,
    metadata: {},
  });
  expect(response.created_at).toBeGreaterThanOrEqual(before);
  expect(response.completed_at ?? 0).toBeGreaterThanOrEqual(response.created_at);
  expect(sent()).toEqual({
    model: MODEL,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'hello' }],
  });
});

test('items as input reach the model in their order, with every part of them', async () => {
  play(said('hi'));
  const parts = ['one', 'two'].map((text) => ({ type: 'input_text' as const, text }));
  await client.responses.create({
    model: MODEL,
    input: [
      { role: 'system', content: 'be brief' },
      { role: 'developer', content: 'be kind' },
      { role: 'user', content: parts },
      { role: 'assistant', content: 'three' },
      { role: 'user', content: 'four' },
    ],
  });
  expect(spoken(sent())).toEqual([
    ['system', 'be brief'],
    ['system', 'be kind'],
    ['user', parts.map(({ text }) => ({ type: 'text', text }))],
    ['assistant', 'three'],
    ['user', 'four'],
  ]);
});

test.each([
  ['a text', (id: string) => id],
  ['an object', (id: string) => ({ id })],
])('a conversation named by %s gets input and output as its items', async (_form, named) => {
  const conversation = await client.conversations.create({
    metadata: { topic: 'lakes' },
    items: [{ role: 'user', content: 'first' }],
  });
  const { id } = conversation;
  play(said('hi'));
  const response = await client.responses.create({
    model: MODEL,
    conversation: named(id),
    input: [{ role: 'user', content: 'hello' }],
    metadata: { topic: 'of the response' },
  });
  expect(response).toMatchObject({
    conversation: { id },
    previous_response_id: null,
    metadata: { topic: 'of the response' },
  });
  expect(await client.responses.retrieve(response.id)).toEqual(response);
  const items = await itemsOf(client, id);
  const input = (text: string): object => ({
    id: expect.stringMatching(/^msg_[0-9a-f]{48}$/),
    type: 'message',
    status: 'completed',
    content: [{ type: 'input_text', text }],
    role: 'user',
  });
  expect(items).toEqual([input('first'), input('hello'), ...response.output]);
  expect(spoken(sent())).toEqual([
    ['user', 'first'],
    ['user', 'hello'],
  ]);
  expect(await client.conversations.retrieve(id)).toEqual(conversation);
});

test('a conversation may be continued without input', async () => {
  const { id } = await client.conversations.create({ items: [{ role: 'user', content: 'first' }] });
  for (const input of [undefined, '', []]) {
    play(said('hi'));
    const response = await client.responses.create({
      model: MODEL,
      conversation: id,
      ...(input !== undefined && { input }),
    });
    expect(response.output_text).toBe('hi');
  }
  expect(await itemsOf(client, id)).toHaveLength(4);
});

test('a response without a conversation has no key for one, and no list shows it', async () => {
  play(said('hi'));
  const list = async (): Promise<unknown> =>
    (await server.request('/v1/conversations?limit=100')).body;
  const before = await list();
  const response = await client.responses.create({ model: MODEL, input: 'hello' });
  expect(response).not.toHaveProperty('conversation');
  expect(await list()).toEqual(before);
});

test('parameters go to the model server only if they are given, and come back in the answer', async () => {
  play(said('hi'));
  const given = {
    temperature: 0.2,
    top_p: 0.5,
    frequency_penalty: 0.1,
    presence_penalty: -0.1,
    max_output_tokens: 16,
    reasoning: { effort: 'low' },
    text: { format: { type: 'json_object' }, verbosity: 'low' },
    safety_identifier: 'user-1',
    prompt_cache_key: 'key',
    service_tier: 'flex',
    metadata: { topic: 'lakes' },
    max_tool_calls: 3,
  };
  // The client's types lack the penalties, which the service takes.
  const params = { model: MODEL, input: 'hello', ...given };
  const response = await client.responses.create(
    params as OpenAI.Responses.ResponseCreateParamsNonStreaming,
  );
  expect(response).toMatchObject(given);
  expect(sent()).toMatchObject({
    temperature: 0.2,
    top_p: 0.5,
    frequency_penalty: 0.1,
    presence_penalty: -0.1,
    max_tokens: 16,
    reasoning_effort: 'low',
    response_format: { type: 'json_object' },
  });
  for (const field of ['metadata', 'safety_identifier', 'prompt_cache_key', 'store']) {
    expect(sent(), 'a server of one’s own is not sent this').not.toHaveProperty(field);
  }
});

test('nulls and empty lists in a request count as omitted', async () => {
  play(said('hi'));
  const nulls = {
    temperature: null,
    metadata: null,
    instructions: null,
    previous_response_id: null,
  };
  await client.responses.create({
    model: MODEL,
    input: 'hello',
    ...nulls,
    conversation: null,
    include: [],
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
  });
  expect(Object.keys(sent())).toEqual(['model', 'stream', 'stream_options', 'messages']);
});

test('a model server that sends no figures leaves the usage null', async () => {
  play(streamed(chunk({ content: 'hi' }, 'stop'), DONE));
  const response = await client.responses.create({ model: MODEL, input: 'hello' });
  expect(response.usage).toBeNull();
  expect(await client.responses.retrieve(response.id)).toEqual(response);
});
