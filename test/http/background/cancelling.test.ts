import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { chunk, SILENCE, streamed } from '../../support/model-server.ts';
import { eventsOf, itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent, model } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const IN_BACKGROUND = { model: MODEL, background: true, input: 'long' } as const;
/** An answer that begins and does not end. */
const ENDLESS = streamed(chunk({ content: 'well' }), SILENCE);
const INTERRUPT = { headers: { 'x-colloquy-when-busy': 'interrupt' } };
const CANCELLED = { status: 'cancelled', output: [], completed_at: null, error: null };

function reached(id: string, status: string) {
  return expect.poll(() => client.responses.retrieve(id)).toMatchObject({ status });
}

/** Begins a response in the background that does not end. */
async function begun(conversation?: string): Promise<string> {
  play(ENDLESS);
  const before = model.requests.length;
  const { id } = await client.responses.create({
    ...IN_BACKGROUND,
    ...(conversation !== undefined && { conversation }),
  });
  await expect.poll(() => model.requests.length).toBe(before + 1);
  return id;
}

test('cancelling a response that is made stops the model, and appends nothing', async () => {
  const { id: conversation } = await client.conversations.create();
  const id = await begun(conversation);
  const asked = model.requests.at(-1);
  const cancelled = await client.responses.cancel(id);
  expect(cancelled).toMatchObject({ id, ...CANCELLED, background: true });
  expect(await asked?.abandoned, 'the model server must be left').toBe(true);
  expect(await client.responses.retrieve(id)).toMatchObject({ ...cancelled });
  expect(await client.responses.cancel(id), 'cancelling is done once').toEqual(cancelled);
  expect(await itemsOf(client, conversation)).toEqual([]);
  play(said('hi'));
  const next = await client.responses.create({ model: MODEL, input: 'x', conversation });
  expect(next.status).toBe('completed');
  expect(spoken(sent())).toEqual([['user', 'x']]);
});

test('cancelling a response that waits takes it out of its queue', async () => {
  const { id: conversation } = await client.conversations.create();
  const running = await begun(conversation);
  const before = model.requests.length;
  const { id } = await client.responses.create({ ...IN_BACKGROUND, conversation });
  expect(await client.responses.cancel(id)).toMatchObject(CANCELLED);
  await client.responses.cancel(running);
  play(said('hi'));
  await client.responses.create({ model: MODEL, input: 'x', conversation });
  expect(model.requests).toHaveLength(before + 1);
});

test('a response that has ended, or was not made in the background, cannot be cancelled', async () => {
  play(said('hi'));
  const refusal = (message: string) => ({ status: 400, code: null, param: null, message });
  const synchronous = await client.responses.create({ model: MODEL, input: 'x' });
  await expect(client.responses.cancel(synchronous.id)).rejects.toMatchObject(
    refusal('400 Cannot cancel a synchronous response.'),
  );
  const completed = await client.responses.create({ ...IN_BACKGROUND });
  await reached(completed.id, 'completed');
  await expect(client.responses.cancel(completed.id)).rejects.toMatchObject(
    refusal('400 Cannot cancel a completed response.'),
  );
  play(streamed(chunk({ content: 'well' }), chunk({}, 'length')));
  const incomplete = await client.responses.create({ ...IN_BACKGROUND });
  await reached(incomplete.id, 'incomplete');
  await expect(client.responses.cancel(incomplete.id)).rejects.toMatchObject(
    refusal('400 Cannot cancel a response in terminal state.'),
  );
  await expect(client.responses.cancel('resp_none')).rejects.toMatchObject({ status: 404 });
});

test('the stream of a response that is cancelled ends with one event that says so', async () => {
  play(ENDLESS);
  const stream = await client.responses.create({ ...IN_BACKGROUND, stream: true });
  const events = [];
  let id = '';
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'response.created') ({ id } = event.response);
    if (event.type === 'response.output_text.delta') await client.responses.cancel(id);
  }
  expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: CANCELLED });
  expect(events.filter(({ type }) => type === 'response.failed')).toHaveLength(1);
  expect(await eventsOf(await client.responses.retrieve(id, { stream: true }))).toEqual(events);
});

test('an interrupting request cancels the turn that runs, and is answered', async () => {
  const { id: conversation } = await client.conversations.create();
  play(ENDLESS);
  const stream = await client.responses.create({
    model: MODEL,
    input: 'long',
    conversation,
    stream: true,
  });
  const interrupted = eventsOf(stream);
  const asked = model.requests.at(-1);
  play(said('hi'));
  const request = { model: MODEL, input: 'new', conversation };
  const next = await client.responses.create(request, INTERRUPT);
  expect(next.output_text).toBe('hi');
  expect(spoken(sent())).toEqual([['user', 'new']]);
  expect(await asked?.abandoned, 'the model server must be left').toBe(true);
  const events = await interrupted;
  const last = events.at(-1);
  expect(last).toMatchObject({ type: 'response.failed', response: CANCELLED });
  expect(events.filter(({ type }) => type === 'response.failed')).toHaveLength(1);
  const id = last?.type === 'response.failed' ? last.response.id : '';
  expect(await client.responses.retrieve(id)).toMatchObject(CANCELLED);
  expect(await itemsOf(client, conversation)).toHaveLength(2);
});

test('a request without a stream that is interrupted gets the cancelled response', async () => {
  const { id: conversation } = await client.conversations.create();
  play(ENDLESS);
  const before = model.requests.length;
  const request = { model: MODEL, input: 'long', conversation };
  const interrupted = client.responses.create(request);
  await expect.poll(() => model.requests.length).toBe(before + 1);
  await client.conversations.retrieve(conversation);
  play(said('hi'));
  await client.responses.create({ ...request, input: 'new' }, INTERRUPT);
  const response = await interrupted.catch((error: unknown) => error);
  // Before the first byte of the answer there is no response yet.
  const refusal = { status: 400, code: 'response_interrupted' };
  expect([CANCELLED.status, refusal.status]).toContain((response as { status: unknown }).status);
});

test('an interrupting request cancels a response in the background, and those that wait are made', async () => {
  const { id: conversation } = await client.conversations.create();
  const running = await begun(conversation);
  play(said('hi'));
  const waiting = await client.responses.create({ ...IN_BACKGROUND, conversation });
  const request = { model: MODEL, input: 'new', conversation };
  const next = await client.responses.create(request, INTERRUPT);
  expect(next.status).toBe('completed');
  expect(await client.responses.retrieve(running)).toMatchObject(CANCELLED);
  await reached(waiting.id, 'completed');
  expect(await itemsOf(client, conversation)).toHaveLength(4);
});

test('a response in the background can interrupt, and an interruption of nothing is a request', async () => {
  const { id: conversation } = await client.conversations.create();
  const running = await begun(conversation);
  play(said('hi'));
  const next = await client.responses.create({ ...IN_BACKGROUND, conversation }, INTERRUPT);
  await reached(next.id, 'completed');
  expect(await client.responses.retrieve(running)).toMatchObject(CANCELLED);
  const request = { model: MODEL, input: 'new', conversation };
  expect(await client.responses.create(request, INTERRUPT)).toMatchObject({ status: 'completed' });
});

test('twenty interrupting requests leave whole turns alone', async () => {
  const { id: conversation } = await client.conversations.create();
  play(
    streamed(chunk({ content: 'a' }), { kind: 'pause', ms: 20 }, chunk({ content: 'b' }, 'stop')),
  );
  const sentAll = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      client.responses.create({ model: MODEL, input: `${index}`, conversation }, INTERRUPT),
    ),
  );
  const completed = sentAll.flatMap((result) =>
    result.status === 'fulfilled' && result.value.status === 'completed' ? [result.value] : [],
  );
  const items = await itemsOf(client, conversation);
  expect(items).toHaveLength(2 * completed.length);
  const roles = items.map((item) => (item.type === 'message' ? item.role : item.type));
  expect(roles).toEqual(completed.flatMap(() => ['user', 'assistant']));
  expect(completed.length).toBeGreaterThan(0);
});
