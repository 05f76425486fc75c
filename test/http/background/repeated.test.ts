import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { eventsOf, itemsOf, MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, model } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

function keyed(key: string) {
  return { headers: { 'Idempotency-Key': key } };
}

test('A repeated request in the background gets its response, as it is by then', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('once'));
  const request = { model: MODEL, conversation, input: 'hello', background: true } as const;
  const [first, second] = await Promise.all([
    client.responses.create(request, keyed('background')),
    client.responses.create(request, keyed('background')),
  ]);
  expect(second.id).toBe(first.id);
  await expect
    .poll(() => client.responses.retrieve(first.id))
    .toMatchObject({ status: 'completed' });
  const { data, response } = await client.responses
    .create(request, keyed('background'))
    .withResponse();
  expect(data).toMatchObject({ id: first.id, status: 'completed', output_text: 'once' });
  expect(response.headers.get('idempotent-replayed')).toBe('true');
  expect(model.requests).toHaveLength(1);
  expect(await itemsOf(client, conversation)).toHaveLength(2);
});

test('A repeated request for a stream in the background gets all its events again', async () => {
  play(said('once'));
  const request = { model: MODEL, input: 'hello', background: true, stream: true } as const;
  const first = await eventsOf(await client.responses.create(request, keyed('stream')));
  expect(first.at(-1)).toMatchObject({ type: 'response.completed' });
  expect(await eventsOf(await client.responses.create(request, keyed('stream')))).toEqual(first);
});

test('A request in the background that is refused leaves its key free', async () => {
  play(said('now'));
  const { id: conversation } = await client.conversations.create();
  const request = { model: MODEL, input: 'hello', background: true, conversation } as const;
  const absent = { ...request, conversation: 'conv_absent' };
  await expect(client.responses.create(absent, keyed('free'))).rejects.toMatchObject({
    status: 404,
  });
  expect(await client.responses.create(request, keyed('free'))).toMatchObject({
    conversation: { id: conversation },
  });
});
