import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { boundedModel, chatRequests, textsOf } from '../../support/bounded-model.ts';
import { json, type AnswerTo } from '../../support/model-server.ts';
import { itemsOf, MODEL, startTurnServer } from '../../support/turns.ts';

/** Says all code words that it is shown. */
function say(texts: readonly string[]): string {
  return [...new Set(texts.join(' ').match(/code-\w+/g) ?? [])].join(' ') || 'ok';
}

async function startCompacting(contextTokens = 4_000, ...settings: readonly string[]) {
  const turns = await startTurnServer(...settings);
  turns.model.play(boundedModel({ contextTokens, say }));
  return { ...turns, chats: () => chatRequests(turns.model.requests).map(textsOf) };
}

const call = { type: 'function_call', call_id: 'call_a', name: 'look', arguments: '{}' } as const;
const output = { type: 'function_call_output', call_id: 'call_a', output: 'code-beta' } as const;
const TALK: OpenAI.Responses.ResponseInput = [
  { role: 'system', content: 'Rules' },
  { role: 'user', content: 'code-alpha' },
  call,
  output,
  { role: 'assistant', content: 'code-gamma' },
  { role: 'user', content: 'and?' },
];

test('a compaction has the messages of the user, and stands for the rest', async () => {
  await using turns = await startCompacting();
  const { client, chats } = turns;
  const compacted = await client.responses.compact({ model: MODEL, input: TALK });
  expect(compacted).toMatchObject({
    id: expect.stringMatching(/^resp_/),
    object: 'response.compaction',
    usage: { input_tokens: expect.any(Number), output_tokens: 5 },
  });
  expect(compacted.output).toMatchObject([
    { type: 'message', role: 'system', content: [{ text: 'Rules' }] },
    { type: 'message', role: 'user', content: [{ text: 'code-alpha' }] },
    { type: 'message', role: 'user', content: [{ text: 'and?' }] },
    { id: expect.stringMatching(/^cmp_/), type: 'compaction' },
  ]);
  const input = [...compacted.output, { role: 'user', content: 'go on' }] as never;
  await client.responses.create({ model: MODEL, store: false, input });
  expect(chats().at(-1)).toEqual([
    'Rules',
    'Summary of the conversation so far:\ncode-alpha code-beta code-gamma',
    'code-alpha',
    'and?',
    'go on',
  ]);
  await expect(client.responses.retrieve(compacted.id)).rejects.toMatchObject({ status: 404 });
});

test('a stored conversation and a response can be compacted, and stay as they are', async () => {
  await using turns = await startCompacting();
  const { client, chats } = turns;
  const { id: conversation } = await client.conversations.create({ items: TALK });
  const before = await itemsOf(client, conversation);
  const request = { model: MODEL, conversation } as OpenAI.Responses.ResponseCompactParams;
  const ofConversation = await client.responses.compact(request);
  expect(ofConversation.output).toHaveLength(4);
  expect(ofConversation.output[1]?.id).toBe(before[1]?.id);
  expect(await itemsOf(client, conversation)).toEqual(before);
  const first = await client.responses.create({ model: MODEL, input: 'code-delta' });
  const instructions = 'Be thorough';
  const ofResponse = await client.responses.compact({
    model: MODEL,
    previous_response_id: first.id,
    instructions,
  });
  expect(ofResponse.output.map(({ type }) => type)).toEqual(['message', 'compaction']);
  expect(chats().at(-1)?.slice(0, 3)).toEqual([instructions, 'code-delta', 'code-delta']);
  expect(await client.responses.retrieve(first.id)).toMatchObject({ id: first.id });
});

test('a conversation of ten times its context is read in parts', async () => {
  await using turns = await startCompacting(1_000);
  const { client, chats } = turns;
  const words = Array.from({ length: 40 }, (_, place) => `code-${place}`);
  const input = words.flatMap((word) => [
    { role: 'user' as const, content: `${word} `.padEnd(1_000, 'x') },
    { role: 'assistant' as const, content: 'ok' },
  ]);
  const compacted = await client.responses.compact({ model: MODEL, input });
  expect(chats().length).toBeGreaterThan(10);
  expect(compacted.output.length, 'the newest messages must leave room').toBeLessThan(5);
  const next = [...compacted.output, { role: 'user', content: 'go on' }] as never;
  await client.responses.create({ model: MODEL, store: false, input: next });
  expect(chats().at(-1)?.[0]?.split(/\s+/).slice(6)).toEqual(words);
});

test('summaries of parts that are too long together are summarised once more', async () => {
  await using turns = await startTurnServer();
  const { client, model } = turns;
  const parts: string[] = [];
  const summaries: AnswerTo = boundedModel({
    contextTokens: 1_000,
    say: ([first = '']) => {
      parts.push(first.slice(0, 20));
      return first.startsWith('Summary') ? 'short' : 'long '.repeat(100);
    },
  });
  model.play(summaries);
  const input = Array.from({ length: 20 }, () => ({
    role: 'user' as const,
    content: 'x'.repeat(1_000),
  }));
  const { output, usage } = await client.responses.compact({ model: MODEL, input });
  expect(parts.filter((part) => part.startsWith('Summary')).length).toBeGreaterThan(0);
  expect(usage.output_tokens).toBe(5 * parts.length);
  const next = [...output, { role: 'user', content: 'go on' }] as never;
  await client.responses.create({ model: MODEL, store: false, input: next });
  expect(textsOf(chatRequests(model.requests).at(-1) ?? { body: undefined })[0]).toMatch(
    /: *\nshort/,
  );
});

test('one huge item is clipped for its summary, and not repeated', async () => {
  await using turns = await startCompacting(1_000);
  const { client, chats } = turns;
  const input = `code-first ${'x'.repeat(50_000)} code-last`;
  const compacted = await client.responses.compact({ model: MODEL, input });
  expect(compacted.output.map(({ type }) => type)).toEqual(['compaction']);
  expect(chats()).toHaveLength(1);
  const [shown = ''] = chats()[0] ?? [];
  expect(shown).toMatch(/^code-first x+\n\[…\]\nx+ code-last$/);
  const outputs: OpenAI.Responses.ResponseInput = [
    { role: 'user', content: 'look' },
    { ...call, arguments: JSON.stringify({ at: 'x'.repeat(50_000) }) },
    { ...output, output: 'x'.repeat(50_000) },
  ];
  await client.responses.compact({ model: MODEL, input: outputs });
  expect(chats().at(-1)?.join('').length).toBeLessThan(4_000);
});

test('a compaction of nothing is refused', async () => {
  await using turns = await startCompacting();
  const { client, model } = turns;
  const { id: conversation } = await client.conversations.create();
  const guided = [{ role: 'system' as const, content: 'Rules' }];
  const refusal = { status: 400, code: 'invalid_value', param: 'input' };
  for (const request of [{ conversation }, { input: guided }]) {
    await expect(client.responses.compact({ model: MODEL, ...request })).rejects.toMatchObject(
      refusal,
    );
  }
  await expect(client.responses.compact({ model: MODEL })).rejects.toMatchObject({ status: 400 });
  expect(chatRequests(model.requests)).toEqual([]);
});

test('a compaction that the model server fails is refused with its error', async () => {
  await using turns = await startCompacting();
  const { client, model, server } = turns;
  const request = { model: MODEL, input: 'x' };
  model.play(json({ error: { message: 'broken', code: 500 } }, 500));
  await expect(client.responses.compact(request)).rejects.toMatchObject({ status: 500 });
  model.play(boundedModel({ contextTokens: 4_000, say: () => ' ' }));
  await expect(client.responses.compact(request)).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining('it wrote no summary'),
  });
  expect(server.failures.splice(0)).toHaveLength(2);
});

test.each([
  [{ previous_response_id: 'resp_absent' }, 400, 'previous_response_id'],
  [{ conversation: 'conv_absent' }, 404, null],
  [{ input: 'x', stream: true }, 400, 'stream'],
  [{ input: 'x', tools: [] }, 400, 'tools'],
])('the compaction %j is refused', async (body, status, param) => {
  await using turns = await startCompacting();
  const request = { model: MODEL, ...body } as OpenAI.Responses.ResponseCompactParams;
  await expect(turns.client.responses.compact(request)).rejects.toMatchObject({ status, param });
});
