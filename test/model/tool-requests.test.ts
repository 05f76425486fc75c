import { expect, test } from 'vitest';
import type { ModelTool, ToolChoice } from '../../src/model/port.ts';
import { chunk, DONE, json, streamed } from '../support/model-server.ts';
import { ANSWER } from './chat-context.ts';
import { asking, exchange, summary, type Overrides } from './client.ts';

const LOOK: ModelTool = { type: 'function', name: 'look', parameters: { type: 'object' } };
const FIND: ModelTool = { type: 'function', name: 'find', description: 'Finds.', strict: true };
const TOOLS = [LOOK, FIND];

async function sent(
  toolChoice: ToolChoice | undefined,
  overrides: Overrides = {},
  tools: readonly ModelTool[] = TOOLS,
): Promise<{ names: unknown; choice: unknown }> {
  const { body, events } = await exchange(ANSWER, asking('Go', { tools, toolChoice }), overrides);
  expect(events.at(-1)).toMatchObject({ type: 'finish' });
  const list = body['tools'] as { function: { name: string } }[] | undefined;
  return { names: list?.map((tool) => tool.function.name), choice: body['tool_choice'] };
}

test('tools are sent as functions, without fields that were not set', async () => {
  const tools: ModelTool[] = [...TOOLS, { type: 'custom', name: 'run', description: 'Runs.' }];
  const { body } = await exchange(ANSWER, asking('Go', { tools, parallelToolCalls: false }));
  expect(body).toMatchObject({ parallel_tool_calls: false });
  expect(body['tools']).toEqual([
    { type: 'function', function: { name: 'look', parameters: { type: 'object' } } },
    {
      type: 'function',
      function: {
        name: 'find',
        description: 'Finds.',
        parameters: { type: 'object', properties: {} },
        strict: true,
      },
    },
    {
      type: 'function',
      function: {
        name: 'run',
        description: 'Runs.',
        parameters: {
          type: 'object',
          properties: { input: { type: 'string' } },
          required: ['input'],
        },
      },
    },
  ]);
  expect(body).not.toHaveProperty('tool_choice');
});

test('parallel_tool_calls is not sent without tools', async () => {
  const { body } = await exchange(ANSWER, asking('Go', { tools: [], parallelToolCalls: true }));
  expect(body).not.toHaveProperty('parallel_tool_calls');
});

test('every form of a choice is sent to a server that obeys it', async () => {
  const all = ['look', 'find'];
  expect(await sent('auto')).toEqual({ names: all, choice: 'auto' });
  expect(await sent('none')).toEqual({ names: all, choice: 'none' });
  expect(await sent('required')).toEqual({ names: all, choice: 'required' });
  expect(await sent({ type: 'tool', name: 'find' })).toEqual({
    names: all,
    choice: { type: 'function', function: { name: 'find' } },
  });
});

test('allowed tools are the only ones that are sent', async () => {
  const tools = [{ name: 'find' }];
  const allowed = { type: 'allowed', mode: 'auto', tools } as const;
  expect(await sent(allowed)).toEqual({ names: ['find'], choice: 'auto' });
  expect(await sent({ ...allowed, mode: 'required' })).toEqual({
    names: ['find'],
    choice: 'required',
  });
  expect(await sent({ ...allowed, tools: [] })).toEqual({ names: undefined, choice: undefined });
});

test('a choice that a server ignores is expressed by the tools that are sent', async () => {
  const profile = 'llama-cpp';
  expect(await sent({ type: 'tool', name: 'find' }, { profile })).toEqual({
    names: ['find'],
    choice: 'required',
  });
  expect(await sent('none', { profile })).toEqual({ names: undefined, choice: undefined });
  expect(await sent('none', { profile: 'ollama' })).toEqual({
    names: undefined,
    choice: undefined,
  });
});

test('a call cannot be required of a server that has no such choice, except as best effort', async () => {
  const choices = ['required', { type: 'tool', name: 'find' }] as const;
  for (const toolChoice of choices) {
    const request = asking('Go', { tools: TOOLS, toolChoice });
    const { events } = await exchange(ANSWER, request, { profile: 'ollama' });
    expect(events).toMatchObject([{ failure: { kind: 'unsupported', param: 'tool_choice' } }]);
  }
  const adjustments = { bestEffortToolChoice: true };
  expect(await sent('required', { profile: 'ollama', adjustments })).toEqual({
    names: ['look', 'find'],
    choice: undefined,
  });
});

test('a grammar for a custom tool is refused, not ignored', async () => {
  const tools: ModelTool[] = [
    LOOK,
    { type: 'custom', name: 'run', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
  ];
  const { events } = await exchange(ANSWER, asking('Go', { tools }));
  expect(events).toMatchObject([{ failure: { kind: 'unsupported', param: 'tools[1].format' } }]);
});

test('tools of namespaces are found again by the names that were sent for them', async () => {
  const tools: ModelTool[] = [
    { type: 'function', namespace: 'docs', name: 'ask' },
    { type: 'function', namespace: 'my docs', name: 'ask' },
    { type: 'function', namespace: 'my.docs', name: 'ask' },
    { type: 'function', namespace: 'x'.repeat(80), name: 'ask' },
  ];
  const { names } = await sent(undefined, {}, tools);
  const expected = ['docs__ask', 'my_docs__ask', 'my_docs__ask_2', 'x'.repeat(64)];
  expect(names).toEqual(expected);
  const calls = expected.map((name, index) => ({
    index,
    id: `call_${index}`,
    function: { name, arguments: '{}' },
  }));
  const answer = streamed(chunk({ tool_calls: calls }, 'tool_calls'), DONE);
  const { events } = await exchange(answer, asking('Go', { tools }));
  expect(events.filter(({ type }) => type === 'call_started')).toMatchObject(
    tools.map(({ namespace, name }) => ({ namespace, name })),
  );
});

test('an answer is not streamed where log probabilities exclude tools in streams', async () => {
  const message = {
    content: 'Hi',
    tool_calls: [{ id: 'call_1', function: { name: 'look', arguments: '{}' } }],
  };
  const answer = json({
    choices: [
      {
        index: 0,
        message,
        finish_reason: 'tool_calls',
        logprobs: { content: [{ token: 'Hi', logprob: -1, bytes: null, top_logprobs: [] }] },
      },
    ],
  });
  const request = asking('Go', { tools: TOOLS, logprobs: true });
  const { body, events } = await exchange(answer, request, { profile: 'llama-cpp' });
  expect(body).toMatchObject({ stream: false, logprobs: true });
  expect(body).not.toHaveProperty('stream_options');
  expect(summary(events)).toEqual([
    'message_started',
    'text_delta: Hi',
    'call_started: function call_1 look',
    'arguments_delta: {}',
    'finish: stop',
  ]);
});
