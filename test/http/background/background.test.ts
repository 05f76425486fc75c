import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { chunk, DONE, json, streamed } from '../../support/model-server.ts';
import { gate } from '../../support/process-turns.ts';
import { itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent, model } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const IN_BACKGROUND = { model: MODEL, background: true } as const;

/** Makes an answer that ends when it is opened. */
function gated(text = 'well') {
  const { opened, open } = gate();
  return { answer: streamed(chunk({ content: text }), opened, chunk({}, 'stop'), DONE), open };
}

/** Waits until a response has this status. */
function reached(id: string, status: string) {
  return expect.poll(() => client.responses.retrieve(id)).toMatchObject({ status });
}

test('a response in the background is queued, in progress, and completed', async () => {
  const { id: conversation } = await client.conversations.create();
  const { answer, open } = gated('hi');
  play(answer);
  const queued = await client.responses.create({
    ...IN_BACKGROUND,
    input: 'hello',
    conversation,
    metadata: { topic: 'rain' },
  });
  expect(queued).toMatchObject({
    status: 'queued',
    background: true,
    conversation: { id: conversation },
    output: [],
    usage: null,
    completed_at: null,
    metadata: { topic: 'rain' },
  });
  await reached(queued.id, 'in_progress');
  const running = await client.responses.retrieve(queued.id);
  expect(running).toEqual({ ...queued, status: 'in_progress', output_text: '' });
  expect(await itemsOf(client, conversation)).toEqual([]);
  open();
  await reached(queued.id, 'completed');
  expect(await client.responses.retrieve(queued.id)).toMatchObject({
    background: true,
    created_at: queued.created_at,
    output_text: 'hi',
  });
  expect(await itemsOf(client, conversation)).toMatchObject([
    { role: 'user', content: [{ text: 'hello' }] },
    { role: 'assistant', content: [{ text: 'hi' }] },
  ]);
  const { data } = await client.responses.inputItems.list(queued.id);
  expect(data).toMatchObject([{ role: 'user' }]);
});

test('responses of one conversation are made one after the other, in the order of their requests', async () => {
  const { id: conversation } = await client.conversations.create();
  const { answer, open } = gated('first');
  play(answer, said('second'), said('third'));
  const before = model.requests.length;
  const ids: string[] = [];
  for (const input of ['one', 'two', 'three']) {
    const { id } = await client.responses.create({ ...IN_BACKGROUND, input, conversation });
    ids.push(id);
  }
  await reached(ids[0] ?? '', 'in_progress');
  expect(await client.responses.retrieve(ids[1] ?? '')).toMatchObject({ status: 'queued' });
  expect(model.requests).toHaveLength(before + 1);
  open();
  await reached(ids[2] ?? '', 'completed');
  expect(spoken(sent())).toEqual([
    ['user', 'one'],
    ['assistant', 'first'],
    ['user', 'two'],
    ['assistant', 'second'],
    ['user', 'three'],
  ]);
});

test('a response in the background waits for one whose client waits', async () => {
  const { id: conversation } = await client.conversations.create();
  const { answer, open } = gated();
  play(answer, said('later'));
  const stream = await client.responses.create({
    model: MODEL,
    input: 'now',
    conversation,
    stream: true,
  });
  const queued = await client.responses.create({ ...IN_BACKGROUND, input: 'then', conversation });
  expect(queued.status).toBe('queued');
  open();
  for await (const event of stream) void event;
  await reached(queued.id, 'completed');
  expect(await itemsOf(client, conversation)).toHaveLength(4);
});

test('a chain of responses in the background shows the model all of it', async () => {
  const { answer, open } = gated('one');
  play(answer, said('two'), said('three'));
  const first = await client.responses.create({ ...IN_BACKGROUND, input: 'a' });
  const early = { ...IN_BACKGROUND, input: 'x', previous_response_id: first.id };
  await expect(client.responses.create(early)).rejects.toMatchObject({
    status: 400,
    code: 'previous_response_not_found',
  });
  open();
  await reached(first.id, 'completed');
  const next = { ...IN_BACKGROUND, previous_response_id: first.id };
  const second = await client.responses.create({ ...next, input: 'b' });
  await reached(second.id, 'completed');
  const branch = await client.responses.create({ ...next, input: 'c' });
  await reached(branch.id, 'completed');
  expect(spoken(sent()).slice(0, 2)).toEqual([
    ['user', 'a'],
    ['assistant', 'one'],
  ]);
  const third = await client.responses.create({
    model: MODEL,
    input: 'd',
    previous_response_id: second.id,
  });
  expect(third.status).toBe('completed');
  expect(spoken(sent()).map(([, content]) => content)).toEqual(['a', 'one', 'b', 'two', 'd']);
});

test('a response that continues another one becomes a fork when that has been continued meanwhile', async () => {
  play(said('one'));
  const first = await client.responses.create({ model: MODEL, input: 'a' });
  const { answer, open } = gated('slow');
  play(answer, said('quick'));
  const next = { previous_response_id: first.id } as const;
  const slow = await client.responses.create({ model: MODEL, ...next, input: 'b', stream: true });
  const queued = await client.responses.create({ ...IN_BACKGROUND, ...next, input: 'c' });
  await reached(queued.id, 'completed');
  expect(spoken(sent()).map(([, content]) => content)).toEqual(['a', 'one', 'c']);
  open();
  for await (const event of slow) void event;
});

test('a model server that fails makes the response failed, with the reason', async () => {
  play(json({ error: { message: 'no' } }, 500));
  const { id } = await client.responses.create({ ...IN_BACKGROUND, input: 'a' });
  await reached(id, 'failed');
  expect(await client.responses.retrieve(id)).toMatchObject({
    error: { code: 'server_error', message: expect.stringContaining('500') },
    output: [],
  });
});

test('input that does not fit the history makes the response failed, and asks no model', async () => {
  const { id: conversation } = await client.conversations.create();
  const before = model.requests.length;
  const output = { type: 'function_call_output', call_id: 'call_x', output: '1' } as const;
  const request = { ...IN_BACKGROUND, input: [output], conversation };
  const { id } = await client.responses.create(request);
  await reached(id, 'failed');
  expect(await client.responses.retrieve(id)).toMatchObject({
    error: { message: 'No tool call found for function call output with call_id call_x.' },
  });
  expect(model.requests).toHaveLength(before);
  play(said('hi'));
  await client.responses.create({ model: MODEL, input: 'x', conversation });
});

test('a response that may not wait is refused while its conversation is busy', async () => {
  const { id: conversation } = await client.conversations.create();
  const { answer, open } = gated();
  play(answer);
  const request = { ...IN_BACKGROUND, input: 'a', conversation };
  const options = { headers: { 'x-colloquy-when-busy': 'reject' } };
  const first = await client.responses.create(request, options);
  await expect(client.responses.create(request, options)).rejects.toMatchObject({
    status: 400,
    code: 'conversation_locked',
  });
  open();
  await reached(first.id, 'completed');
});

test('a response in the background is refused for an unknown conversation, and without storing', async () => {
  const request = { ...IN_BACKGROUND, input: 'a' };
  await expect(
    client.responses.create({ ...request, conversation: 'conv_none' }),
  ).rejects.toMatchObject({ status: 404 });
  await expect(client.responses.create({ ...request, store: false })).rejects.toMatchObject({
    status: 400,
    code: 'unsupported_parameter',
    param: 'background',
  });
});

test('a response that is made cannot be deleted, and ends with its conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  const { answer } = gated();
  play(answer);
  const request = { ...IN_BACKGROUND, input: 'a', conversation };
  const { id } = await client.responses.create(request);
  await reached(id, 'in_progress');
  const waiting = await client.responses.create(request);
  for (const each of [id, waiting.id]) {
    await expect(client.responses.delete(each)).rejects.toMatchObject({
      status: 400,
      message: '400 Cannot delete an in-flight response.',
    });
  }
  await client.conversations.delete(conversation);
  for (const each of [id, waiting.id]) {
    await expect(client.responses.retrieve(each)).rejects.toMatchObject({ status: 404 });
  }
  play(said('hi'));
});

test('more responses than the limit wait until others have ended', async () => {
  await using limited = await startTurnServer('--background-limit', '2');
  const { answer, open } = gated();
  limited.play(answer);
  const ids = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const request = { ...IN_BACKGROUND, input: 'a' };
      return (await limited.client.responses.create(request)).id;
    }),
  );
  await expect.poll(() => limited.model.requests.length).toBe(2);
  const statuses = () =>
    Promise.all(ids.map(async (id) => (await limited.client.responses.retrieve(id)).status));
  expect((await statuses()).filter((status) => status === 'queued')).toHaveLength(4);
  expect(limited.model.requests).toHaveLength(2);
  open();
  await expect.poll(statuses).toEqual(ids.map(() => 'completed'));
  expect(limited.model.requests).toHaveLength(6);
});
