import { afterAll, expect, test } from 'vitest';
import { answered, called, callsDelta, said } from '../../support/chat-answers.ts';
import { startToolTurnServer, sums } from '../../support/tool-turns.ts';
import { eventsOf, itemsOf, MODEL } from '../../support/turns.ts';

const turns = await startToolTurnServer();
const { client, play, sent, mcp } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const ADD = ['sums__add', '{"a":2, "b":3}', 'call_a'] as const;

test('a tool of an MCP server runs between two answers of the model', async () => {
  const { id: conversation } = await client.conversations.create();
  play(called(ADD), said('It is 5.'));
  const before = mcp.calls.length;
  const response = await client.responses.create({
    model: MODEL,
    conversation,
    input: 'What is 2 + 3?',
    tools: [sums()],
  });
  expect(response).toMatchObject({
    status: 'completed',
    output_text: 'It is 5.',
    output: [
      { type: 'mcp_list_tools', server_label: 'sums', id: expect.stringMatching(/^mcpl_/) },
      {
        type: 'mcp_call',
        id: expect.stringMatching(/^mcp_/),
        status: 'completed',
        name: 'add',
        server_label: 'sums',
        arguments: '{"a":2, "b":3}',
        output: '5',
        error: null,
        approval_request_id: null,
      },
      { type: 'message' },
    ],
    usage: { input_tokens: 48, output_tokens: 10, total_tokens: 58 },
  });
  expect(mcp.calls.slice(before)).toEqual([{ tool: 'add', arguments: { a: 2, b: 3 } }]);
  const messages = sent().messages;
  expect(messages).toMatchObject([
    { role: 'user', content: 'What is 2 + 3?' },
    { role: 'assistant', tool_calls: [{ function: { name: ADD[0], arguments: ADD[1] } }] },
    { role: 'tool', content: '5' },
  ]);
  expect(await itemsOf(client, conversation)).toMatchObject([
    { type: 'message' },
    ...response.output,
  ]);
});

test('a stream has the events of a list and of a call, one item after the other', async () => {
  play(called(ADD), said('It is 5.'));
  const stream = await client.responses.create({
    model: MODEL,
    input: 'sum?',
    stream: true,
    tools: [sums()],
  });
  const events = await eventsOf(stream);
  expect(events.map(({ type }) => type)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.mcp_list_tools.in_progress',
    'response.mcp_list_tools.completed',
    'response.output_item.done',
    'response.output_item.added',
    'response.mcp_call.in_progress',
    'response.mcp_call_arguments.delta',
    'response.mcp_call_arguments.done',
    'response.mcp_call.completed',
    'response.output_item.done',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  expect(events.map(({ sequence_number: number }) => number)).toEqual([...events.keys()]);
});

test('a list is made once in a conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  const request = { model: MODEL, conversation, tools: [sums()] };
  play(said('hello'));
  await client.responses.create({ ...request, input: 'hello' });
  play(called(ADD), said('5'));
  const lists = mcp.methods.filter((method) => method === 'tools/list').length;
  const { output } = await client.responses.create({ ...request, input: 'sum?' });
  expect(output.map(({ type }) => type)).toEqual(['mcp_call', 'message']);
  expect(mcp.methods.filter((method) => method === 'tools/list')).toHaveLength(lists);
});

test('tools that a later request allows are listed again, once', async () => {
  const { id: conversation } = await client.conversations.create();
  const allowing = async (...names: string[]) => {
    if (names.includes('read')) play(called(['sums__read', '{}', 'call_a']), said('ok'));
    else play(said('ok'));
    const tools = [sums({ allowed_tools: names })];
    const { output } = await client.responses.create({
      model: MODEL,
      conversation,
      input: 'go',
      tools,
    });
    return output.map((item) => ('name' in item ? item.name : item.type));
  };
  expect(await allowing('add')).toEqual(['mcp_list_tools', 'message']);
  expect(await allowing('add', 'read')).toEqual(['mcp_list_tools', 'read', 'message']);
  expect(await allowing('read')).toEqual(['read', 'message']);
  expect(await allowing('read', 'misspelt')).toEqual(['read', 'message']);
});

test('calls of one answer run at the same time, and are shown in the order of the model', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  mcp.beforeEach(() => released);
  const before = mcp.calls.length;
  play(called(ADD, ['sums__read', '{}', 'call_b']), said('done'));
  const running = client.responses.create({ model: MODEL, input: 'both', tools: [sums()] });
  await expect.poll(() => mcp.calls.length).toBe(before + 2);
  release();
  mcp.beforeEach(() => undefined);
  const { output } = await running;
  expect(output).toMatchObject([
    { type: 'mcp_list_tools' },
    { type: 'mcp_call', name: 'add', output: '5' },
    { type: 'mcp_call', name: 'read', output: 'read' },
    { type: 'message' },
  ]);
});

test('a call of the application ends the turn, after the tools of servers have run', async () => {
  const weather = { type: 'function', name: 'weather', parameters: {}, strict: null } as const;
  const { id: conversation } = await client.conversations.create();
  const request = { model: MODEL, conversation, tools: [sums(), weather] };
  play(called(['weather', '{}', 'call_w'], ADD));
  const { output } = await client.responses.create({ ...request, input: 'both' });
  expect(output).toMatchObject([
    { type: 'mcp_list_tools' },
    { type: 'function_call', call_id: 'call_w' },
    { type: 'mcp_call', output: '5' },
  ]);
  play(said('12 degrees, and 5'));
  const input = [{ type: 'function_call_output' as const, call_id: 'call_w', output: '12' }];
  await client.responses.create({ ...request, input });
  expect(sent().messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ id: 'call_w' }, { function: { name: ADD[0] } }] },
    { role: 'tool', content: '12' },
    { role: 'tool', content: '5' },
  ]);
});

test('the text and the reasoning before a call are shown to the model in the next round', async () => {
  play(
    answered(
      [{ reasoning: 'a sum' }, { content: 'Let me add.' }, callsDelta([...ADD])],
      'tool_calls',
    ),
    said('5'),
  );
  const { output } = await client.responses.create({ model: MODEL, input: 'sum', tools: [sums()] });
  expect(output.map(({ type }) => type)).toEqual([
    'mcp_list_tools',
    'reasoning',
    'message',
    'mcp_call',
    'message',
  ]);
  expect(sent().messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant', content: 'Let me add.', tool_calls: [{ function: { name: ADD[0] } }] },
    { role: 'tool', content: '5' },
  ]);
});

test.each([
  ['fail', { type: 'mcp_tool_execution_error' }, 'division by zero'],
  ['picture', null, 'see:\n[image image/png]'],
])('the outcome of %s is an item, and the model goes on', async (tool, error, text) => {
  play(called([`sums__${tool}`, '{}', 'call_a']), said('I see.'));
  const { output, status } = await client.responses.create({
    model: MODEL,
    input: 'go',
    tools: [sums()],
  });
  expect(status).toBe('completed');
  expect(output[1]).toMatchObject({
    type: 'mcp_call',
    status: error === null ? 'completed' : 'failed',
    error,
    output: error === null ? text : null,
  });
  expect(String(sent().messages.at(-1)?.content)).toContain(text);
});

test('a long result is cut between characters, and the model is told', async () => {
  play(called(['sums__long', '{}', 'call_a']), said('long'));
  const { output } = await client.responses.create({ model: MODEL, input: 'go', tools: [sums()] });
  const [, call] = output;
  expect(call).toMatchObject({
    output: `${'é'.repeat(50_000)}\n[cut: 100000 of 400000 bytes]`,
  });
});

test('arguments that are not an object fail the call without sending it', async () => {
  const before = mcp.calls.length;
  play(called(['sums__add', '[1', 'call_a']), said('sorry'));
  const { output } = await client.responses.create({ model: MODEL, input: 'go', tools: [sums()] });
  expect(output[1]).toMatchObject({
    status: 'failed',
    error: { type: 'mcp_protocol_error', code: -32602 },
  });
  expect(mcp.calls).toHaveLength(before);
});
