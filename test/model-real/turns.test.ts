import type OpenAI from 'openai';
import { afterAll, beforeAll, expect } from 'vitest';
import { examine, findingOf } from '../support/doctor.ts';
import {
  MODEL,
  startInFront,
  startRealModel,
  testWithModel,
  typesIn,
  type Colloquy,
  type RealModelServer,
} from './model.ts';

/** Greedy, so that each run has the same answers, and short. */
const REQUEST = { model: MODEL, temperature: 0, max_output_tokens: 64 } as const;
const CAPITAL = 'What is the capital of France?';

let model: RealModelServer;
let server: Colloquy;
let client: OpenAI;
beforeAll(async () => {
  model = await startRealModel();
  server = await startInFront(model);
  ({ client } = server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

testWithModel('a text of the model becomes a completed response with its usage', async () => {
  const response = await client.responses.create({ ...REQUEST, input: CAPITAL });
  expect(response).toMatchObject({ status: 'completed', model: MODEL });
  expect(response.output_text).toContain('Paris');
  const { input_tokens: input = 0, output_tokens: output = 0 } = response.usage ?? {};
  expect(input).toBeGreaterThan(10);
  expect(output).toBeGreaterThan(3);
  expect(response.usage?.total_tokens).toBe(input + output);
});

testWithModel('a stream has the text of the response that is stored', async () => {
  const stream = client.responses.stream({ ...REQUEST, input: CAPITAL });
  let text = '';
  let pieces = 0;
  for await (const event of stream) {
    if (event.type !== 'response.output_text.delta') continue;
    text += event.delta;
    pieces += 1;
  }
  const final = await stream.finalResponse();
  expect(pieces).toBeGreaterThan(3);
  expect(final.output_text).toBe(text);
  expect((await client.responses.retrieve(final.id)).output_text).toBe(text);
});

testWithModel(
  'a second turn in a conversation is answered with the first one in mind',
  async () => {
    const { id: conversation } = await client.conversations.create();
    await client.responses.create({ ...REQUEST, conversation, input: 'The code word is ORCHID.' });
    const second = await client.responses.create({
      ...REQUEST,
      conversation,
      input: 'What is the code word?',
    });
    expect(second.output_text).toContain('ORCHID');
    expect(await typesIn(client, conversation)).toEqual(Array(4).fill('message'));
  },
);

testWithModel('a response continues the one that previous_response_id names', async () => {
  const first = await client.responses.create({ ...REQUEST, input: CAPITAL });
  const second = await client.responses.create({
    ...REQUEST,
    previous_response_id: first.id,
    input: 'And of Germany?',
  });
  expect(second.output_text).toContain('Berlin');
});

testWithModel('an answer that reaches its limit of tokens is incomplete, and kept', async () => {
  const { id: conversation } = await client.conversations.create();
  const response = await client.responses.create({
    ...REQUEST,
    conversation,
    max_output_tokens: 16,
    input: 'Tell me a long story about a lighthouse.',
  });
  expect(response).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    usage: { output_tokens: 16 },
  });
  const { data } = await client.conversations.items.list(conversation);
  expect(data.at(0)).toMatchObject({ role: 'assistant', status: 'incomplete' });
});

testWithModel('a JSON schema gives the answer its form', async () => {
  const response = await client.responses.create({
    ...REQUEST,
    input: 'Oslo is in Norway. Name the city and the country.',
    text: {
      format: {
        type: 'json_schema',
        name: 'place',
        schema: {
          type: 'object',
          properties: { city: { type: 'string' }, country: { type: 'string' } },
          required: ['city', 'country'],
          additionalProperties: false,
        },
      },
    },
  });
  expect(JSON.parse(response.output_text)).toEqual({ city: 'Oslo', country: 'Norway' });
});

testWithModel('a tool is called, and its output is answered in the next request', async () => {
  const { id: conversation } = await client.conversations.create();
  const request = {
    ...REQUEST,
    conversation,
    tools: [
      {
        type: 'function',
        name: 'get_weather',
        description: 'Get the weather of a city',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        },
        strict: null,
      },
    ],
  } satisfies OpenAI.Responses.ResponseCreateParams;
  const called = await client.responses.create({
    ...request,
    input: 'Call get_weather for Oslo.',
    tool_choice: 'required',
  });
  expect(called.status).toBe('completed');
  const call = called.output.find((item) => item.type === 'function_call');
  expect(call?.name).toBe('get_weather');
  expect(JSON.parse(call?.arguments ?? '')).toEqual({ city: 'Oslo' });
  const answered = await client.responses.create({
    ...request,
    input: [
      {
        type: 'function_call_output',
        call_id: call?.call_id ?? '',
        output: 'In Oslo it is sunny.',
      },
    ],
  });
  expect(answered.output_text).toMatch(/sunny/i);
  expect(await typesIn(client, conversation)).toEqual([
    'message',
    'function_call',
    'function_call_output',
    'message',
  ]);
});

testWithModel.each([false, true])(
  'a context that is too long is refused, with stream: %s, and nothing of it is kept',
  async (stream) => {
    const { id: conversation } = await client.conversations.create();
    const input = 'word '.repeat(5_000);
    await expect(
      client.responses.create({ ...REQUEST, conversation, input, stream }),
    ).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded', param: 'input' });
    expect(await typesIn(client, conversation)).toEqual([]);
  },
);

testWithModel('a client that goes away stops the model, and its turn is not kept', async () => {
  const { id: conversation } = await client.conversations.create();
  const stream = await client.responses.create({
    model: MODEL,
    temperature: 0,
    conversation,
    input: 'Count from 1 to 1000, one number a line.',
    stream: true,
  });
  let id = '';
  for await (const event of stream) {
    if (event.type === 'response.created') ({ id } = event.response);
    // Leaving the loop closes the connection.
    if (event.type === 'response.output_text.delta') break;
  }
  await model.idle();
  await expect.poll(async () => (await client.responses.retrieve(id)).status).toBe('cancelled');
  expect(await typesIn(client, conversation)).toEqual([]);
});

testWithModel('doctor finds the model server and its model', async () => {
  const { findings } = await examine('sqlite::memory:', ['--model-url', model.url]);
  expect(findingOf(findings, 'model server')).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining(MODEL),
  });
});
