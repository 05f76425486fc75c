import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import {
  boundedModel,
  chatRequests,
  textsOf,
  type BoundedModelOptions,
} from '../../support/bounded-model.ts';
import { called, said } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, startTurnServer, type TurnServer } from '../../support/turns.ts';

const HEADER = 'x-colloquy-repairs';
const AUTO = { model: MODEL, truncation: 'auto' } as const;

/** A text of so many bytes that begins with its number. */
function filler(number: number, bytes = 400): string {
  return `${number} `.padEnd(bytes, 'x');
}

/** Starts a server whose model has a bounded context, with what the model is sent. */
async function startBounded(
  options: BoundedModelOptions,
  ...settings: readonly string[]
): Promise<TurnServer & { readonly chats: () => readonly (readonly string[])[] }> {
  const turns = await startTurnServer(...settings);
  turns.model.play(boundedModel(options));
  return { ...turns, chats: () => chatRequests(turns.model.requests).map(textsOf) };
}

/** Creates a conversation with so many old turns. */
async function longConversation(client: OpenAI, turns: number): Promise<string> {
  const { id } = await client.conversations.create({
    items: [{ role: 'developer', content: 'Rules' }],
  });
  for (let from = 0; from < turns; from += 10) {
    const items = Array.from({ length: Math.min(10, turns - from) }, (_, place) => [
      { role: 'user' as const, content: filler(from + place) },
      { role: 'assistant' as const, content: filler(from + place) },
    ]);
    await client.conversations.items.create(id, { items: items.flat() });
  }
  return id;
}

test('a conversation of ten times its context stays usable', async () => {
  await using turns = await startBounded({ contextTokens: 1_000 });
  const { client, chats } = turns;
  const conversation = await longConversation(client, 50);
  const instructions = 'Be brief';
  const headers: (string | null)[] = [];
  for (const input of ['one', 'two', 'three']) {
    const { data, response } = await client.responses
      .create({ ...AUTO, conversation, instructions, input })
      .withResponse();
    expect(data).toMatchObject({ status: 'completed', truncation: 'auto', output_text: 'ok' });
    headers.push(response.headers.get(HEADER));
  }
  expect(headers[0]).toMatch(/^truncated_turn=4\d$/);
  for (const texts of chats()) {
    expect(texts.slice(0, 2)).toEqual(['Be brief', 'Rules']);
    expect(texts.at(-1)).toMatch(/one|two|three/);
  }
  expect(await itemsOf(client, conversation)).toHaveLength(1 + 100 + 6);
});

test('the beginning of what a model is shown stays the same for many turns', async () => {
  await using turns = await startBounded({ contextTokens: 2_000 });
  const { client, chats } = turns;
  const { id: conversation } = await client.conversations.create();
  for (let turn = 0; turn < 60; turn += 1) {
    await client.responses.create({ ...AUTO, conversation, input: filler(turn) });
  }
  const firsts = chats().map(([first = '']) => Number(first.split(' ')[0]));
  expect(firsts).toHaveLength(60);
  expect(firsts).toEqual(firsts.toSorted((one, other) => one - other));
  const distinct = [...new Set(firsts)];
  expect(distinct.length).toBeGreaterThan(2);
  expect(distinct.length, 'a cut must hold for five turns').toBeLessThanOrEqual(60 / 5);
});

test.each([
  ['names its length in an error', { listedTokens: undefined }, 2],
  ['lists a greater length than it has', { listedTokens: 9_000 }, 2],
  ['has denser tokens than most', { bytesPerToken: 1 }, 2],
  ['neither lists its length nor names it', { listedTokens: undefined, namesFigures: false }, 3],
])('a request is sent again with less to a model that %s', async (_name, options, most) => {
  await using turns = await startBounded({ contextTokens: 1_500, ...options });
  const { client, chats } = turns;
  const conversation = await longConversation(client, 10);
  const first = client.responses.create({ ...AUTO, conversation, input: 'one', stream: true });
  const types: string[] = [];
  for await (const { type } of await first) types.push(type);
  expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed']);
  const attempts = chats().length;
  expect(attempts).toBeGreaterThan(1);
  expect(attempts).toBeLessThanOrEqual(most);
  await client.responses.create({ ...AUTO, conversation, input: 'two' });
  expect(chats(), 'what was learnt must hold for the next turn').toHaveLength(attempts + 1);
});

test('a model server that counts is asked before the first long request of a conversation', async () => {
  const dense = { contextTokens: 1_500, bytesPerToken: 1 };
  await using turns = await startBounded(dense, '--model-profile', 'llama-cpp');
  const { client, chats, model } = turns;
  const conversation = await longConversation(client, 10);
  for (const input of ['one', 'two']) {
    await client.responses.create({ ...AUTO, conversation, input });
  }
  expect(chats(), 'no request may be too long').toHaveLength(2);
  const counts = model.requests.filter(({ path }) => path.endsWith('/input_tokens'));
  expect(counts).toHaveLength(1);
  const short = await longConversation(client, 1);
  await client.responses.create({ ...AUTO, conversation: short, input: 'one' });
  expect(model.requests.filter(({ path }) => path.endsWith('/input_tokens'))).toHaveLength(1);
});

test('the usage of a turn says how much of the history the next one may show', async () => {
  await using turns = await startBounded({ contextTokens: 2_000 });
  const { client, chats } = turns;
  const conversation = await longConversation(client, 6);
  for (const input of ['one', 'two']) {
    await client.responses.create({ ...AUTO, conversation, input });
  }
  const [unknown = 0, learnt = 0] = chats().map(({ length }) => length);
  // The turn in between is shown in either case.
  expect(learnt).toBeGreaterThan(unknown + 2);
});

test('a newest turn that does not fit is refused once, and nothing is stored', async () => {
  await using turns = await startBounded({ contextTokens: 300 });
  const { client, chats } = turns;
  const conversation = await longConversation(client, 3);
  const input = filler(9, 5_000);
  await expect(client.responses.create({ ...AUTO, conversation, input })).rejects.toMatchObject({
    status: 400,
    code: 'context_length_exceeded',
  });
  expect(chats().map(({ length }) => length)).toEqual([2]);
  expect(await itemsOf(client, conversation)).toHaveLength(7);
});

test('a context that is too long fails without truncation', async () => {
  await using turns = await startBounded({ contextTokens: 300 });
  const { client, chats } = turns;
  const conversation = await longConversation(client, 5);
  const request = { model: MODEL, conversation, input: 'x' };
  for (const more of [{}, { truncation: 'disabled' as const }]) {
    await expect(client.responses.create({ ...request, ...more })).rejects.toMatchObject({
      code: 'context_length_exceeded',
    });
  }
  expect(chats()).toHaveLength(2);
});

test('the length of a setting counts before the one that a server lists', async () => {
  await using turns = await startBounded({ contextTokens: 10_000 }, '--model-context', '500');
  const { client, chats } = turns;
  const conversation = await longConversation(client, 20);
  await client.responses.create({ ...AUTO, conversation, input: 'x' });
  expect(chats()[0]?.length).toBeLessThan(8);
});

test('a limit of the answer leaves less of the context to the request', async () => {
  await using turns = await startBounded({ contextTokens: 4_000 });
  const { client, chats } = turns;
  const conversation = await longConversation(client, 12);
  for (const limit of [16, 3_000]) {
    const request = { ...AUTO, store: false, max_output_tokens: limit };
    await client.responses.create({ ...request, conversation, input: 'x' });
  }
  const [long = 0, short = 0] = chats().map(({ length }) => length);
  expect(long).toBe(26);
  expect(short).toBeLessThan(12);
});

test('an output of the newest turn goes to the model with its call, however long that turn is', async () => {
  const bounded = { contextTokens: 1_000 };
  await using turns = await startBounded(bounded);
  const { client, model, sent } = turns;
  const conversation = await longConversation(client, 10);
  const answers = [called(['look', '{}', 'call_a']), said('ok')];
  model.play((request) =>
    request.method === 'GET' ? boundedModel(bounded)(request) : (answers.shift() ?? said('')),
  );
  await client.responses.create({ ...AUTO, conversation, input: 'look' });
  const last = await client.responses.create({
    ...AUTO,
    conversation,
    input: [{ type: 'function_call_output', call_id: 'call_a', output: filler(1, 3_000) }],
  });
  expect(last.output_text).toBe('ok');
  const roles = sent().messages.map(({ role }) => role);
  expect(roles.slice(-3)).toEqual(['user', 'assistant', 'tool']);
});

test('a path of an error names the place in the request, whatever was left out', async () => {
  await using turns = await startBounded({ contextTokens: 500 });
  const conversation = await longConversation(turns.client, 10);
  const content = [
    { type: 'input_text' as const, text: 'look' },
    { type: 'input_image' as const, file_id: 'file_1', detail: 'auto' as const },
  ];
  const input = [{ role: 'user' as const, content }];
  await expect(
    turns.client.responses.create({ ...AUTO, conversation, input }),
  ).rejects.toMatchObject({ status: 400, param: 'input[0].content[1].file_id' });
});
