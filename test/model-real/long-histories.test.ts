import type OpenAI from 'openai';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  MODEL,
  startInFront,
  startRealModel,
  testWithModel,
  type Colloquy,
  type RealModelServer,
} from './model.ts';

const CONTEXT_TOKENS = 2_048;
const THRESHOLD = 1_000;
const REQUEST = { model: MODEL, temperature: 0, max_output_tokens: 48 } as const;
const HEADER = 'x-colloquy-repairs';

let model: RealModelServer;
let server: Colloquy;
let client: OpenAI;
beforeAll(async () => {
  model = await startRealModel({ contextTokens: CONTEXT_TOKENS });
  server = await startInFront(model);
  ({ client } = server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

/** Returns old turns about numbers, of some 55 tokens each. */
function oldTurns(count: number): OpenAI.Responses.EasyInputMessage[] {
  return Array.from({ length: count }, (_, place) => [
    { role: 'user' as const, content: `Please tell me something about the number ${place}.` },
    {
      role: 'assistant' as const,
      content: `The number ${place} follows the number ${place - 1}, and the number ${place + 1} follows it. Many people like it, since it is easy to write down.`,
    },
  ]).flat();
}

async function conversationOf(turns: OpenAI.Responses.EasyInputMessage[]): Promise<string> {
  const { id } = await client.conversations.create();
  for (let from = 0; from < turns.length; from += 100) {
    await client.conversations.items.create(id, { items: turns.slice(from, from + 100) });
  }
  return id;
}

testWithModel(
  'a conversation of ten times the context stays usable, and its beginning stays in the cache of the model server',
  async () => {
    const conversation = await conversationOf(oldTurns((10 * CONTEXT_TOKENS) / 50));
    const counted = await client.responses.inputTokens.count({ model: MODEL, conversation });
    expect(counted.input_tokens).toBeGreaterThan(10 * CONTEXT_TOKENS);
    const ask = (input: string) =>
      client.responses
        .create({ ...REQUEST, conversation, input, truncation: 'auto' })
        .withResponse();
    const first = await ask('What is the capital of France?');
    expect(first.response.headers.get(HEADER)).toMatch(/^truncated_turn=\d+$/);
    const second = await ask('What is the capital of Germany?');
    const third = await ask('What is the capital of Italy?');
    const answers = [first, second, third].map(({ data }) => data);
    expect(answers.map(({ output_text: text }) => text)).toEqual([
      expect.stringContaining('Paris'),
      expect.stringContaining('Berlin'),
      expect.stringContaining('Rome'),
    ]);
    for (const { usage } of answers.slice(1)) {
      const { input_tokens: all = 0, input_tokens_details: details } = usage ?? {};
      expect(all).toBeGreaterThan(CONTEXT_TOKENS / 4);
      expect(details?.cached_tokens ?? 0).toBeGreaterThan(all / 2);
    }
  },
);

testWithModel('a fact from before a compaction is remembered', async () => {
  const management = [{ type: 'compaction', compact_threshold: THRESHOLD }];
  const conversation = await conversationOf([
    { role: 'user', content: 'The code word is ORCHID. Please remember it.' },
    { role: 'assistant', content: 'I will remember that the code word is ORCHID.' },
    ...oldTurns(THRESHOLD / 55),
  ]);
  const request = { ...REQUEST, conversation, context_management: management };
  const first = await client.responses.create({ ...request, input: 'Thank you.' });
  expect(first.output.map(({ type }) => type)).toEqual(['compaction', 'message']);
  const second = await client.responses
    .create({ ...request, input: 'What is the code word?' })
    .withResponse();
  expect(second.response.headers.get(HEADER)).toMatch(/compacted_item=\d+/);
  // The first response has the tokens of the summary too, which was made of the whole history.
  expect(first.usage?.input_tokens).toBeGreaterThan(second.data.usage?.input_tokens ?? 0);
  expect(second.data.usage?.input_tokens).toBeLessThan(THRESHOLD / 2);
  expect(second.data.output_text).toContain('ORCHID');
});
