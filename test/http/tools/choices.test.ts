import { afterAll, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import { startToolTurnServer, sums } from '../../support/tool-turns.ts';
import { MODEL } from '../../support/turns.ts';

const turns = await startToolTurnServer({}, '--mcp-max-rounds', '4');
const { client, play, sent, model, mcp } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const ADD = ['sums__add', '{"a":2,"b":3}', 'call_a'] as const;
const weather = { type: 'function', name: 'weather', parameters: {}, strict: null } as const;

function namesSent(back = 0): readonly string[] {
  const tools = (sent(back)['tools'] ?? []) as readonly { function: { name: string } }[];
  return tools.map(({ function: { name } }) => name);
}

test.each([
  [null, 6],
  [[], 0],
  [['add'], 1],
  [['add', 'absent'], 1],
  [{ tool_names: ['add', 'read'] }, 2],
  [{ read_only: true }, 1],
  [{ tool_names: ['add'], read_only: true }, 0],
] as const)('allowed_tools %j offers %i tools', async (allowed, count) => {
  play(said('hello'));
  // Sound: a list that the client does not change.
  const tools = [sums({ allowed_tools: allowed as never })];
  const { output } = await client.responses.create({ model: MODEL, input: 'go', tools });
  expect(namesSent()).toHaveLength(count);
  expect(output[0]).toMatchObject({ type: 'mcp_list_tools' });
});

test('a tool that is not allowed does not run when the model calls it', async () => {
  const before = mcp.calls.length;
  play(called(ADD), said('sorry'));
  const { output } = await client.responses.create({
    model: MODEL,
    input: 'go',
    tools: [sums({ allowed_tools: ['read'] })],
  });
  // It is a function of that name, as any other that the model makes up.
  expect(output.map(({ type }) => type)).toEqual(['mcp_list_tools', 'function_call']);
  expect(mcp.calls).toHaveLength(before);
});

test.each([
  [{ type: 'mcp', server_label: 'sums', name: 'add' }, ['sums__add'], 1],
  [{ type: 'mcp', server_label: 'sums' }, ['sums__add', 'sums__read'], 2],
  [
    {
      type: 'allowed_tools',
      mode: 'auto',
      tools: [
        { type: 'function', name: 'weather' },
        { type: 'mcp', server_label: 'sums', name: 'add' },
      ],
    },
    ['weather', 'sums__add'],
    2,
  ],
] as const)(
  'the choice %j is made of the listed tools, for the first answer',
  async (choice, names, count) => {
    play(called(ADD), said('5'));
    await client.responses.create({
      model: MODEL,
      input: 'go',
      tools: [weather, sums({ allowed_tools: ['add', 'read'] })],
      // Sound: a list that the client does not change.
      tool_choice: choice as never,
    });
    const first = sent(1);
    const isNamed = typeof first['tool_choice'] === 'object';
    if (isNamed) expect(first['tool_choice']).toMatchObject({ function: { name: names[0] } });
    else expect(namesSent(1)).toEqual(names);
    expect(count).toBe(names.length);
    expect(sent()['tool_choice'] ?? 'auto').toBe('auto');
  },
);

test.each([
  { type: 'mcp', server_label: 'other' },
  { type: 'mcp', server_label: 'sums', name: 'absent' },
] as const)('the choice %j of what is not there is refused', async (choice) => {
  await expect(
    client.responses.create({ model: MODEL, input: 'go', tools: [sums()], tool_choice: choice }),
  ).rejects.toMatchObject({ status: 400, param: 'tool_choice' });
});

test('a required choice does not force a call for ever', async () => {
  play(called(ADD), said('5'));
  const tools = [sums()];
  const request = { model: MODEL, input: 'go', tools, tool_choice: 'required' as const };
  const { output_text: text } = await client.responses.create(request);
  expect(text).toBe('5');
  expect(sent(1)['tool_choice']).toBe('required');
  expect(sent()['tool_choice']).toBe('auto');
});

test('calls beyond max_tool_calls are not made, and the model must answer', async () => {
  const before = mcp.calls.length;
  play(called(ADD, [ADD[0], ADD[1], 'call_b'], [ADD[0], ADD[1], 'call_c']), said('5'));
  const { output, max_tool_calls: most } = await client.responses.create({
    model: MODEL,
    input: 'go',
    tools: [sums()],
    max_tool_calls: 2,
  });
  expect(most).toBe(2);
  expect(output.slice(1)).toMatchObject([
    { type: 'mcp_call', status: 'completed' },
    { type: 'mcp_call', status: 'completed' },
    { type: 'mcp_call', status: 'failed', error: { type: 'mcp_protocol_error' } },
    { type: 'message' },
  ]);
  expect(mcp.calls).toHaveLength(before + 2);
  expect(sent()['tool_choice']).toBe('none');
});

test('a model that calls tools without end is stopped', async () => {
  const before = model.requests.length;
  play(called(ADD));
  const response = await client.responses.create({ model: MODEL, input: 'go', tools: [sums()] });
  expect(model.requests).toHaveLength(before + 4);
  expect(sent()['tool_choice']).toBe('none');
  expect(response.status).toBe('completed');
  expect(response.output.at(-2)).toMatchObject({ type: 'mcp_call', status: 'failed' });
  expect(response.output.at(-1)).toMatchObject({ type: 'message' });
});

test('parallel_tool_calls false runs the calls of one answer one after the other', async () => {
  let running = 0;
  let most = 0;
  mcp.beforeEach(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    running -= 1;
  });
  play(called(ADD, [ADD[0], ADD[1], 'call_b']), said('5'));
  await client.responses.create({
    model: MODEL,
    input: 'go',
    tools: [sums()],
    parallel_tool_calls: false,
  });
  mcp.beforeEach(() => undefined);
  expect(most).toBe(1);
});

test('max_output_tokens holds for all answers together', async () => {
  play(called(ADD), said('5'));
  const request = { model: MODEL, input: 'go', tools: [sums()], max_output_tokens: 20 };
  await client.responses.create(request);
  expect([sent(1)['max_tokens'], sent()['max_tokens']]).toEqual([20, 15]);
});

test('a tool of a server and one of a namespace with the same names are kept apart', async () => {
  const add = { type: 'function', name: 'add', parameters: {}, strict: null } as const;
  const space = { type: 'namespace', name: 'sums', description: 'Sums.', tools: [add] } as const;
  play(called(['sums__add', '{}', 'call_a'], ['mcp_sums__add', '{"a":1,"b":1}', 'call_b']));
  const { output } = await client.responses.create({
    model: MODEL,
    input: 'go',
    tools: [space as never, sums()],
  });
  expect(output.slice(1)).toMatchObject([
    { type: 'function_call', namespace: 'sums', name: 'add' },
    { type: 'mcp_call', server_label: 'sums', name: 'add', output: '2' },
  ]);
});
