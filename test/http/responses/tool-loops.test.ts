import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { answered, called, callsDelta, said } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, startTurnServer, waysToContinue } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

type Tools = NonNullable<OpenAI.Responses.ResponseCreateParams['tools']>;

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools: Tools = [
  { type: 'function', name: 'weather', description: 'Weather.', parameters: schema, strict: true },
];
const BONN = '{"city":"Bonn", "n":1.0}';
const ULM = '{"city":"Ulm"}';

function output(callId: string, text: string) {
  return { type: 'function_call_output' as const, call_id: callId, output: text };
}

const WAYS = waysToContinue(client);

test.each(WAYS)('a call and its output go through %s', async (_name, begin) => {
  const continued = await begin();
  play(called(['weather', BONN, 'call_a']));
  const first = await client.responses.create({
    model: MODEL,
    input: 'weather in Bonn?',
    instructions: 'be brief',
    tools,
    ...continued(),
  });
  expect(first).toMatchObject({
    status: 'completed',
    output: [{ type: 'function_call', call_id: 'call_a', name: 'weather', arguments: BONN }],
  });
  expect(sent()['tools']).toEqual([
    {
      type: 'function',
      function: { name: 'weather', description: 'Weather.', parameters: schema, strict: true },
    },
  ]);
  play(said('12 degrees'));
  const second = await client.responses.create({
    model: MODEL,
    input: [output('call_a', '12')],
    tools,
    ...continued(first.id),
  });
  expect(second.output_text).toBe('12 degrees');
  expect(sent().messages).toEqual([
    { role: 'user', content: 'weather in Bonn?' },
    {
      role: 'assistant',
      content: '',
      tool_calls: [
        { id: 'call_a', type: 'function', function: { name: 'weather', arguments: BONN } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_a', content: '12' },
  ]);
});

test.each(WAYS)('parallel calls and their outputs go through %s', async (_name, begin) => {
  const continued = await begin();
  play(
    answered(
      [{ content: 'I look.' }, callsDelta(['weather', BONN, 'call_a'], ['weather', ULM, 'call_b'])],
      'tool_calls',
    ),
  );
  const request = { model: MODEL, tools, parallel_tool_calls: true };
  const first = await client.responses.create({ ...request, input: 'both?', ...continued() });
  expect(first.output.map(({ type }) => type)).toEqual([
    'message',
    'function_call',
    'function_call',
  ]);
  expect(sent()['parallel_tool_calls']).toBe(true);
  play(said('12 and 9'));
  const second = await client.responses.create({
    ...request,
    input: [output('call_b', '9'), output('call_a', '12'), { role: 'user', content: 'well?' }],
    ...continued(first.id),
  });
  const messages = sent().messages.map(({ role, content, tool_calls: calls, tool_call_id: id }) => [
    role,
    content,
    calls?.map((call) => call.id) ?? id,
  ]);
  expect(messages).toEqual([
    ['user', 'both?', undefined],
    ['assistant', 'I look.', ['call_a', 'call_b']],
    ['tool', '12', 'call_a'],
    ['tool', '9', 'call_b'],
    ['user', 'well?', undefined],
  ]);
  play(said('mild'));
  const third = await client.responses.create({
    ...request,
    input: 'and tomorrow?',
    ...continued(second.id),
  });
  expect(third.output_text).toBe('mild');
  expect(sent().messages.slice(0, 5)).toEqual(sent(1).messages);
  expect(sent().messages.slice(5)).toEqual([
    { role: 'assistant', content: '12 and 9' },
    { role: 'user', content: 'and tomorrow?' },
  ]);
});

test.each(WAYS)('outputs for some of the calls are refused with %s', async (_name, begin) => {
  const continued = await begin();
  play(called(['weather', BONN, 'call_a'], ['weather', ULM, 'call_b']));
  const first = await client.responses.create({
    model: MODEL,
    input: 'both?',
    tools,
    ...continued(),
  });
  for (const [input, missing] of [
    [[output('call_a', '12')], 'call_b'],
    ['never mind', 'call_a'],
  ] as const) {
    await expect(
      client.responses.create({
        model: MODEL,
        input: typeof input === 'string' ? input : [...input],
        tools,
        ...continued(first.id),
      }),
    ).rejects.toMatchObject({
      status: 400,
      param: 'input',
      message: `400 No tool output found for function call ${missing}.`,
    });
  }
  await expect(
    client.responses.create({
      model: MODEL,
      input: [output('call_a', '12'), output('call_b', '9'), output('call_c', '7')],
      tools,
      ...continued(first.id),
    }),
  ).rejects.toMatchObject({
    status: 400,
    param: 'input',
    message: '400 No tool call found for function call output with call_id call_c.',
  });
});

test('a refused request leaves the conversation as it was, and free', async () => {
  const { id: conversation } = await client.conversations.create();
  play(called(['weather', BONN, 'call_a']), said('12'));
  await client.responses.create({ model: MODEL, input: 'Bonn?', tools, conversation });
  const before = await itemsOf(client, conversation);
  await expect(
    client.responses.create({ model: MODEL, input: 'no', conversation }),
  ).rejects.toThrow('No tool output found');
  expect(await itemsOf(client, conversation)).toEqual(before);
  const answer = await client.responses.create(
    { model: MODEL, input: [output('call_a', '12')], conversation },
    { headers: { 'x-colloquy-when-busy': 'reject' } },
  );
  expect(answer.output_text).toBe('12');
});

/** Creates a conversation in which the model has called a tool, and will then answer. */
async function conversationWithCall(): Promise<string> {
  const { id: conversation } = await client.conversations.create();
  play(called(['weather', BONN, 'call_a']), said('12'));
  await client.responses.create({ model: MODEL, input: 'Bonn?', tools, conversation });
  return conversation;
}

test('the first of two outputs for a call is shown to the model, and both are stored', async () => {
  const conversation = await conversationWithCall();
  await client.responses.create({
    model: MODEL,
    input: [output('call_a', '12'), output('call_a', '13')],
    conversation,
  });
  const contents = sent().messages.flatMap(({ role, content }) =>
    role === 'tool' ? [content] : [],
  );
  expect(contents).toEqual(['12']);
  const types = (await itemsOf(client, conversation)).map(({ type }) => type);
  expect(types.filter((type) => type === 'function_call_output')).toHaveLength(2);
});

test('an output that the Agents SDK sends is all that a call needs', async () => {
  const conversation = await conversationWithCall();
  await client.responses.create({
    model: MODEL,
    input: [{ ...output('call_a', '12'), status: 'completed' }],
    conversation,
    include: [],
    tools: [],
    stream: false,
  });
  expect(sent().messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'call_a', content: '12' });
  for (const field of ['tools', 'tool_choice', 'parallel_tool_calls', 'include']) {
    expect(sent()).not.toHaveProperty(field);
  }
});

test('a custom tool gets raw text, and its output goes back to the model', async () => {
  const custom: Tools = [{ type: 'custom', name: 'run', description: 'Runs code.' }];
  const { id: conversation } = await client.conversations.create();
  play(called(['run', '{"input":"print(1)\\n"}', 'call_a']), said('it printed 1'));
  const first = await client.responses.create({
    model: MODEL,
    input: 'run',
    tools: custom,
    conversation,
  });
  expect(first.output).toEqual([
    {
      id: expect.stringMatching(/^ctc_[0-9a-f]{48}$/),
      type: 'custom_tool_call',
      status: 'completed',
      call_id: 'call_a',
      input: 'print(1)\n',
      name: 'run',
    },
  ]);
  await expect(
    client.responses.create({ model: MODEL, input: 'well?', tools: custom, conversation }),
  ).rejects.toThrow('No tool output found for custom tool call call_a.');
  const second = await client.responses.create({
    model: MODEL,
    input: [{ type: 'custom_tool_call_output', call_id: 'call_a', output: '1' }],
    tools: custom,
    conversation,
  });
  expect(second.output_text).toBe('it printed 1');
  expect(sent().messages.slice(1)).toMatchObject([
    { role: 'assistant', tool_calls: [{ function: { arguments: '{"input":"print(1)\\n"}' } }] },
    { role: 'tool', tool_call_id: 'call_a', content: '1' },
  ]);
});

test('a function of a namespace is called by its own name and namespace', async () => {
  const inner = { type: 'function' as const, name: 'find', parameters: schema, strict: null };
  const tool = { type: 'namespace', name: 'maps', description: 'Maps.', tools: [inner] } as const;
  const request = { model: MODEL, input: 'find', tools: [{ ...tool, tools: [inner] }] };
  play(said('hi'));
  await client.responses.create(request);
  const [offered] = sent()['tools'] as { function: { name: string } }[];
  play(called([offered?.function.name ?? '', ULM, 'call_a']));
  const { output: items } = await client.responses.create(request);
  expect(items).toMatchObject([{ type: 'function_call', name: 'find', namespace: 'maps' }]);
});

test('choices of tools are sent as Chat Completions has them', async () => {
  play(said('hi'));
  const choose = async (choice: OpenAI.Responses.ResponseCreateParams['tool_choice']) => {
    const response = await client.responses.create({
      model: MODEL,
      input: 'x',
      tools,
      ...(choice !== undefined && { tool_choice: choice }),
    });
    expect(response.tool_choice).toEqual(choice ?? 'auto');
    return sent()['tool_choice'];
  };
  const named = { type: 'function', function: { name: 'weather' } };
  expect(await choose('required')).toBe('required');
  expect(await choose('none')).toBe('none');
  expect(await choose({ type: 'function', name: 'weather' })).toEqual(named);
});

test('a function that is called like a hosted tool is a function', async () => {
  play(called(['web_search', '{"q":"x"}', 'call_a']));
  const { output: items } = await client.responses.create({
    model: MODEL,
    input: 'search',
    tools: [{ type: 'function', name: 'web_search', parameters: null, strict: null }],
  });
  expect(items).toMatchObject([{ type: 'function_call', name: 'web_search' }]);
});
