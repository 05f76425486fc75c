/** The scenarios of Open Responses' compliance tests, and what their schemas demand of a response and of events. */

import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import type { ScriptedAnswer } from '../../support/model-server.ts';
import { MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer('--model-profile', 'openai');
const { client, play } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

type Body = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'model'>;

/** Fields of a response that must be there, and not null. */
const REQUIRED = [
  'id',
  'object',
  'created_at',
  'status',
  'model',
  'output',
  'tools',
  'tool_choice',
  'truncation',
  'parallel_tool_calls',
  'text',
  'top_p',
  'temperature',
  'presence_penalty',
  'frequency_penalty',
  'top_logprobs',
  'store',
  'background',
  'service_tier',
  'metadata',
];
/** Fields of a response that must be there, and may be null. */
const NULLABLE = [
  'completed_at',
  'incomplete_details',
  'previous_response_id',
  'instructions',
  'error',
  'reasoning',
  'usage',
  'max_output_tokens',
  'max_tool_calls',
  'safety_identifier',
  'prompt_cache_key',
];
const TOOL = ['type', 'name', 'description', 'parameters', 'strict'];
/** The items that their schema knows. */
const ITEMS = ['message', 'function_call', 'function_call_output', 'reasoning', 'compaction'];
/** The events that their schema knows, but for those of reasoning, which OpenAI names otherwise. */
const EVENTS = [
  'created',
  'queued',
  'in_progress',
  'completed',
  'failed',
  'incomplete',
  'output_item.added',
  'output_item.done',
  'content_part.added',
  'content_part.done',
  'output_text.delta',
  'output_text.done',
  'output_text.annotation.added',
  'refusal.delta',
  'refusal.done',
  'function_call_arguments.delta',
  'function_call_arguments.done',
].map((name) => `response.${name}`);

function assertResource(response: object): void {
  const fields: Readonly<Record<string, unknown>> = { ...response };
  for (const name of REQUIRED) expect(fields[name] ?? undefined, name).toBeDefined();
  for (const name of NULLABLE) expect(name in fields, name).toBe(true);
  // Sound: the check above, and the types of the SDK.
  const { output, tools, usage, reasoning } = response as OpenAI.Responses.Response;
  for (const { type } of output) expect(ITEMS).toContain(type);
  for (const tool of tools) expect(Object.keys(tool)).toEqual(expect.arrayContaining(TOOL));
  expect(reasoning).toMatchObject({ effort: null, summary: null });
  if (usage === undefined || usage === null) return;
  expect(usage).toMatchObject({
    input_tokens_details: { cached_tokens: expect.any(Number) },
    output_tokens_details: { reasoning_tokens: expect.any(Number) },
  });
}

async function created(answer: ScriptedAnswer, body: Body): Promise<OpenAI.Responses.Response> {
  play(answer);
  const response = await client.responses.create({ model: MODEL, ...body });
  assertResource(response);
  return response;
}

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'Weather of a place.',
  parameters: {
    type: 'object',
    properties: { location: { type: 'string' } },
    required: ['location'],
  },
} as const;
// The type of the SDK demands `strict`, which these requests lack.
const tools = [weather] as unknown as NonNullable<Body['tools']>;
const ASKED = [{ type: 'message', role: 'user', content: 'How is the weather in Ulm?' }] as const;
const CALL = called(['get_weather', '{"location":"Ulm"}', 'call_1']);
const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = `data:application/pdf;base64,${Buffer.from('%PDF-1.4\n%%EOF').toString('base64')}`;

const user = (content: OpenAI.Responses.EasyInputMessage['content']) =>
  ({ type: 'message', role: 'user', content }) as const;

test.each<readonly [string, Body]>([
  ['a message', { input: [user('Say hello.')] }],
  [
    'a system message before one of the user',
    { input: [{ type: 'message', role: 'system', content: 'Be a pirate.' }, user('Say hello.')] },
  ],
  ['an image', { input: [user([{ type: 'input_text', text: 'What is it?' }, image()])] }],
  ['a file', { input: [user([{ type: 'input_file', filename: 'a.pdf', file_data: PDF }])] }],
  [
    'a history',
    {
      input: [
        user('My name is Ada.'),
        { type: 'message', role: 'assistant', content: 'Hello Ada!' },
        user('What is my name?'),
      ],
    },
  ],
])(
  'A response to %s is completed, and has every field that Open Responses demands',
  async (_, body) => {
    const response = await created(said('Hello there, friend'), body);
    expect(response).toMatchObject({ status: 'completed', output: [{ type: 'message' }] });
  },
);

function image(): OpenAI.Responses.ResponseInputImage {
  return { type: 'input_image', image_url: PNG, detail: 'auto' };
}

test('A function call and its output, and a continued response, have the fields too', async () => {
  const first = await created(CALL, {
    input: [...ASKED],
    tools,
    tool_choice: { type: 'function', name: 'get_weather' },
  });
  expect(first.output).toMatchObject([{ type: 'function_call', name: 'get_weather' }]);
  const second = await created(said('Sunny'), {
    previous_response_id: first.id,
    input: [{ type: 'function_call_output', call_id: 'call_1', output: 'sunny' }],
    tools,
  });
  expect(second).toMatchObject({ status: 'completed', previous_response_id: first.id });
});

test.each<readonly [string, ScriptedAnswer, readonly string[]]>([
  ['a text', said('one, ', 'two'), ['response.output_text.delta', 'response.output_text.done']],
  [
    'a call',
    CALL,
    ['response.function_call_arguments.delta', 'response.function_call_arguments.done'],
  ],
])(
  'A stream of %s has only events that Open Responses knows, and ends completed',
  async (_, answer, expected) => {
    play(answer);
    const stream = await client.responses.create({
      model: MODEL,
      input: [...ASKED],
      tools,
      stream: true,
    });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      expect(EVENTS).toContain(event.type);
      if ('response' in event) assertResource(event.response);
    }
    expect(types).toEqual(expect.arrayContaining([...expected]));
    expect(types.at(-1)).toBe('response.completed');
  },
);
