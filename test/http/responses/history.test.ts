import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, inject, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import { freshDatabase } from '../../support/database.ts';
import { itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

/** Messages of the user with the numbers from `from` up to `until`. */
function numbered(from: number, until: number) {
  return Array.from({ length: until - from }, (_, index) => ({
    role: 'user' as const,
    content: `text ${from + index}`,
  }));
}

test('a history of 1,500 items reaches the model whole, in a conversation and in a chain', async () => {
  play(said('hi'));
  const { id: conversation } = await client.conversations.create();
  for (let from = 0; from < 1500; from += 20) {
    await client.conversations.items.create(conversation, { items: numbered(from, from + 20) });
  }
  const first = await client.responses.create({ model: MODEL, conversation, input: 'now' });
  const expected = [...numbered(0, 1500), { role: 'user', content: 'now' }];
  expect(sent().messages).toEqual(expected);
  await client.responses.create({
    model: MODEL,
    previous_response_id: first.id,
    input: 'and now',
  });
  expect(sent().messages).toEqual([
    ...expected,
    { role: 'assistant', content: 'hi' },
    { role: 'user', content: 'and now' },
  ]);
});

test('items that are added and deleted between turns are what the next turn sees', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('a pear'));
  const ask = (input: string) => client.responses.create({ model: MODEL, conversation, input });
  const first = await ask('a fruit?');
  const [question] = await itemsOf(client, conversation);
  const deleted = [question?.id ?? '', first.output[0]?.id ?? ''];
  await client.conversations.items.create(conversation, {
    items: [
      { role: 'user', content: 'the word is ORCHID' },
      { role: 'assistant', content: 'noted' },
    ],
  });
  for (const id of deleted) {
    await client.conversations.items.delete(id, { conversation_id: conversation });
  }
  await ask('which word?');
  expect(spoken(sent())).toEqual([
    ['user', 'the word is ORCHID'],
    ['assistant', 'noted'],
    ['user', 'which word?'],
  ]);
});

test('a message that says the same as the one before it is stored and shown again', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('sure?'));
  for (let round = 0; round < 3; round += 1) {
    await client.responses.create({ model: MODEL, conversation, input: 'yes' });
  }
  expect(spoken(sent()).filter(([role]) => role === 'user')).toHaveLength(3);
  expect(await itemsOf(client, conversation)).toHaveLength(6);
});

test('messages of the system stay in the history, and instructions do not', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('hi'));
  const request = { model: MODEL, conversation };
  const first = await client.responses.create({
    ...request,
    instructions: 'the old ones',
    input: [
      { role: 'system', content: 'of the system' },
      { role: 'user', content: 'one' },
    ],
  });
  await client.responses.create({ ...request, instructions: 'the new ones', input: 'two' });
  const seen = [
    ['system', 'of the system'],
    ['user', 'one'],
    ['assistant', 'hi'],
    ['user', 'two'],
  ];
  expect(spoken(sent())).toEqual([['system', 'the new ones'], ...seen]);
  const third = await client.responses.create({ ...request, input: 'three' });
  expect(third.instructions).toBeNull();
  expect(spoken(sent())).toEqual([...seen, ['assistant', 'hi'], ['user', 'three']]);
  const forked = await client.responses.create({
    model: MODEL,
    previous_response_id: first.id,
    input: 'four',
  });
  expect(forked.instructions).toBeNull();
  expect(spoken(sent())).toEqual([...seen.slice(0, 3), ['user', 'four']]);
  expect(JSON.stringify(await itemsOf(client, conversation))).not.toContain('ones');
});

test('nothing but items is inherited from the response that is continued', async () => {
  play(called(['look', '{}', 'call_a']), said('done'));
  const first = await client.responses.create({
    model: MODEL,
    input: 'look',
    tools: [{ type: 'function', name: 'look', parameters: null, strict: null }],
    tool_choice: 'required',
    temperature: 0.3,
    text: { format: { type: 'json_object' } },
    reasoning: { effort: 'high' },
    metadata: { topic: 'lakes' },
    max_output_tokens: 100,
  });
  const second = await client.responses.create({
    model: MODEL,
    previous_response_id: first.id,
    input: [{ type: 'function_call_output', call_id: 'call_a', output: 'x' }],
  });
  expect(second).toMatchObject({
    metadata: {},
    temperature: 1,
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: null,
    text: { format: { type: 'text' } },
  });
  expect(Object.keys(sent())).toEqual(['model', 'stream', 'stream_options', 'messages']);
});

test('references name items of the history or of other conversations', async () => {
  play(said('hi'));
  const { id: elsewhere } = await client.conversations.create({
    items: [{ role: 'user', content: 'from elsewhere' }],
  });
  const { id: conversation } = await client.conversations.create({
    items: [{ role: 'user', content: 'from here' }],
  });
  const [there] = await itemsOf(client, elsewhere);
  const [here] = await itemsOf(client, conversation);
  await client.responses.create({
    model: MODEL,
    conversation,
    input: [
      { type: 'item_reference', id: here?.id ?? '' },
      { type: 'item_reference', id: there?.id ?? '' },
      { role: 'user', content: 'well?' },
    ],
  });
  const seen = [
    ['user', 'from here'],
    ['user', 'from elsewhere'],
    ['user', 'well?'],
  ];
  expect(spoken(sent())).toEqual(seen);
  const items = await itemsOf(client, conversation);
  expect(items.map(({ id }) => id).slice(0, 2)).toEqual([here?.id, there?.id]);
  expect(items).toHaveLength(4);
  expect(await itemsOf(client, elsewhere)).toEqual([there]);
});

test('a reference finds items of responses without a conversation', async () => {
  play(said('a pear'));
  const first = await client.responses.create({ model: MODEL, input: 'a fruit?' });
  await client.responses.create({
    model: MODEL,
    input: [
      { type: 'item_reference', id: first.output[0]?.id ?? '' },
      { role: 'user', content: 'really?' },
    ],
  });
  expect(spoken(sent())).toEqual([
    ['assistant', 'a pear'],
    ['user', 'really?'],
  ]);
});

test('a reference to what is not there is refused', async () => {
  const missing = { type: 'item_reference' as const, id: 'rs_missing' };
  await expect(client.responses.create({ model: MODEL, input: [missing] })).rejects.toMatchObject({
    status: 404,
    code: null,
    param: 'input',
    message:
      "404 Item with id 'rs_missing' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.",
  });
});

test('items that are sent again are refused, and messages are taken for references', async () => {
  const { id: conversation } = await client.conversations.create();
  play(called(['look', '{}', 'call_a']), said('done'));
  const request = { model: MODEL, conversation };
  const first = await client.responses.create({ ...request, input: 'look' });
  const [call] = first.output;
  const output = { type: 'function_call_output' as const, call_id: 'call_a', output: 'x' };
  await expect(
    client.responses.create({ ...request, input: [...first.output, output] as never }),
  ).rejects.toMatchObject({
    status: 400,
    code: null,
    param: 'input',
    message: `400 Duplicate item found with id ${call?.id}. Remove duplicate items from your input and try again.`,
  });
  const second = await client.responses.create({ ...request, input: [output] });
  play(said('yes'));
  await client.responses.create({
    ...request,
    input: [...second.output, { role: 'user', content: 'really?' }] as never,
  });
  expect(spoken(sent()).slice(-2)).toEqual([
    ['assistant', 'done'],
    ['user', 'really?'],
  ]);
  expect(await itemsOf(client, conversation)).toHaveLength(6);
});

test('an item of the input keeps the id that it was sent with', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('hi'));
  await client.responses.create({
    model: MODEL,
    conversation,
    input: [{ type: 'message', id: 'msg_mine', role: 'user', content: 'x' } as never],
  });
  expect((await itemsOf(client, conversation))[0]).toMatchObject({ id: 'msg_mine' });
});

test.runIf(inject('database') === 'sqlite')(
  'a history that cannot be read is an error, and the model is not asked without it',
  async () => {
    await using database = await freshDatabase();
    await using broken = await startTurnServer('--database-url', database.url);
    broken.play(said('hi'));
    const { id: conversation } = await broken.client.conversations.create({
      items: numbered(0, 3),
    });
    {
      using file = new DatabaseSync(database.url.slice('sqlite:'.length));
      file.exec("UPDATE items SET data = 'no JSON' WHERE position = 1");
    }
    await expect(
      broken.client.responses.create({ model: MODEL, conversation, input: 'x' }),
    ).rejects.toMatchObject({ status: 500 });
    expect(broken.server.failures.splice(0)).toHaveLength(1);
    expect(broken.model.requests).toEqual([]);
  },
);
