import {
  Agent,
  OpenAIConversationsSession,
  OpenAIProvider,
  Runner,
  tool,
  type AgentInputItem,
} from '@openai/agents';
import { afterAll, expect, test } from 'vitest';
import { answered, called, said } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, model, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const modelProvider = new OpenAIProvider({ openAIClient: client, useResponses: true });
const runner = new Runner({ tracingDisabled: true, modelProvider });

const weather = tool({
  name: 'weather',
  description: 'Returns the weather of a city.',
  strict: false,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: true,
  },
  execute: (input) => `weather of ${JSON.stringify(input)}`,
});
const agent = new Agent({
  name: 'guide',
  instructions: 'be brief',
  model: MODEL,
  tools: [weather],
});

const BOTH = called(
  ['weather', '{"city":"Bonn"}', 'call_a'],
  ['weather', '{"city":"Ulm"}', 'call_b'],
);
/** What the model is shown after it has called the tool twice. */
const SHOWN = [
  ['system', 'be brief'],
  ['user', 'weather?'],
  ['assistant', ''],
  ['tool', 'weather of {"city":"Bonn"}'],
  ['tool', 'weather of {"city":"Ulm"}'],
];
const TYPES = [
  'message',
  'function_call',
  'function_call',
  'function_call_output',
  'function_call_output',
  'message',
];

test('a Runner with a conversation runs tools, and its next run knows all of it', async () => {
  const { id: conversationId } = await client.conversations.create();
  play(BOTH, said('mild'));
  const first = await runner.run(agent, 'weather?', { conversationId });
  expect(first.finalOutput).toBe('mild');
  expect(spoken(sent())).toEqual(SHOWN);
  expect((await itemsOf(client, conversationId)).map(({ type }) => type)).toEqual(TYPES);
  play(said('yes'));
  const second = await runner.run(agent, 'sure?', { conversationId });
  expect(second.finalOutput).toBe('yes');
  expect(spoken(sent())).toEqual([...SHOWN, ['assistant', 'mild'], ['user', 'sure?']]);
});

test('a Runner that streams in a conversation runs tools, and yields the text as it comes', async () => {
  const { id: conversationId } = await client.conversations.create();
  play(BOTH, said('mi', 'ld'));
  const result = await runner.run(agent, 'weather?', { conversationId, stream: true });
  const texts: string[] = [];
  for await (const event of result) {
    if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta') {
      texts.push(event.data.delta);
    }
  }
  await result.completed;
  expect(texts).toEqual(['mi', 'ld']);
  expect(result.finalOutput).toBe('mild');
  expect(spoken(sent())).toEqual(SHOWN);
  expect((await itemsOf(client, conversationId)).map(({ type }) => type)).toEqual(TYPES);
});

test.each([false, true])(
  'a Runner with previous responses runs tools, streaming: %s',
  async (stream) => {
    const run = async (input: string, previous?: string) => {
      const options = previous === undefined ? {} : { previousResponseId: previous };
      if (!stream) return runner.run(agent, input, options);
      const result = await runner.run(agent, input, { ...options, stream: true });
      await result.completed;
      return result;
    };
    play(said('hello'));
    const first = await run('hi');
    play(BOTH, said('mild'));
    const second = await run('weather?', first.lastResponseId);
    expect(second.finalOutput).toBe('mild');
    play(said('yes'));
    const third = await run('sure?', second.lastResponseId);
    expect(third.finalOutput).toBe('yes');
    expect(spoken(sent())).toEqual([
      ['system', 'be brief'],
      ['user', 'hi'],
      ['assistant', 'hello'],
      ...SHOWN.slice(1),
      ['assistant', 'mild'],
      ['user', 'sure?'],
    ]);
  },
);

test('a Runner with a session runs tools, and keeps the conversation itself', async () => {
  const session = new OpenAIConversationsSession({ client });
  play(BOTH, said('mild'));
  const first = await runner.run(agent, 'weather?', { session });
  expect(first.finalOutput).toBe('mild');
  play(said('yes'));
  const second = await runner.run(agent, 'sure?', { session });
  expect(second.finalOutput).toBe('yes');
  expect(spoken(sent())).toEqual([...SHOWN, ['assistant', 'mild'], ['user', 'sure?']]);
  expect(await session.getItems()).toHaveLength(8);
});

test('a Runner without any store sends its history, with the reasoning of its tool calls', async () => {
  play(
    answered([{ reasoning_content: 'I must look' }, { content: 'one moment' }]),
    said('and two'),
  );
  const first = await runner.run(new Agent({ name: 'guide', model: MODEL }), 'count');
  const history: AgentInputItem[] = [...first.history, { role: 'user', content: 'go on' }];
  const second = await runner.run(new Agent({ name: 'guide', model: MODEL }), history);
  expect(second.finalOutput).toBe('and two');
  expect(spoken(sent())).toEqual([
    ['user', 'count'],
    ['assistant', 'one moment'],
    ['user', 'go on'],
  ]);
});

test.each([
  ['nothing', answered([])],
  ['reasoning alone', answered([{ reasoning_content: 'hm' }])],
])('an answer of %s ends a run after one request', async (_name, answer) => {
  const { id: conversationId } = await client.conversations.create();
  for (const stream of [false, true] as const) {
    play(answer);
    const before = model.requests.length;
    if (stream) {
      const result = await runner.run(agent, 'x', { conversationId, stream });
      await result.completed;
      expect(result.finalOutput).toBe('');
    } else {
      expect((await runner.run(agent, 'x', { conversationId })).finalOutput).toBe('');
    }
    expect(model.requests.length - before).toBe(1);
  }
});

test('a run that answers with a schema gets its object', async () => {
  const schema = {
    type: 'object' as const,
    properties: { depth: { type: 'number' } },
    required: ['depth'],
    additionalProperties: false as const,
  };
  const outputType = { type: 'json_schema' as const, name: 'lake', strict: true, schema };
  play(said('{"depth":57}'));
  const result = await runner.run(
    new Agent({ name: 'reader', model: MODEL, outputType }),
    'how deep?',
  );
  expect(result.finalOutput).toEqual({ depth: 57 });
  expect(sent()['response_format']).toMatchObject({
    type: 'json_schema',
    json_schema: { name: 'lake', schema, strict: true },
  });
});
