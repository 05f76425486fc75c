import { afterAll, expect, test } from 'vitest';
import { said as answer } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer('--turn-wait', '1');
const { client, server, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const said = (content: string) => ({ type: 'message' as const, role: 'user' as const, content });

interface Rewound {
  readonly deleted_item_ids: readonly string[];
  readonly deleted_items: number;
  readonly data: readonly { readonly id: string }[];
}

const rewind = (
  id: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Rewound> => client.post(`/conversations/${id}/rewind`, { body, headers });

async function conversationOf(...texts: readonly string[]) {
  const { id } = await client.conversations.create({ items: texts.map(said) });
  return { id, ids: await idsOf(id) };
}

async function idsOf(id: string): Promise<readonly string[]> {
  return (await itemsOf(client, id)).map((item) => item.id ?? '');
}

test('a rewind removes what follows an item, or an item and what follows it, and appends', async () => {
  const { id, ids } = await conversationOf('one', 'two', 'three');
  expect(await rewind(id, { after: ids[2] })).toEqual({
    id,
    object: 'conversation.rewound',
    deleted_item_ids: [],
    deleted_items: 0,
    data: [],
  });
  const edited = await rewind(id, { before: ids[1], items: [said('other')] });
  expect(edited).toMatchObject({
    deleted_item_ids: ids.slice(1),
    deleted_items: 2,
    data: [{ content: [{ text: 'other' }] }],
  });
  expect(await idsOf(id)).toEqual([ids[0], edited.data[0]?.id]);
  await rewind(id, { before: ids[0] });
  expect(await idsOf(id)).toEqual([]);
});

test('a rewind is refused whole for a stale expectation, an absent item, and none or two places', async () => {
  const { id, ids } = await conversationOf('one', 'two', 'three');
  const expected = { after: ids[0], expected_item_ids: [ids[1]], items: [said('never')] };
  await expect(rewind(id, expected)).rejects.toMatchObject({
    status: 400,
    code: 'history_changed',
    param: 'expected_item_ids',
  });
  await expect(rewind(id, { after: 'msg_none' })).rejects.toMatchObject({
    status: 404,
    param: 'after',
  });
  await expect(rewind(id, {})).rejects.toMatchObject({ code: 'missing_required_parameter' });
  await expect(rewind(id, { after: ids[0], before: ids[0] })).rejects.toMatchObject({
    code: 'mutually_exclusive_parameters',
  });
  await expect(rewind('conv_none', { after: ids[0] })).rejects.toMatchObject({ status: 404 });
  expect(await idsOf(id)).toEqual(ids);
  expect(await rewind(id, { after: ids[0], expected_item_ids: ids.slice(1) })).toMatchObject({
    deleted_items: 2,
  });
});

test('a rewind is done once under a key, and a repetition names what it has done', async () => {
  const { id, ids } = await conversationOf('one', 'two', 'three');
  const body = { after: ids[0], items: [said('new'), said('newer')] };
  const headers = { 'Idempotency-Key': 'rewind-once' };
  const first = await rewind(id, body, headers);
  await client.conversations.items.create(id, { items: [said('later')] });
  expect(await rewind(id, body, headers)).toEqual(first);
  expect(await idsOf(id)).toHaveLength(4);
  // What was deleted since is not named among what was appended.
  await client.conversations.items.delete(first.data[0]?.id ?? '', { conversation_id: id });
  expect(await rewind(id, body, headers)).toEqual({ ...first, data: first.data.slice(1) });
  const other = rewind(id, { after: ids[0] }, headers);
  await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  await client.conversations.delete(id);
  await expect(rewind(id, body, headers)).rejects.toMatchObject({ status: 404 });
});

test('a fingerprint stands for the body of a repetition', async () => {
  const { id, ids } = await conversationOf('one', 'two');
  const headers = { 'Idempotency-Key': 'fingered', 'x-colloquy-fingerprint': 'abc' };
  const first = await rewind(id, { after: ids[0] }, headers);
  expect(await rewind(id, { after: ids[1] }, headers)).toEqual(first);
  const other = { ...headers, 'x-colloquy-fingerprint': 'abd' };
  await expect(rewind(id, { after: ids[0] }, other)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  });
  const wrong = { ...headers, 'x-colloquy-fingerprint': 'two words' };
  await expect(rewind(id, { after: ids[0] }, wrong)).rejects.toMatchObject({
    status: 400,
    param: 'x-colloquy-fingerprint',
  });
});

test('the next turn is shown what a rewind has left', async () => {
  const { id } = await client.conversations.create();
  play(answer('Bern'));
  const first = await client.responses.create({
    model: MODEL,
    conversation: id,
    input: 'capital of Switzerland?',
  });
  const [question] = await idsOf(id);
  await rewind(id, { before: question });
  play(answer('Vienna'));
  await client.responses.create({ model: MODEL, conversation: id, input: 'of Austria?' });
  expect(spoken(sent())).toEqual([['user', 'of Austria?']]);
  // The response stays, without the items that are gone.
  const stored = await client.responses.retrieve(first.id);
  expect(stored).toMatchObject({ status: 'completed', output: [] });
  expect(stored.usage).toEqual(first.usage);
});

test('a rewind waits for the turn that runs, and removes what that has brought', async () => {
  const { id, ids } = await conversationOf('one');
  const { promise, resolve } = Promise.withResolvers<void>();
  const { steps } = answer('slow');
  play({ steps: [{ kind: 'until', promise }, ...steps] });
  const turn = client.responses.create({ model: MODEL, conversation: id, input: 'q' });
  await expect.poll(() => turns.model.requests.at(-1)?.text).toContain('"q"');
  const rejected = rewind(id, { after: ids[0] }, { 'x-colloquy-when-busy': 'reject' });
  await expect(rejected).rejects.toMatchObject({ status: 400, code: 'conversation_locked' });
  const waiting = rewind(id, { after: ids[0] });
  resolve();
  expect((await turn).status).toBe('completed');
  expect(await waiting).toMatchObject({ deleted_items: 2 });
  expect(await idsOf(id)).toEqual(ids);
});

test('a rewind that interrupts a turn keeps it from storing anything', async () => {
  const { id, ids } = await conversationOf('one', 'two');
  const { promise, resolve } = Promise.withResolvers<void>();
  play({ steps: [{ kind: 'until', promise }, ...answer('late').steps] });
  const turn = client.responses.create({ model: MODEL, conversation: id, input: 'q' });
  await expect.poll(() => turns.model.requests.at(-1)?.text).toContain('"two"');
  const done = await rewind(id, { after: ids[0] }, { 'x-colloquy-when-busy': 'interrupt' });
  expect(done).toMatchObject({ deleted_item_ids: [ids[1]] });
  resolve();
  await turn.catch(() => undefined);
  expect(await idsOf(id)).toEqual([ids[0]]);
  // The conversation is free again.
  play(answer('free'));
  const next = await client.responses.create({ model: MODEL, conversation: id, input: 'x' });
  expect(next.status).toBe('completed');
});

test('a repeated rewind does not wait for a turn that has begun since', async () => {
  const { id, ids } = await conversationOf('one', 'two');
  const headers = { 'Idempotency-Key': 'busy-later', 'x-colloquy-when-busy': 'reject' };
  const first = await rewind(id, { after: ids[0] }, headers);
  const { promise, resolve } = Promise.withResolvers<void>();
  play({ steps: [{ kind: 'until', promise }, ...answer('slow').steps] });
  const turn = client.responses.create({ model: MODEL, conversation: id, input: 'busy' });
  await expect.poll(() => turns.model.requests.at(-1)?.text).toContain('"busy"');
  expect(await rewind(id, { after: ids[0] }, headers)).toEqual(first);
  resolve();
  await turn;
  expect(server.failures).toEqual([]);
});
