import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { chunk, DONE, SILENCE, streamed, type ScriptedAnswer } from '../../support/model-server.ts';
import { eventsOf, itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent, model } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

/** Makes an answer that begins, and ends after the returned function was called. */
function gated(): { readonly answer: ScriptedAnswer; readonly open: () => void } {
  const { promise, resolve: open } = Promise.withResolvers<void>();
  const steps = [{ kind: 'until', promise } as const, chunk({ content: ' done' }, 'stop'), DONE];
  return { answer: streamed(chunk({ content: 'well' }), ...steps), open };
}

/** An answer that begins and does not end. */
const ENDLESS: ScriptedAnswer = streamed(chunk({ content: 'well' }), SILENCE);
const LOCKED = {
  status: 400,
  param: 'conversation',
  code: 'conversation_locked',
  message:
    '400 Another process is currently operating on this conversation. Please retry in a few seconds.',
};
const REJECT = { headers: { 'x-colloquy-when-busy': 'reject' } };

/** Begins a response that does not end by itself, and returns a function that ends it by leaving. */
async function begun(conversation: string): Promise<() => void> {
  play(ENDLESS);
  const stream = await client.responses.create({
    model: MODEL,
    input: 'long',
    conversation,
    stream: true,
  });
  play(said('hi'));
  return () => stream.controller.abort();
}

test('twenty responses in one conversation at once are made one after the other', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('answer'));
  const before = model.requests.length;
  const asked = Array.from({ length: 20 }, (_, index) => `question ${index}`);
  await Promise.all(
    asked.map((input) => client.responses.create({ model: MODEL, input, conversation })),
  );
  const items = await itemsOf(client, conversation);
  const roles = items.map((item) => (item.type === 'message' ? item.role : item.type));
  expect(roles).toEqual(asked.flatMap(() => ['user', 'assistant']));
  // Each model request has the whole history up to it.
  const lengths = model.requests.slice(before).map(({ body }) => body?.['messages']);
  expect(lengths.map((messages) => (Array.isArray(messages) ? messages.length : 0))).toEqual(
    asked.map((_, index) => 2 * index + 1),
  );
});

test('a conversation in which a response is being made is refused at once on request', async () => {
  const { id: conversation } = await client.conversations.create();
  const leave = await begun(conversation);
  const requests = model.requests.length;
  const request = { model: MODEL, input: 'x', conversation };
  await expect(client.responses.create(request, REJECT)).rejects.toMatchObject(LOCKED);
  await expect(client.responses.create({ ...request, stream: true }, REJECT)).rejects.toMatchObject(
    LOCKED,
  );
  expect(model.requests, 'a refused request must not reach the model').toHaveLength(requests);
  leave();
  const waited = await client.responses.create(request);
  expect(waited.output_text).toBe('hi');
  expect(spoken(sent())).toEqual([['user', 'x']]);
});

test('a response that waits too long for its conversation is refused', async () => {
  await using impatient = await startTurnServer('--turn-wait', '0');
  const { id: conversation } = await impatient.client.conversations.create();
  const request = { model: MODEL, input: 'x', conversation };
  impatient.play(ENDLESS);
  const stream = await impatient.client.responses.create({ ...request, stream: true });
  await expect(impatient.client.responses.create(request)).rejects.toMatchObject(LOCKED);
  stream.controller.abort();
});

/** Begins a response in a new conversation, which ends when it is opened. */
async function beginLong() {
  const { id: conversation } = await client.conversations.create();
  const { answer, open } = gated();
  play(answer);
  const request = { model: MODEL, input: 'long', conversation, stream: true } as const;
  return { conversation, stream: await client.responses.create(request), open };
}

test('a conversation can be read and changed while a response is made in it', async () => {
  const { conversation, stream, open } = await beginLong();
  const { data } = await client.conversations.items.create(conversation, {
    items: [{ role: 'user', content: 'meanwhile' }],
  });
  await client.conversations.update(conversation, { metadata: { topic: 'lakes' } });
  expect(await client.conversations.items.list(conversation)).toMatchObject({ data });
  open();
  await eventsOf(stream);
  const texts = (await itemsOf(client, conversation)).map((item) =>
    item.type === 'message' ? item.content : [],
  );
  expect(texts).toMatchObject([
    [{ text: 'meanwhile' }],
    [{ text: 'long' }],
    [{ text: 'well done' }],
  ]);
  expect(spoken(sent())).toEqual([['user', 'long']]);
});

test('a response is delivered although its conversation was deleted meanwhile', async () => {
  const { conversation, stream, open } = await beginLong();
  await client.conversations.delete(conversation);
  open();
  const events = await eventsOf(stream);
  const last = events.at(-1);
  expect(last).toMatchObject({ type: 'response.completed', response: { status: 'completed' } });
  const id = last?.type === 'response.completed' ? last.response.id : '';
  await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  await expect(client.conversations.retrieve(conversation)).rejects.toMatchObject({ status: 404 });
});

test('a header that says something else about busy conversations is refused', async () => {
  const wrong = client.responses.create(
    { model: MODEL, input: 'x' },
    { headers: { 'x-colloquy-when-busy': 'panic' } },
  );
  await expect(wrong).rejects.toMatchObject({
    status: 400,
    code: 'invalid_value',
    param: 'x-colloquy-when-busy',
  });
});

test('a client that goes away leaves a conversation without its turn, and free', async () => {
  const { id: conversation } = await client.conversations.create();
  const leave = await begun(conversation);
  const request = model.requests.at(-1);
  leave();
  expect(await request?.abandoned, 'the model server must be left too').toBe(true);
  const next = await client.responses.create({ model: MODEL, input: 'x', conversation });
  expect(next.output_text).toBe('hi');
  expect(await itemsOf(client, conversation)).toHaveLength(2);
});

test('a client that goes away before the answer begins leaves a free conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  play(streamed({ kind: 'pause', ms: 100 }, SILENCE));
  const before = model.requests.length;
  const stop = new AbortController();
  const gone = client.responses.create(
    { model: MODEL, input: 'long', conversation },
    { signal: stop.signal },
  );
  await expect.poll(() => model.requests.length).toBe(before + 1);
  stop.abort();
  await expect(gone).rejects.toThrow('aborted');
  expect(await model.requests.at(-1)?.abandoned).toBe(true);
  play(said('hi'));
  await client.responses.create({ model: MODEL, input: 'x', conversation });
  expect(await itemsOf(client, conversation)).toHaveLength(2);
});

test('a response that its client has left is stored as cancelled, without output', async () => {
  play(ENDLESS);
  const stream = await client.responses.create({ model: MODEL, input: 'long', stream: true });
  let id = '';
  for await (const event of stream) {
    if (event.type === 'response.created') ({ id } = event.response);
    if (event.type === 'response.output_text.delta') break;
  }
  await expect
    .poll(() => client.responses.retrieve(id).catch(() => undefined))
    .toMatchObject({ status: 'cancelled', output: [], completed_at: null, error: null });
});

test('a server that finishes without the client stores what the model has answered', async () => {
  await using finishing = await startTurnServer('--on-disconnect', 'finish');
  const { id: conversation } = await finishing.client.conversations.create();
  const { answer, open } = gated();
  finishing.play(answer);
  const stream = await finishing.client.responses.create({
    model: MODEL,
    input: 'long',
    conversation,
    stream: true,
  });
  stream.controller.abort();
  await finishing.client.conversations.retrieve(conversation);
  open();
  await expect
    .poll(() => itemsOf(finishing.client, conversation))
    .toMatchObject([{ role: 'user' }, { role: 'assistant', content: [{ text: 'well done' }] }]);
});
