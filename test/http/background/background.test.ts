import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

test('a response in the background is queued, and completed later', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('hi'));
  const queued = await client.responses.create({
    model: MODEL,
    input: 'hello',
    conversation,
    background: true,
  });
  expect(queued).toMatchObject({ status: 'queued', background: true, output: [], usage: null });
  await expect
    .poll(() => client.responses.retrieve(queued.id))
    .toMatchObject({ status: 'completed', output: [{ content: [{ text: 'hi' }] }] });
  expect(await itemsOf(client, conversation)).toMatchObject([
    { role: 'user' },
    { role: 'assistant' },
  ]);
});

test('a streamed response in the background sends all events, and sends them again', async () => {
  play(said('hi'));
  const stream = await client.responses.create({
    model: MODEL,
    input: 'hello',
    background: true,
    stream: true,
  });
  const events = [];
  for await (const event of stream) events.push(event);
  console.log(events.map((e) => [e.type, e.sequence_number]));
  const [first] = events;
  const id = first?.type === 'response.created' ? first.response.id : '';
  const again = [];
  for await (const event of await client.responses.retrieve(id, { stream: true }))
    again.push(event);
  expect(again).toEqual(events);
});
