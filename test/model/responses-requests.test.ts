import { expect, test } from 'vitest';
import type { ContextItem, ModelRequest, ModelTool } from '../../src/model/port.ts';
import { json } from '../support/model-server.ts';
import { asking, exchange, type Overrides } from './client.ts';

const ANSWER = json({ object: 'response', status: 'completed', output: [] });
const IMAGE = { type: 'input_image', image_url: 'data:image/png;base64,AA==' } as const;

async function bodyOf(
  request: ModelRequest,
  overrides: Overrides = {},
): Promise<Record<string, unknown>> {
  const { body, events } = await exchange(ANSWER, request, { protocol: 'responses', ...overrides });
  expect(events.at(-1)).toMatchObject({ type: 'finish' });
  return body;
}

async function inputOf(
  items: readonly ContextItem[],
  overrides: Overrides = {},
  fields: Partial<ModelRequest> = {},
): Promise<unknown> {
  return (await bodyOf({ model: 'small', items, ...fields }, overrides))['input'];
}

function user(text: string): ContextItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

test('a request is stateless, and has nothing that was not set', async () => {
  const body = await bodyOf(asking('Hello', { tools: [], instructions: 'Be brief.' }));
  expect(body).toEqual({
    model: 'small',
    stream: true,
    store: false,
    instructions: 'Be brief.',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
  });
});

test('the request goes to the operation of Responses', async () => {
  const { server } = await exchange(ANSWER, asking('Hello'), { protocol: 'responses' });
  expect(server.requests[0]?.path).toBe('/v1/responses');
});

test('assistant messages have ids only where the server demands them', async () => {
  const items: ContextItem[] = [
    user('Hello'),
    {
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'output_text', text: 'Hi' },
        { type: 'refusal', refusal: 'No.' },
      ],
    },
  ];
  const sent = {
    type: 'message',
    role: 'assistant',
    content: [
      { type: 'output_text', text: 'Hi', annotations: [] },
      { type: 'output_text', text: 'No.', annotations: [] },
    ],
  };
  expect(await inputOf(items)).toContainEqual(sent);
  expect(await inputOf(items, { profile: 'vllm' })).toContainEqual({
    ...sent,
    id: 'msg_1',
    status: 'completed',
  });
  const refused = { type: 'refusal', refusal: 'No.' };
  expect(await inputOf(items, { profile: 'openai' })).toContainEqual({
    ...sent,
    content: [sent.content[0], refused],
  });
});

test('a developer is a system for servers that do not know the role', async () => {
  const items: ContextItem[] = [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'A' }] },
  ];
  expect(await inputOf(items)).toMatchObject([{ role: 'system' }]);
  expect(await inputOf(items, { profile: 'openai' })).toMatchObject([{ role: 'developer' }]);
});

test('reasoning goes back in the part that the server reads', async () => {
  const items: ContextItem[] = [
    user('Hello'),
    {
      type: 'reasoning',
      content: [{ text: 'Hm' }],
      summary: [{ text: 'Short' }],
      encrypted_content: 'blob',
    },
    { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
    { type: 'function_call_output', call_id: 'a', output: '1' },
    { type: 'reasoning', summary: [{ text: 'Only short' }] },
  ];
  const summary = [{ type: 'summary_text', text: 'Short' }];
  const reasonings = async (profile: 'vllm' | 'ollama' | 'openai'): Promise<unknown> => {
    const input = (await inputOf(items, { profile })) as Record<string, unknown>[];
    return input.filter(({ type }) => type === 'reasoning');
  };
  const content = [{ type: 'reasoning_text', text: 'Hm' }];
  expect(await reasonings('vllm')).toEqual([{ type: 'reasoning', id: 'rs_1', summary, content }]);
  expect(await reasonings('ollama')).toEqual([
    { type: 'reasoning', summary, encrypted_content: 'Hm' },
  ]);
  expect(await reasonings('openai')).toEqual([
    { type: 'reasoning', summary, encrypted_content: 'blob' },
  ]);
  expect(await bodyOf({ model: 'small', items }, { profile: 'openai' })).toMatchObject({
    include: ['reasoning.encrypted_content'],
  });
});

test('reasoning of earlier turns stays away unless the request asks for it', async () => {
  const items: ContextItem[] = [{ type: 'reasoning', content: [{ text: 'Hm' }] }, user('Hello')];
  expect(await inputOf(items)).toHaveLength(1);
  expect(await inputOf(items, {}, { reasoningContext: 'all_turns' })).toHaveLength(2);
  expect(await inputOf(items, { adjustments: { reasoningBack: 'all' } })).toHaveLength(2);
  expect(await inputOf(items, { adjustments: { reasoningBack: 'none' } })).toHaveLength(1);
});

test('custom calls are native for OpenAI, and functions for others', async () => {
  const items: ContextItem[] = [
    { type: 'custom_tool_call', call_id: 'a', name: 'run', input: 'ls' },
    { type: 'custom_tool_call_output', call_id: 'a', output: 'ok' },
    { type: 'mcp_call', id: 'm', server_label: 'docs', name: 'ask', arguments: '', output: 'yes' },
  ];
  const mcp = [
    { type: 'function_call', call_id: 'm', name: 'docs__ask', arguments: '{}' },
    { type: 'function_call_output', call_id: 'm', output: 'yes' },
  ];
  expect(await inputOf(items)).toEqual([
    { type: 'function_call', call_id: 'a', name: 'run', arguments: '{"input":"ls"}' },
    { type: 'function_call_output', call_id: 'a', output: 'ok' },
    ...mcp,
  ]);
  expect(await inputOf(items, { profile: 'openai' })).toEqual([
    { type: 'custom_tool_call', call_id: 'a', name: 'run', input: 'ls' },
    { type: 'custom_tool_call_output', call_id: 'a', output: 'ok' },
    ...mcp,
  ]);
});

test('images of outputs stay there, or follow in a message of the user', async () => {
  const items: ContextItem[] = [
    { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
    { type: 'function_call', call_id: 'b', name: 'look', arguments: '{}' },
    { type: 'function_call_output', call_id: 'a', output: [IMAGE] },
    {
      type: 'function_call_output',
      call_id: 'b',
      output: [{ type: 'input_text', text: 'x' }, IMAGE],
    },
  ];
  const input = (await inputOf(items)) as unknown[];
  expect(input.slice(2)).toEqual([
    { type: 'function_call_output', call_id: 'a', output: '[image]' },
    { type: 'function_call_output', call_id: 'b', output: 'x' },
    { type: 'message', role: 'user', content: [IMAGE, IMAGE] },
  ]);
  expect(await inputOf(items, { profile: 'openai' })).toContainEqual({
    type: 'function_call_output',
    call_id: 'a',
    output: [IMAGE],
  });
});

test('a part that the server cannot take fails before anything is sent', async () => {
  const parts = [
    [{ type: 'input_image', file_id: 'file_1' }, 'input[0].content[0].file_id'],
    [{ type: 'input_file', file_id: 'file_1' }, 'input[0].content[0]'],
  ] as const;
  for (const [part, param] of parts) {
    const items: ContextItem[] = [{ type: 'message', role: 'user', content: [part] }];
    const request = { model: 'small', items };
    const { events, server } = await exchange(ANSWER, request, { protocol: 'responses' });
    expect(events).toMatchObject([{ failure: { kind: 'unsupported', param } }]);
    expect(server.requests).toEqual([]);
  }
});

test('tools and choices have the flat form of Responses', async () => {
  const tools: ModelTool[] = [
    { type: 'function', namespace: 'docs', name: 'ask', strict: false },
    { type: 'custom', name: 'run', format: { type: 'text' } },
  ];
  const request = asking('Go', {
    tools,
    toolChoice: { type: 'tool', name: 'run' },
    parallelToolCalls: true,
  });
  const ask = {
    type: 'function',
    name: 'docs__ask',
    parameters: { type: 'object', properties: {} },
    strict: false,
  };
  const generic = await bodyOf(request);
  expect(generic['tools']).toMatchObject([ask, { type: 'function', name: 'run' }]);
  expect(generic['tool_choice']).toEqual({ type: 'function', name: 'run' });
  const openai = await bodyOf(request, { profile: 'openai' });
  expect(openai['tools']).toEqual([ask, { type: 'custom', name: 'run', format: { type: 'text' } }]);
  expect(openai['tool_choice']).toEqual({ type: 'custom', name: 'run' });
  expect(openai['parallel_tool_calls']).toBe(true);
});

test('parameters have the names of Responses', async () => {
  const request = asking('Hello', {
    maxOutputTokens: 20,
    temperature: 0,
    topP: 1,
    logprobs: true,
    topLogprobs: 3,
    reasoningEffort: 'low',
    reasoningSummary: 'auto',
    verbosity: 'low',
    promptCacheKey: 'k',
    format: { type: 'json_schema', name: 'c', schema: { type: 'object' } },
  });
  expect(await bodyOf(request, { profile: 'openai' })).toMatchObject({
    max_output_tokens: 20,
    temperature: 0,
    top_p: 1,
    top_logprobs: 3,
    include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    reasoning: { effort: 'low', summary: 'auto' },
    text: {
      format: { type: 'json_schema', name: 'c', schema: { type: 'object' } },
      verbosity: 'low',
    },
    prompt_cache_key: 'k',
  });
});

test('a server that would ignore a format or a choice is not asked', async () => {
  const tools: ModelTool[] = [{ type: 'function', name: 'look' }];
  const requests = [
    ['llama-cpp', asking('Hello', { format: { type: 'json_object' } }), 'text.format'],
    ['ollama', asking('Hello', { tools, toolChoice: 'required' }), 'tool_choice'],
  ] as const;
  for (const [profile, request, param] of requests) {
    const overrides = { protocol: 'responses', profile } as const;
    const { events, server } = await exchange(ANSWER, request, overrides);
    expect(events).toMatchObject([{ failure: { kind: 'unsupported', param } }]);
    expect(server.requests).toEqual([]);
  }
});
