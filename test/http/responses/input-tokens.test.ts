import { expect, test } from 'vitest';
import { json, type AnswerTo } from '../../support/model-server.ts';
import { MODEL, startTurnServer, type TurnServer } from '../../support/turns.ts';

const TOOL = {
  type: 'function',
  name: 'look',
  parameters: { type: 'object', properties: {} },
  strict: null,
} as const;

/** Counts a token for each message, as a server of either make does. */
const counting: AnswerTo = ({ body }) => {
  const { messages, input } = body as { messages?: readonly unknown[]; input?: readonly unknown[] };
  const count = (messages ?? input ?? []).length;
  return json({ object: 'response.input_tokens', input_tokens: count, count });
};

async function startCounting(profile: string, ...settings: readonly string[]): Promise<TurnServer> {
  const turns = await startTurnServer('--model-profile', profile, ...settings);
  turns.model.play(counting);
  return turns;
}

test.each([
  ['llama-cpp', '/v1/chat/completions/input_tokens'],
  ['vllm', '/tokenize'],
])('tokens are counted by a server of the make %s', async (profile, path) => {
  await using turns = await startCounting(profile);
  const { client, model } = turns;
  const { id: conversation } = await client.conversations.create({
    items: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  });
  const counted = await client.responses.inputTokens.count({
    model: MODEL,
    conversation,
    instructions: 'Be brief',
    input: 'c',
    tools: [TOOL],
    personality: 'friendly',
  });
  expect(counted).toEqual({ object: 'response.input_tokens', input_tokens: 4 });
  expect(model.requests.map((request) => request.path)).toEqual([path]);
  expect(model.requests[0]?.body).toMatchObject({ model: MODEL, tools: [{ type: 'function' }] });
  expect(model.requests[0]?.body).not.toHaveProperty('stream');
});

test('tokens are counted by the Responses API of llama.cpp', async () => {
  await using turns = await startCounting('llama-cpp', '--model-protocol', 'responses');
  const { client, model } = turns;
  expect(await client.responses.inputTokens.count({ model: MODEL, input: 'x' })).toMatchObject({
    input_tokens: 1,
  });
  expect(model.requests[0]?.path).toBe('/v1/responses/input_tokens');
});

test.each([
  ['generic', []],
  ['ollama', []],
  ['vllm', ['--model-protocol', 'responses']],
])('a count is refused for the make %s with %j, which cannot count', async (profile, settings) => {
  await using turns = await startCounting(profile, ...settings);
  const { client, model } = turns;
  await expect(
    client.responses.inputTokens.count({ model: MODEL, input: 'x' }),
  ).rejects.toMatchObject({ status: 400, code: 'unsupported_parameter', param: 'model' });
  expect(model.requests).toEqual([]);
});

test('a count that the model server refuses or does not understand fails', async () => {
  await using turns = await startCounting('llama-cpp');
  const { client, model, server } = turns;
  const count = () => client.responses.inputTokens.count({ model: MODEL, input: 'x' });
  model.play(json({ error: { message: 'no such template', code: 400 } }, 400));
  await expect(count()).rejects.toMatchObject({ status: 400 });
  model.play(json({ tokens: [] }));
  await expect(count()).rejects.toMatchObject({ status: 500 });
  model.play({ status: 200, headers: {}, steps: ['<html>'] });
  await expect(count()).rejects.toMatchObject({ status: 500 });
  expect(server.failures.splice(0)).toHaveLength(2);
});

test('a count names the place in the request of what the model server cannot take', async () => {
  await using turns = await startCounting('llama-cpp');
  const content = [{ type: 'input_image' as const, file_id: 'file_1', detail: 'auto' as const }];
  await expect(
    turns.client.responses.inputTokens.count({ model: MODEL, input: [{ role: 'user', content }] }),
  ).rejects.toMatchObject({ status: 400, param: 'input[0].content[0].file_id' });
});

test.each([
  [{ input: 'x', stream: true }, 'stream'],
  [{ input: 'x', personality: 'x'.repeat(65) }, 'personality'],
  [{ input: 'x', truncation: 'some' }, 'truncation'],
  [{}, null],
])('the count %j is refused', async (body, param) => {
  await using turns = await startCounting('llama-cpp');
  await expect(
    turns.client.responses.inputTokens.count({ model: MODEL, ...body } as never),
  ).rejects.toMatchObject({ status: 400, param });
});
