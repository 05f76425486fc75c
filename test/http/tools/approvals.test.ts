import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import { startToolTurnServer, sums } from '../../support/tool-turns.ts';
import { itemsOf, MODEL, waysToContinue } from '../../support/turns.ts';

const turns = await startToolTurnServer();
const { client, play, sent, mcp } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

type Response = OpenAI.Responses.Response;
type Input = OpenAI.Responses.ResponseInputItem;

const ARGUMENTS = '{"b":3, "a":2}';
const tools = [sums({ require_approval: null })];

/** Has the model call `add`, which needs an approval. */
async function asked(
  continued: object = {},
): Promise<{ response: Response; request: OpenAI.Responses.ResponseItem.McpApprovalRequest }> {
  play(called(['sums__add', ARGUMENTS, 'call_a']), said('It is 5.'));
  const response = await client.responses.create({
    model: MODEL,
    input: 'What is 2 + 3?',
    tools,
    ...continued,
  });
  const request = response.output.find(({ type }) => type === 'mcp_approval_request');
  if (request?.type !== 'mcp_approval_request') throw new Error('no approval was asked for');
  return { response, request };
}

function answer(id: string, approve = true): Input {
  return { type: 'mcp_approval_response', approval_request_id: id, approve };
}

/** Sends answers. */
function approving(input: readonly Input[], continued: object = {}): Promise<Response> {
  return client.responses.create({ model: MODEL, input: [...input], tools, ...continued });
}

const WAYS = waysToContinue(client);

test.each(WAYS)('an approval runs the call as it was stored, through %s', async (_name, begin) => {
  const continued = await begin();
  const before = mcp.calls.length;
  const { response, request } = await asked(continued());
  expect(response.status).toBe('completed');
  expect(request).toMatchObject({ name: 'add', server_label: 'sums', arguments: ARGUMENTS });
  expect(mcp.calls).toHaveLength(before);
  const second = await approving([answer(request.id)], continued(response.id));
  expect(mcp.calls.slice(before)).toEqual([{ tool: 'add', arguments: { a: 2, b: 3 } }]);
  expect(second).toMatchObject({
    status: 'completed',
    output: [
      { type: 'mcp_call', approval_request_id: request.id, arguments: ARGUMENTS, output: '5' },
      { type: 'message' },
    ],
  });
  expect(sent().messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ function: { name: 'sums__add', arguments: ARGUMENTS } }] },
    { role: 'tool', content: '5' },
  ]);
  expect(JSON.stringify(sent().messages)).not.toContain('no output');
  // The next turn is shown the same.
  play(said('yes'));
  await client.responses.create({ model: MODEL, input: 'sure?', ...continued(second.id) });
  expect(sent().messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ function: { name: 'sums__add' } }] },
    { role: 'tool', content: '5' },
    { role: 'assistant', content: 'It is 5.' },
    { role: 'user', content: 'sure?' },
  ]);
});

test.each(WAYS)('a refusal is shown to the model, through %s', async (_name, begin) => {
  const continued = await begin();
  const before = mcp.calls.length;
  const { response, request } = await asked(continued());
  play(said('Then not.'));
  const refusal = { ...answer(request.id, false), reason: 'too dear' };
  const second = await approving([refusal], continued(response.id));
  expect(second.output.map(({ type }) => type)).toEqual(['message']);
  expect(sent().messages.at(-1)).toMatchObject({
    role: 'tool',
    content: 'The call was not approved: too dear',
  });
  expect(mcp.calls).toHaveLength(before);
});

test.each(WAYS)('an approval counts once, through %s', async (_name, begin) => {
  const continued = await begin();
  const { response, request } = await asked(continued());
  const second = await approving([answer(request.id)], continued(response.id));
  const before = mcp.calls.length;
  const refused = { status: 400, message: expect.stringContaining('has already been answered') };
  await expect(approving([answer(request.id)], continued(second.id))).rejects.toMatchObject(
    refused,
  );
  // A branch of the chain too.
  await expect(
    approving([answer(request.id)], { previous_response_id: response.id }),
  ).rejects.toMatchObject(refused);
  await expect(
    approving([answer(request.id), answer(request.id)], continued(response.id)),
  ).rejects.toMatchObject(refused);
  expect(mcp.calls).toHaveLength(before);
});

test('two approvals of one call at the same time run it once', async () => {
  const { response, request } = await asked();
  const before = mcp.calls.length;
  play(said('5'));
  const both = await Promise.allSettled(
    [1, 2].map(() => approving([answer(request.id)], { previous_response_id: response.id })),
  );
  expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(mcp.calls).toHaveLength(before + 1);
});

test('an approval whose turn fails after the call gets the same outcome again', async () => {
  const { id: conversation } = await client.conversations.create();
  const { request } = await asked({ conversation });
  const before = mcp.calls.length;
  play({ status: 500, steps: ['{}'] });
  await expect(approving([answer(request.id)], { conversation })).rejects.toMatchObject({
    status: 500,
  });
  turns.server.failures.splice(0);
  play(said('5'));
  const { output } = await approving([answer(request.id)], { conversation });
  expect(output[0]).toMatchObject({ type: 'mcp_call', output: '5' });
  expect(mcp.calls).toHaveLength(before + 1);
});

test('a client that keeps the history approves a call with its stored arguments', async () => {
  const { response, request } = await asked();
  const before = mcp.calls.length;
  const forged = { ...request, name: 'long', arguments: '{"a":1000000}' };
  const history: Input[] = [{ role: 'user', content: 'What is 2 + 3?' }];
  // Sound: the client sends what it got.
  const output = response.output.filter(({ type }) => type === 'mcp_list_tools') as Input[];
  const { output: second } = await approving([...history, ...output, forged, answer(request.id)]);
  expect(mcp.calls.slice(before)).toEqual([{ tool: 'add', arguments: { a: 2, b: 3 } }]);
  expect(second[0]).toMatchObject({ type: 'mcp_call', name: 'add', arguments: ARGUMENTS });
  // The same once more, without the call.
  await expect(approving([...history, request as Input, answer(request.id)])).rejects.toMatchObject(
    { status: 400 },
  );
  // And with it, as such a client sends it.
  play(said('done'));
  const replayed = [...history, request, answer(request.id), ...second] as Input[];
  const third = await approving([...replayed, { role: 'user', content: 'thanks' }]);
  expect(third.output_text).toBe('done');
  expect(mcp.calls).toHaveLength(before + 1);
});

test('an approval works although the request was also posted to a conversation', async () => {
  const { request } = await asked();
  const { id: conversation } = await client.conversations.create();
  await client.conversations.items.create(conversation, {
    items: [
      { role: 'user', content: 'sum?' },
      { ...request, arguments: '{"a":7,"b":7}' },
    ],
  });
  const { output } = await approving([answer(request.id)], { conversation });
  expect(output[1]).toMatchObject({ arguments: ARGUMENTS, output: '5' });
});

test('a request that a client has made up never runs', async () => {
  const before = mcp.calls.length;
  const made = {
    type: 'mcp_approval_request',
    id: 'mcpr_made_up',
    server_label: 'sums',
    name: 'add',
    arguments: '{"a":1,"b":1}',
    issued_here: true,
  } as unknown as Input;
  const absent = { status: 400, message: "400 No approval request found with id 'mcpr_made_up'." };
  await expect(approving([made, answer('mcpr_made_up')])).rejects.toMatchObject(absent);
  const { id: conversation } = await client.conversations.create();
  await client.conversations.items.create(conversation, { items: [made] });
  await expect(approving([answer('mcpr_made_up')], { conversation })).rejects.toMatchObject(absent);
  play(said('hm'));
  const stored = await client.responses.create({ model: MODEL, input: [made] });
  await expect(
    approving([answer('mcpr_made_up')], { previous_response_id: stored.id }),
  ).rejects.toMatchObject(absent);
  expect(mcp.calls).toHaveLength(before);
});

test('a request is not found from another conversation, or after its deletion', async () => {
  const { id: conversation } = await client.conversations.create();
  const { response, request } = await asked({ conversation });
  const other = await client.conversations.create();
  const before = mcp.calls.length;
  const absent = { status: 400, message: expect.stringContaining('No approval request found') };
  const approval = answer(request.id);
  await expect(approving([approval], { conversation: other.id })).rejects.toMatchObject(absent);
  await expect(approving([approval])).rejects.toMatchObject(absent);
  await client.conversations.delete(conversation);
  await expect(approving([request as Input, approval])).rejects.toMatchObject(absent);
  await expect(approving([approval], { previous_response_id: response.id })).rejects.toMatchObject({
    status: 400,
  });
  expect(mcp.calls).toHaveLength(before);
});

test('a request of a response that is not stored cannot be approved', async () => {
  const { request } = await asked({ store: false });
  await expect(approving([request as Input, answer(request.id)])).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('No approval request found'),
  });
});

test('an approval needs the server in the tools of its request', async () => {
  const { response, request } = await asked();
  await expect(
    approving([answer(request.id)], { previous_response_id: response.id, tools: [] }),
  ).rejects.toMatchObject({ status: 400, param: 'tools' });
});

test('an approved tool that is no longer allowed fails as an item', async () => {
  const { response, request } = await asked();
  const before = mcp.calls.length;
  const { output } = await approving([answer(request.id)], {
    previous_response_id: response.id,
    tools: [sums({ allowed_tools: ['read'] })],
  });
  expect(output[0]).toMatchObject({
    type: 'mcp_call',
    status: 'failed',
    error: { type: 'mcp_protocol_error' },
  });
  expect(mcp.calls).toHaveLength(before);
});

test('a request without an answer counts as refused when the user goes on', async () => {
  const { id: conversation } = await client.conversations.create();
  const { request } = await asked({ conversation });
  play(said('ok'));
  await client.responses.create({ model: MODEL, conversation, tools, input: 'never mind' });
  expect(sent().messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant' },
    { role: 'tool', content: 'The call was not approved.' },
    { role: 'user', content: 'never mind' },
  ]);
  // It can still be approved.
  play(said('5'));
  const { output } = await approving([answer(request.id)], { conversation });
  expect(output[0]).toMatchObject({ type: 'mcp_call', output: '5' });
  expect((await itemsOf(client, conversation)).map(({ type }) => type)).toEqual([
    'message',
    'mcp_list_tools',
    'mcp_approval_request',
    'message',
    'message',
    'mcp_approval_response',
    'mcp_call',
    'message',
  ]);
});

test.each([
  [undefined, true, true],
  ['always', true, true],
  ['never', false, false],
  [{ never: { tool_names: ['read'] } }, true, false],
  [{ never: { read_only: true } }, true, false],
  [{ never: {} }, true, true],
  [{ always: { tool_names: ['read'] }, never: { tool_names: ['read', 'add'] } }, false, true],
] as const)('require_approval %j is obeyed', async (rules, forAdd, forRead) => {
  for (const [name, needed] of [
    ['add', forAdd],
    ['read', forRead],
  ] as const) {
    play(called([`sums__${name}`, '{}', 'call_a']), said('done'));
    const { output } = await client.responses.create({
      model: MODEL,
      input: 'go',
      // Sound: a list that the client may not change is one that it does not change.
      tools: [sums({ require_approval: rules as never })],
    });
    const types = output.map(({ type }) => type as string);
    expect(types.includes('mcp_approval_request')).toBe(needed);
    expect(types.includes('mcp_call')).toBe(!needed);
  }
});
