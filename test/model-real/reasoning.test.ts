import { afterAll, beforeAll, expect } from 'vitest';
import {
  MODEL,
  startInFront,
  startRealModel,
  testWithModel,
  typesIn,
  type Colloquy,
  type RealModelServer,
} from './model.ts';

const REQUEST = { model: MODEL, temperature: 0, max_output_tokens: 128 } as const;

let model: RealModelServer;
let server: Colloquy;
beforeAll(async () => {
  model = await startRealModel({ thinks: true });
  server = await startInFront(model);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

testWithModel('the thoughts of a model become an item before its message', async () => {
  const { client } = server;
  const { id: conversation } = await client.conversations.create();
  const stream = client.responses.stream({
    ...REQUEST,
    conversation,
    input: 'Who wrote Hamlet?',
  });
  let thoughts = '';
  for await (const event of stream) {
    if (event.type === 'response.reasoning_text.delta') thoughts += event.delta;
  }
  const { output, output_text: text } = await stream.finalResponse();
  expect(output).toMatchObject([
    { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: thoughts }] },
    { type: 'message', role: 'assistant' },
  ]);
  expect(thoughts).toMatch(/\w/);
  expect(text).toMatch(/\w/);
  expect(text).not.toMatch(/<\/?think>/);
  expect(await typesIn(client, conversation)).toEqual(['message', 'reasoning', 'message']);
});

// Such a small model thinks of the second question, and not always well.
testWithModel('a conversation with thoughts goes on', async () => {
  const { client } = server;
  const { id: conversation } = await client.conversations.create();
  await client.responses.create({
    ...REQUEST,
    conversation,
    input: 'What is the capital of France?',
  });
  const second = await client.responses.create({
    ...REQUEST,
    conversation,
    input: 'What is the capital of Germany?',
  });
  expect(second.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
  expect(second.status).toBe('completed');
});

testWithModel('an effort of none leaves the thoughts out', async () => {
  const response = await server.client.responses.create({
    ...REQUEST,
    reasoning: { effort: 'none' },
    input: 'What is the capital of France?',
  });
  expect(response.output.map(({ type }) => type)).toEqual(['message']);
});
