import { afterAll, beforeAll, expect } from 'vitest';
import {
  MODEL,
  startInFront,
  startRealModel,
  testWithModel,
  type Colloquy,
  type RealModelServer,
} from './model.ts';

const REQUEST = { model: MODEL, temperature: 0, max_output_tokens: 64 } as const;

let model: RealModelServer;
let server: Colloquy;
beforeAll(async () => {
  model = await startRealModel();
  server = await startInFront(model, '--model-protocol', 'responses');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

testWithModel(
  'a model server remembers over its own Responses API, which keeps nothing',
  async () => {
    const { client } = server;
    const { id: conversation } = await client.conversations.create();
    await client.responses.create({ ...REQUEST, conversation, input: 'The code word is ORCHID.' });
    const input = 'What is the code word?';
    const stream = client.responses.stream({ ...REQUEST, conversation, input });
    const { output_text: text, status } = await stream.finalResponse();
    expect(status).toBe('completed');
    expect(text).toContain('ORCHID');
  },
);

testWithModel('a limit of tokens is noticed where the model server calls it complete', async () => {
  const response = await server.client.responses.create({
    ...REQUEST,
    max_output_tokens: 16,
    input: 'Tell me a long story about a lighthouse.',
  });
  expect(response).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  });
});
