import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { chunk, DONE, SILENCE, streamed } from '../../support/model-server.ts';
import { gate, sqliteFile } from '../../support/process-turns.ts';
import { eventsOf, MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const STREAMED = { model: MODEL, background: true, input: 'hello', stream: true } as const;

type Events = readonly OpenAI.Responses.ResponseStreamEvent[];

function idOf([first]: Events): string {
  if (first?.type !== 'response.created') throw new Error('the first event is another one');
  return first.response.id;
}

async function resumed(from: OpenAI, id: string, after?: number): Promise<Events> {
  const query = { stream: true, ...(after !== undefined && { starting_after: after }) } as const;
  return eventsOf(await from.responses.retrieve(id, query));
}

/** Makes an answer of pieces in several lists of events. */
function inPieces(count: number) {
  const pieces = Array.from({ length: count }, (_, index) => [
    chunk({ content: `piece ${index} "é\\n` }),
    { kind: 'pause', ms: index % 3 === 0 ? 60 : 1 } as const,
  ]);
  return streamed(...pieces.flat(), chunk({}, 'stop'), DONE);
}

test('a stream that is resumed after any event has the events of the uninterrupted one', async () => {
  play(inPieces(12));
  const events = await eventsOf(await client.responses.create(STREAMED));
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  expect(events.slice(0, 3).map(({ type }) => type)).toEqual([
    'response.created',
    'response.queued',
    'response.in_progress',
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'response.completed' });
  const id = idOf(events);
  expect(await resumed(client, id)).toEqual(events);
  for (let after = -1; after < events.length; after += 1) {
    expect(await resumed(client, id, after), `after ${after}`).toEqual(events.slice(after + 1));
  }
  for (const beyond of [events.length + 1_000, 1e20]) {
    expect(await resumed(client, id, beyond)).toEqual([]);
  }
});

test('streams that are resumed while a response is made have the same events', async () => {
  const { opened, open } = gate();
  play(streamed(chunk({ content: 'a' }), opened, chunk({ content: 'b' }, 'stop'), DONE));
  const stream = await client.responses.create(STREAMED);
  const iterator = stream[Symbol.asyncIterator]();
  const first = await iterator.next();
  const id = idOf(first.done === true ? [] : [first.value]);
  const following = [-1, 0, 1, 2, 3, 4, 5].map((after) => resumed(client, id, after));
  await expect.poll(() => client.responses.retrieve(id)).toMatchObject({ status: 'in_progress' });
  open();
  const rest = [];
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    rest.push(next.value);
  }
  const events = [...(first.done === true ? [] : [first.value]), ...rest];
  for (const [index, each] of (await Promise.all(following)).entries()) {
    expect(each).toEqual(events.slice(index));
  }
});

test('a response goes on when its client has gone, and its stream can be resumed', async () => {
  const { opened, open } = gate();
  play(streamed(chunk({ content: 'a' }), opened, chunk({ content: 'b' }, 'stop'), DONE));
  const stream = await client.responses.create(STREAMED);
  let id = '';
  let last = -1;
  for await (const event of stream) {
    if (event.type === 'response.created') ({ id } = event.response);
    last = event.sequence_number;
    if (event.type === 'response.output_text.delta') break;
  }
  open();
  const rest = await resumed(client, id, last);
  expect(rest.at(-1)).toMatchObject({
    type: 'response.completed',
    response: { output: [{ content: [{ text: 'ab' }] }] },
  });
  expect([...rest].map((event) => event.sequence_number)).toEqual(
    rest.map((_, index) => last + 1 + index),
  );
});

test('the helper of the official client resumes a stream', async () => {
  play(inPieces(3));
  const events = await eventsOf(await client.responses.create(STREAMED));
  const helper = client.responses.stream({ response_id: idOf(events), starting_after: 4 });
  const last = await helper.finalResponse();
  expect(last.status).toBe('completed');
});

test('a stream is followed by another server while the response is made', async () => {
  await using database = await sqliteFile();
  await using one = await startTurnServer('--database-url', database.url);
  await using two = await startTurnServer(
    '--database-url',
    database.url,
    '--background-limit',
    '0',
  );
  const { opened, open } = gate();
  one.play(streamed(chunk({ content: 'a' }), opened, chunk({ content: 'b' }, 'stop'), DONE));
  const stream = await one.client.responses.create(STREAMED);
  const events = [];
  let followed: Promise<Events> | undefined;
  for await (const event of stream) {
    events.push(event);
    if (event.type !== 'response.output_text.delta') continue;
    followed ??= resumed(two.client, idOf(events), 2);
    open();
  }
  expect(await followed).toEqual(events.slice(3));
});

test('a response without stored events cannot be streamed', async () => {
  play(said('hi'));
  const stream = { stream: true } as const;
  const refusal = (message: string) => ({ status: 400, param: 'stream', message });
  const { id } = await client.responses.create({ ...STREAMED, stream: false });
  const unstreamed = refusal(
    '400 This response cannot be streamed because it was not created with stream=true.',
  );
  await expect(client.responses.retrieve(id, stream)).rejects.toMatchObject(unstreamed);
  await expect.poll(() => client.responses.retrieve(id)).toMatchObject({ status: 'completed' });
  await expect(client.responses.retrieve(id, stream)).rejects.toMatchObject(unstreamed);
  const synchronous = await client.responses.create({ model: MODEL, input: 'x' });
  await expect(client.responses.retrieve(synchronous.id, stream)).rejects.toMatchObject(
    refusal(
      '400 This response cannot be streamed because it was not created with background=true.',
    ),
  );
});

test('events that are too old can no longer be streamed, and the response can still be fetched', async () => {
  await using database = await sqliteFile();
  const settings = ['--database-url', database.url, '--stream-replay', '0'];
  await using forgetful = await startTurnServer(...settings);
  forgetful.play(said('hi'));
  const events = await eventsOf(await forgetful.client.responses.create(STREAMED));
  const id = idOf(events);
  await database.run('DELETE FROM response_events RETURNING sequence');
  await expect(forgetful.client.responses.retrieve(id, { stream: true })).rejects.toMatchObject({
    status: 400,
    message: '400 This response can no longer be streamed because it is too old.',
  });
  expect(await forgetful.client.responses.retrieve(id)).toMatchObject({ status: 'completed' });
});

test('a stream ends when its response is deleted with its conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  play(streamed(chunk({ content: 'a' }), SILENCE));
  const stream = await client.responses.create({ ...STREAMED, conversation });
  const reading = eventsOf(stream);
  await client.conversations.delete(conversation);
  await expect(reading).rejects.toThrow(/^Response with id 'resp_\w+' not found\.$/);
});
