import { readFileSync, existsSync } from 'node:fs';
import { afterAll, expect, inject, test } from 'vitest';
import { answered, said } from '../../support/chat-answers.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventsOf, itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const stack = new AsyncDisposableStack();
const database = stack.use(await freshDatabase());
const turns = stack.use(await startTurnServer('--database-url', database.url));
const { client, play, sent } = turns;
afterAll(() => stack.disposeAsync());

const SECRET = 'NEEDLE-5f1c';

test('a response with store false has the history of its conversation, and adds nothing to it', async () => {
  const { id: conversation } = await client.conversations.create({
    items: [{ role: 'user', content: 'first' }],
  });
  const before = await itemsOf(client, conversation);
  play(said('hi'));
  const request = { model: MODEL, conversation, input: 'hello', store: false };
  const response = await client.responses.create(request);
  expect(response).toMatchObject({ store: false, conversation: { id: conversation } });
  expect(spoken(sent())).toEqual([
    ['user', 'first'],
    ['user', 'hello'],
  ]);
  expect(await itemsOf(client, conversation)).toEqual(before);
  await expect(client.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
  const events = await eventsOf(await client.responses.create({ ...request, stream: true }));
  expect(events.at(-1)?.type).toBe('response.completed');
  expect(await itemsOf(client, conversation)).toEqual(before);
});

test('a response with store false may run while another one has the conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('hi'));
  const request = { model: MODEL, conversation, input: 'hello' };
  const stored = await client.responses.create({ ...request, stream: true });
  await client.responses.create(
    { ...request, store: false },
    { headers: { 'x-colloquy-when-busy': 'reject' } },
  );
  await eventsOf(stored);
  expect(await itemsOf(client, conversation)).toHaveLength(2);
});

test('an item of a response with store false cannot be referred to', async () => {
  play(said('hi'));
  const { output } = await client.responses.create({ model: MODEL, input: 'x', store: false });
  const reference = { type: 'item_reference' as const, id: output[0]?.id ?? '' };
  await expect(client.responses.create({ model: MODEL, input: [reference] })).rejects.toMatchObject(
    { status: 404, param: 'input' },
  );
});

test.runIf(inject('database') === 'sqlite')(
  'a response with store false leaves no byte of itself in the database file',
  async () => {
    const path = database.url.slice('sqlite:'.length);
    const isKept = (text: string): boolean =>
      [path, `${path}-wal`].some((file) => existsSync(file) && readFileSync(file).includes(text));
    const { id: conversation } = await client.conversations.create();
    play(answered([{ reasoning_content: `${SECRET} thought` }, { content: `${SECRET} said` }]));
    const request = {
      model: MODEL,
      input: `${SECRET} asked`,
      instructions: `${SECRET} told`,
      metadata: { topic: `${SECRET} labelled` },
    };
    for (const stream of [false, true]) {
      for (const context of [{}, { conversation }]) {
        const answer = await client.responses.create({
          ...request,
          ...context,
          store: false,
          stream,
        });
        if ('controller' in answer) await eventsOf(answer);
      }
    }
    expect(isKept(SECRET)).toBe(false);
    await client.responses.create({ ...request, store: true });
    for (const word of ['thought', 'said', 'asked', 'told', 'labelled']) {
      expect(isKept(`${SECRET} ${word}`), `"${word}" must be found when it is stored`).toBe(true);
    }
  },
);
