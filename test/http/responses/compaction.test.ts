import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import {
  boundedModel,
  chatRequests,
  textsOf,
  withPromptTokens,
  type BoundedModelOptions,
} from '../../support/bounded-model.ts';
import { answered, called, said } from '../../support/chat-answers.ts';
import { chunk, DONE, streamed } from '../../support/model-server.ts';
import { eventsOf, itemsOf, MODEL, startTurnServer, type TurnServer } from '../../support/turns.ts';

const HEADER = 'x-colloquy-repairs';
const COMPACTED = {
  model: MODEL,
  context_management: [{ type: 'compaction', compact_threshold: 1_000 }],
};
const SUMMARY = 'Summary of the conversation so far:\n';

/** Says what a model says that summarises: all code words that it is shown. */
function say(texts: readonly string[]): string {
  if (!(texts.at(-1) ?? '').startsWith('Summarise')) return 'ok';
  const words = texts.join(' ').match(/code-\w+/g) ?? [];
  return [...new Set(words)].join(' ') || 'nothing';
}

async function startCompacting(
  options: Partial<BoundedModelOptions> = {},
  ...settings: readonly string[]
): Promise<TurnServer & { readonly chats: () => readonly (readonly string[])[] }> {
  const turns = await startTurnServer(...settings);
  turns.model.play(boundedModel({ contextTokens: 4_000, say, ...options }));
  return { ...turns, chats: () => chatRequests(turns.model.requests).map(textsOf) };
}

/** A text of so many bytes that begins with its own words. */
function long(words: string, bytes = 2_000): string {
  return `${words} `.padEnd(bytes, 'x');
}

function typesOf(items: readonly { readonly type: string }[]): readonly string[] {
  return items.map(({ type }) => type);
}

test('a conversation is compacted after the answer that reaches the threshold', async () => {
  await using turns = await startCompacting();
  const { client, chats } = turns;
  const { id: conversation } = await client.conversations.create({
    items: [
      { role: 'system', content: 'Rules' },
      { role: 'user', content: long('code-alpha', 3_800) },
      { role: 'assistant', content: 'ok' },
    ],
  });
  const input = long('more', 400);
  const first = await client.responses.create({ ...COMPACTED, conversation, input });
  expect(typesOf(first.output)).toEqual(['message', 'compaction']);
  const before = await itemsOf(client, conversation);
  const { data, response } = await client.responses
    .create({ ...COMPACTED, conversation, input: 'now' })
    .withResponse();
  expect(data.output_text).toBe('ok');
  expect(response.headers.get(HEADER)).toBe('compacted_item=2');
  const [shown = []] = chats().slice(-1);
  expect(shown.slice(0, 2)).toEqual(['Rules', `${SUMMARY}code-alpha`]);
  expect(shown.slice(2)).toEqual([input, 'ok', 'now']);
  // The originals stay, in the conversation and in the lists of the responses.
  const items = await itemsOf(client, conversation);
  expect(items.slice(0, before.length)).toEqual(before);
  expect(typesOf(items)).toEqual([...Array(5).fill('message'), 'compaction', 'message', 'message']);
});

test('a compaction is streamed as an item of its own, and stored with the response', async () => {
  await using turns = await startCompacting();
  const { client } = turns;
  const stream = client.responses.stream({ ...COMPACTED, input: long('code-beta', 4_400) });
  const events = await eventsOf(stream);
  const final = await stream.finalResponse();
  const added = events.flatMap((event) =>
    event.type === 'response.output_item.added' || event.type === 'response.output_item.done'
      ? [[event.type, event.output_index, event.item.type]]
      : [],
  );
  expect(added.slice(2)).toEqual([
    ['response.output_item.added', 1, 'compaction'],
    ['response.output_item.done', 1, 'compaction'],
  ]);
  const stored = await client.responses.retrieve(final.id);
  expect(stored.output[1]).toEqual(final.output[1]);
  expect(stored.output.at(-1)?.id).toMatch(/^cmp_/);
  expect(JSON.stringify(stored)).not.toContain('code-beta');
  const next = { ...COMPACTED, previous_response_id: final.id };
  await client.responses.create({ ...next, input: 'and?' });
  const [shown = []] = turns.chats().slice(-1);
  expect(shown).toEqual([`${SUMMARY}code-beta`, 'and?']);
});

test('a client that keeps the history may leave out what is before a compaction', async () => {
  await using turns = await startCompacting();
  const { client, chats } = turns;
  const request = { ...COMPACTED, store: false };
  const first = await client.responses.create({ ...request, input: long('code-gamma', 4_400) });
  const compaction = first.output.at(-1);
  expect(compaction?.type).toBe('compaction');
  const input = [compaction, { role: 'user', content: 'and?' }] as never;
  await client.responses.create({ ...request, input });
  expect(chats().at(-1)).toEqual([`${SUMMARY}code-gamma`, 'and?']);
});

test('a conversation that is too long already is compacted before the model answers', async () => {
  await using turns = await startCompacting();
  const { client, chats } = turns;
  const { id: conversation } = await client.conversations.create();
  for (const word of ['delta', 'epsilon', 'zeta']) {
    const items = Array.from({ length: 10 }, (_, place) => ({
      role: place % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: long(place === 0 ? `code-${word}` : 'more'),
    }));
    await client.conversations.items.create(conversation, { items });
  }
  const response = await client.responses
    .create({ ...COMPACTED, conversation, input: 'now' })
    .withResponse();
  expect(typesOf(response.data.output)).toEqual(['compaction', 'message']);
  expect(response.response.headers.get(HEADER)).toBe('compacted_item=30');
  const [expected = '', question] = chats().at(-1) ?? [];
  expect(expected.match(/code-\w+/g)).toEqual(['code-delta', 'code-epsilon', 'code-zeta']);
  expect(question).toBe('now');
  // The question is not lost with the next turn, although it precedes the compaction.
  await client.responses.create({ ...COMPACTED, conversation, input: 'then' });
  expect(chats().at(-1)).toEqual([expected, 'now', 'ok', 'then']);
});

test('a turn that ends in calls is kept word for word when it is compacted', async () => {
  const bounded = { contextTokens: 4_000, say };
  await using turns = await startCompacting(bounded);
  const { client, model, sent } = turns;
  const { id: conversation } = await client.conversations.create({
    items: [
      { role: 'user', content: long('code-eta', 4_400) },
      { role: 'assistant', content: 'ok' },
    ],
  });
  let answers = 0;
  model.play((request) => {
    if (request.method === 'GET') return boundedModel(bounded)(request);
    answers += 1;
    const { steps } = called(['look', '{}', 'call_a']);
    const counted = steps.map((step) => withPromptTokens(step, 1_100));
    return answers === 1 ? { steps: counted } : boundedModel(bounded)(request);
  });
  const first = await client.responses.create({ ...COMPACTED, conversation, input: 'look' });
  expect(typesOf(first.output)).toEqual(['function_call', 'compaction']);
  model.play((request) => (request.method === 'GET' ? boundedModel(bounded)(request) : said('ok')));
  const output = { type: 'function_call_output' as const, call_id: 'call_a', output: 'blue' };
  await client.responses.create({ ...COMPACTED, conversation, input: [output] });
  expect(sent().messages.map(({ role, content }) => [role, content])).toEqual([
    ['system', `${SUMMARY}code-eta`],
    ['user', 'look'],
    ['assistant', ''],
    ['tool', 'blue'],
  ]);
});

test('the usage of a response has the tokens of its summary', async () => {
  await using turns = await startCompacting();
  const { client, model, chats } = turns;
  model.play((request) => {
    if (request.method === 'GET') return boundedModel({ contextTokens: 4_000 })(request);
    const { steps } = said('ok');
    const isSummary = (textsOf(request).at(-1) ?? '').startsWith('Summarise');
    return { steps: steps.map((step) => withPromptTokens(step, isSummary ? 30_000 : 2_000)) };
  });
  const { usage, output } = await client.responses.create({ ...COMPACTED, input: 'hello' });
  expect(typesOf(output)).toEqual(['message', 'compaction']);
  expect(chats()).toHaveLength(2);
  expect(usage).toMatchObject({ input_tokens: 32_000, output_tokens: 10, total_tokens: 58 });
});

test('a model server that reports no usage has its context estimated', async () => {
  await using turns = await startCompacting();
  const { client, model } = turns;
  model.play((request) => {
    if (request.method === 'GET') return boundedModel({ contextTokens: 4_000 })(request);
    return streamed(chunk({ content: say(textsOf(request)) }), chunk({}, 'stop'), DONE);
  });
  const types = async (bytes: number): Promise<readonly string[]> =>
    typesOf((await client.responses.create({ ...COMPACTED, input: long('x', bytes) })).output);
  expect(await types(2_500)).toEqual(['message']);
  expect(await types(3_500)).toEqual(['message', 'compaction']);
});

test('the health of a conversation leaves out what models are no longer shown', async () => {
  await using turns = await startCompacting();
  const { client } = turns;
  const orphan = { type: 'function_call_output' as const, call_id: 'call_x', output: 'x' };
  const { id: conversation } = await client.conversations.create({ items: [orphan] });
  const findings = async (): Promise<readonly unknown[]> => {
    const path = `/conversations/${conversation}/health`;
    return (await client.get<{ readonly findings: readonly unknown[] }>(path)).findings;
  };
  expect(await findings()).toHaveLength(1);
  await client.responses.create({ ...COMPACTED, conversation, input: long('x', 4_400) });
  expect(await findings()).toEqual([]);
  const foreign = { type: 'compaction' as const, encrypted_content: 'gAAAAABo' };
  await client.conversations.items.create(conversation, { items: [foreign] });
  expect(await findings()).toHaveLength(1);
});

test('a conversation is compacted once in a turn, however long the question is', async () => {
  await using turns = await startCompacting();
  const { client } = turns;
  const { id: conversation } = await client.conversations.create({
    items: [
      { role: 'user', content: long('code-theta', 9_000) },
      { role: 'assistant', content: long('more', 9_000) },
    ],
  });
  const request = { ...COMPACTED, conversation };
  await client.responses.create({ ...request, store: false, input: 'learn' });
  const { output } = await client.responses.create({ ...request, input: long('x', 6_000) });
  expect(typesOf(output)).toEqual(['compaction', 'message']);
});

test('an answer that was cut is not compacted', async () => {
  const bounded = { contextTokens: 4_000, say };
  await using turns = await startCompacting(bounded);
  const { client, model, chats } = turns;
  model.play((request) => {
    if (request.method === 'GET') return boundedModel(bounded)(request);
    const { steps } = answered([{ content: 'cut' }], 'length');
    return { steps: steps.map((step) => withPromptTokens(step, 1_100)) };
  });
  const response = await client.responses.create({ ...COMPACTED, input: 'x' });
  expect([response.status, typesOf(response.output)]).toEqual(['incomplete', ['message']]);
  expect(chats()).toHaveLength(1);
});

test('a model that writes no summary does not fail the turn', async () => {
  await using turns = await startCompacting({ say: (texts) => (say(texts) === 'ok' ? 'ok' : '') });
  const { client } = turns;
  const input = long('x', 4_400);
  const { output, status } = await client.responses.create({ ...COMPACTED, input });
  expect([status, typesOf(output)]).toEqual(['completed', ['message']]);
});

test('a compaction that this server cannot open covers nothing', async () => {
  await using turns = await startCompacting();
  const { client, chats } = turns;
  const forged = ['gAAAAABo', 'clq1.', 'clq1.AAAA', ''];
  for (const blob of forged) {
    const input = [
      { role: 'user', content: 'old' },
      { type: 'compaction', encrypted_content: blob },
      { role: 'user', content: 'new' },
    ] as OpenAI.Responses.ResponseInput;
    const { response } = await client.responses
      .create({ model: MODEL, store: false, input })
      .withResponse();
    expect(response.headers.get(HEADER)).toBe('foreign_compaction=1');
    expect(chats().at(-1)).toEqual(['old', 'new']);
  }
});

test.each([
  [[{ type: 'compaction', compact_threshold: 10 }], 'context_management[0].compact_threshold'],
  [[{ type: 'truncation' }], 'context_management[0].type'],
  [[{ type: 'compaction' }, { type: 'compaction' }], 'context_management'],
  ['compaction', 'context_management'],
])('the context management %j is refused', async (management, param) => {
  await using turns = await startCompacting();
  const request = { model: MODEL, input: 'x', context_management: management as never };
  await expect(turns.client.responses.create(request)).rejects.toMatchObject({
    status: 400,
    param,
  });
});
