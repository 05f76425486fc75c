import {
  Agent,
  hostedMcpTool,
  OpenAIConversationsSession,
  OpenAIProvider,
  Runner,
} from '@openai/agents';
import { afterAll, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import { startToolTurnServer } from '../../support/tool-turns.ts';
import { itemsOf, MODEL } from '../../support/turns.ts';

const turns = await startToolTurnServer();
const { client, play, sent, mcp } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const modelProvider = new OpenAIProvider({ openAIClient: client, useResponses: true });
const runner = new Runner({ tracingDisabled: true, modelProvider });

const named = { serverLabel: 'sums', serverUrl: mcp.url };

function agentWith(requireApproval: 'always' | 'never') {
  const tool =
    requireApproval === 'never'
      ? hostedMcpTool(named)
      : hostedMcpTool({ ...named, requireApproval });
  return new Agent({ name: 'sums', model: MODEL, tools: [tool] });
}

const ADD = called(['sums__add', '{"a":2,"b":3}', 'call_a']);

test('a Runner gets the answer of an agent with a hosted MCP tool', async () => {
  play(ADD, said('It is 5.'));
  const result = await runner.run(agentWith('never'), 'What is 2 + 3?');
  expect(result.finalOutput).toBe('It is 5.');
});

/** Ways in which the SDK keeps the history. */
const WAYS = [
  ['without state on the server', async () => ({})],
  [
    'with a conversation',
    async () => ({ conversationId: (await client.conversations.create()).id }),
  ],
  ['with a session', async () => ({ session: new OpenAIConversationsSession({ client }) })],
] as const;

test.each(WAYS)('a Runner approves a call %s, and goes on', async (_name, begin) => {
  const options = await begin();
  const agent = agentWith('always');
  const before = mcp.calls.length;
  play(ADD, said('It is 5.'), said('Yes, 5.'));
  const first = await runner.run(agent, 'What is 2 + 3?', options);
  expect(first.interruptions).toHaveLength(1);
  expect(mcp.calls).toHaveLength(before);
  for (const interruption of first.interruptions) first.state.approve(interruption);
  const second = await runner.run(agent, first.state, options);
  expect(second.finalOutput).toBe('It is 5.');
  expect(mcp.calls.slice(before)).toEqual([{ tool: 'add', arguments: { a: 2, b: 3 } }]);
  const input = 'session' in options || 'conversationId' in options ? [] : second.history;
  const third = await runner.run(agent, [...input, { role: 'user', content: 'sure?' }], {
    ...options,
    ...('session' in options && { sessionInputCallback: (old, own) => [...old, ...own] }),
  });
  expect(third.finalOutput).toBe('Yes, 5.');
  expect(mcp.calls).toHaveLength(before + 1);
  // A session posts the request without its id and the call without its output.
  if ('session' in options) return;
  expect(sent().messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
    'user',
  ]);
});

test('a Runner rejects a call, and the model is told', async () => {
  const { id: conversationId } = await client.conversations.create();
  const agent = agentWith('always');
  const before = mcp.calls.length;
  play(ADD, said('Then not.'));
  const first = await runner.run(agent, 'What is 2 + 3?', { conversationId });
  for (const interruption of first.interruptions) first.state.reject(interruption);
  const second = await runner.run(agent, first.state, { conversationId });
  expect(second.finalOutput).toBe('Then not.');
  expect(mcp.calls).toHaveLength(before);
  expect((await itemsOf(client, conversationId)).map(({ type }) => type)).toEqual([
    'message',
    'mcp_list_tools',
    'mcp_approval_request',
    'mcp_approval_response',
    'message',
  ]);
});

test('a Runner that streams approves a call', async () => {
  const agent = agentWith('always');
  play(ADD, said('It is 5.'));
  const first = await runner.run(agent, 'What is 2 + 3?', { stream: true });
  await first.completed;
  for (const interruption of first.interruptions) first.state.approve(interruption);
  const second = await runner.run(agent, first.state, { stream: true });
  await second.completed;
  expect(second.finalOutput).toBe('It is 5.');
});
