import { afterAll, expect, test } from 'vitest';
import { withPromptTokens } from '../../support/bounded-model.ts';
import { called, said } from '../../support/chat-answers.ts';
import { json, type ReceivedRequest, type ScriptedAnswer } from '../../support/model-server.ts';
import { startToolTurnServer, sums } from '../../support/tool-turns.ts';
import { MODEL, sentTo } from '../../support/turns.ts';

const turns = await startToolTurnServer({}, '--model-context', '4000');
const { client, model } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const ADD = ['sums__add', '{"a":2,"b":3}', 'call_a'] as const;
const HEADER = 'x-colloquy-repairs';

/** Answers as a model that calls the tool once, and then says its output. */
function adding({ method, body }: ReceivedRequest): ScriptedAnswer {
  if (method === 'GET') return json({ data: [{ id: MODEL }] });
  // Sound: the server sends chat requests alone.
  const { messages } = body as { messages: readonly { role: string; content: string }[] };
  const last = messages.at(-1);
  if (last?.content.startsWith('Summarise') === true) return said('much was said');
  const answer = last?.role === 'tool' ? said(`It is ${last.content}.`) : called(ADD);
  return { ...answer, steps: answer.steps.map((step) => withPromptTokens(step, 3_000)) };
}

async function longConversation(): Promise<string> {
  const spoken = Array.from({ length: 30 }, (_, turn) => [
    { role: 'user' as const, content: `question ${turn} `.padEnd(400, 'x') },
    { role: 'assistant' as const, content: `answer ${turn} `.padEnd(400, 'y') },
  ]).flat();
  const { id } = await client.conversations.create({ items: spoken.slice(0, 20) });
  await client.conversations.items.create(id, { items: spoken.slice(20, 40) });
  await client.conversations.items.create(id, { items: spoken.slice(40) });
  return id;
}

test('A tool runs in a turn whose oldest turns are left out, which both rounds leave out alike', async () => {
  model.play(adding);
  const conversation = await longConversation();
  const request = { model: MODEL, conversation, input: '2 + 3?', tools: [sums()] };
  const { data, response } = await client.responses
    .create({ ...request, truncation: 'auto' })
    .withResponse();
  expect(data).toMatchObject({ status: 'completed', output_text: 'It is 5.' });
  expect(response.headers.get(HEADER)).toMatch(/truncated_turn=\d+/);
  const [first, second] = [sentTo(model, 1), sentTo(model)];
  expect(first.messages.length).toBeLessThan(60);
  expect(second.messages.slice(0, first.messages.length)).toEqual(first.messages);
});

test('A turn with a tool is compacted once, after its last answer', async () => {
  model.play(adding);
  const conversation = await longConversation();
  const { output } = await client.responses.create({
    model: MODEL,
    conversation,
    input: '2 + 3?',
    tools: [sums()],
    context_management: [{ type: 'compaction', compact_threshold: 1_000 }],
  });
  const types = output.map(({ type }) => type);
  expect(types.filter((type) => type !== 'compaction')).toEqual([
    'mcp_list_tools',
    'mcp_call',
    'message',
  ]);
  expect(types.filter((type) => type === 'compaction')).toHaveLength(1);
});

test('A tool of a configured server runs in a response in the background', async () => {
  model.play(adding);
  const { id } = await client.responses.create({
    model: MODEL,
    input: '2 + 3?',
    tools: [sums()],
    background: true,
  });
  await expect
    .poll(() => client.responses.retrieve(id))
    .toMatchObject({ status: 'completed', output_text: 'It is 5.' });
});

test.each([
  ['authorization', { authorization: 'secret' }],
  ['headers', { headers: { 'x-key': 'secret' } }],
  ['a URL', { server_url: 'https://tools.example.com/secret' }],
])('A response in the background is refused %s of its own for a tool', async (_name, fields) => {
  const refused = client.responses.create({
    model: MODEL,
    input: '2 + 3?',
    tools: [sums(fields)],
    background: true,
  });
  await expect(refused).rejects.toMatchObject({ status: 400, param: 'tools[0]' });
});
