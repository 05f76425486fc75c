import OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { startCuttingRelay } from '../../support/cutting-relay.ts';
import { chunk, DONE, json, sse, streamed } from '../../support/model-server.ts';
import { gate } from '../../support/process-turns.ts';
import { eventsOf, itemsOf, MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, model, server } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

let keys = 0;
/** Options with a new key. */
function keyed(more: Readonly<Record<string, string>> = {}) {
  keys += 1;
  return { headers: { 'Idempotency-Key': `key-${keys}`, ...more } };
}

/** Returns the header that marks a repeated answer. */
async function replayedOf(request: { asResponse(): Promise<Response> }): Promise<string | null> {
  return (await request.asResponse()).headers.get('idempotent-replayed');
}

const request = { model: MODEL, input: 'hello' } as const;

/** Counts the requests that the model server gets while `work` runs. */
async function asked(work: () => Promise<unknown>): Promise<number> {
  const before = model.requests.length;
  await work();
  return model.requests.length - before;
}

/** The official client behind a relay that loses answers, with the key switched on. */
async function unluckyClient() {
  const relay = await startCuttingRelay(Number(new URL(server.url).port));
  const unlucky = new OpenAI({
    baseURL: `http://127.0.0.1:${relay.port}/v1`,
    apiKey: 'any',
    maxRetries: 2,
  });
  // The line of the documentation.
  Object.assign(unlucky, { idempotencyHeader: 'Idempotency-Key' });
  return { relay, unlucky, [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose]() };
}

test('a response whose answer is lost twice is made once, for the official client that repeats it', async () => {
  await using lossy = await unluckyClient();
  const { relay, unlucky } = lossy;
  const { id: conversation } = await client.conversations.create();
  play(said('once'));
  relay.cutAnswers(2);
  const times = await asked(async () => {
    const response = await unlucky.responses.create({ ...request, conversation });
    expect(response.output_text).toBe('once');
  });
  expect(relay.cuts, 'the relay must lose both answers').toBe(2);
  expect(times).toBe(1);
  expect(await itemsOf(client, conversation)).toHaveLength(2);
});

test('a stream whose beginning is lost is repeated whole, and made once', async () => {
  await using lossy = await unluckyClient();
  const { relay, unlucky } = lossy;
  play(said('on', 'ce'));
  relay.cutAnswers(1);
  const times = await asked(async () => {
    const stream = unlucky.responses.stream({ ...request });
    const response = await stream.finalResponse();
    expect(response.output_text).toBe('once');
  });
  expect(times).toBe(1);
});

test('a response that still runs when its client is cut off is given to the repetition', async () => {
  await using lossy = await unluckyClient();
  const { relay, unlucky } = lossy;
  const { id: conversation } = await client.conversations.create();
  const { opened, open } = gate();
  play(streamed(chunk({ content: 'well' }), opened, chunk({ content: ' done' }, 'stop'), DONE));
  const times = await asked(async () => {
    const before = model.requests.length;
    const answer = unlucky.responses.create({ ...request, conversation });
    await expect.poll(() => model.requests.length).toBe(before + 1);
    relay.cutNow();
    setTimeout(open, 1_000);
    expect((await answer).output_text).toBe('well done');
  });
  expect(times).toBe(1);
  expect(await itemsOf(client, conversation)).toHaveLength(2);
});

test('a repetition is answered with what is stored, and says so', async () => {
  const { id: conversation } = await client.conversations.create();
  const options = keyed();
  play(said('first'));
  const first = await client.responses.create({ ...request, conversation }, options);
  const times = await asked(async () => {
    const again = client.responses.create({ ...request, conversation }, options);
    expect(await replayedOf(again)).toBe('true');
    expect(await client.responses.create({ ...request, conversation }, options)).toEqual(first);
    const streamedAgain = { ...request, conversation, stream: true as const };
    await expect(client.responses.create(streamedAgain, options)).rejects.toMatchObject({
      status: 400,
      code: 'idempotency_key_reused',
    });
  });
  expect(times).toBe(0);
  expect(
    await replayedOf(client.responses.create({ ...request, conversation }, keyed())),
  ).toBeNull();
});

test('repetitions during a response wait for it, streamed or not, and all have one outcome', async () => {
  const { opened, open } = gate();
  const options = keyed();
  play(streamed(chunk({ content: 'slow' }), opened, chunk({}, 'stop'), DONE));
  const times = await asked(async () => {
    const all = Array.from({ length: 5 }, () => client.responses.create(request, options));
    await expect.poll(() => model.requests.length).toBeGreaterThan(0);
    open();
    const ids = new Set((await Promise.all(all)).map(({ id }) => id));
    expect(ids.size).toBe(1);
  });
  expect(times).toBe(1);
});

test('a repeated stream has the same items and the same end as the first one', async () => {
  const options = keyed();
  const delta = (fields: object) => chunk(fields);
  play(
    streamed(
      delta({ reasoning_content: 'hm' }),
      delta({ content: 'one ' }),
      delta({ content: 'two' }),
      delta({
        tool_calls: [
          {
            index: 0,
            id: 'call_1',
            type: 'function',
            function: { name: 'f', arguments: '{"a":1}' },
          },
        ],
      }),
      chunk({}, 'tool_calls'),
      sse({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
      DONE,
    ),
  );
  const streaming = {
    ...request,
    stream: true as const,
    tools: [{ type: 'function' as const, name: 'f', parameters: {}, strict: null }],
  };
  const first = await eventsOf(await client.responses.create(streaming, options));
  const second = await eventsOf(await client.responses.create(streaming, options));
  const lasting = (events: typeof first) =>
    events.filter(({ type }) => !type.endsWith('.delta') && type !== 'response.created');
  const numbered = (events: typeof first) =>
    lasting(events).map((event) => ({ ...event, sequence_number: 0 }));
  expect(numbered(second)).toEqual(numbered(first));
  expect(second.map((event) => event.sequence_number)).toEqual(second.map((_, place) => place));
  const texts = (events: typeof first) =>
    events
      .map((event) => ('delta' in event && typeof event.delta === 'string' ? event.delta : ''))
      .join('');
  expect(texts(second)).toBe(texts(first));
});

test('a key of another request, or of another form, is refused before the model is asked', async () => {
  const options = keyed();
  play(said('x'));
  await client.responses.create(request, options);
  const reused = { status: 400, code: 'idempotency_key_reused', param: 'Idempotency-Key' };
  const times = await asked(async () => {
    const other = { ...request, input: 'other' };
    await expect(client.responses.create(other, options)).rejects.toMatchObject(reused);
    for (const bad of ['', 'two words', 'x'.repeat(256), 'caf\u00e9']) {
      const headers = { 'Idempotency-Key': bad };
      await expect(client.responses.create(request, { headers })).rejects.toMatchObject({
        status: 400,
        param: 'Idempotency-Key',
      });
    }
  });
  expect(times).toBe(0);
  const longest = { headers: { 'Idempotency-Key': 'x'.repeat(255) } };
  expect((await client.responses.create(request, longest)).status).toBe('completed');
});

test('the order of the fields of a body does not matter to its key', async () => {
  const options = keyed();
  play(said('x'));
  const first = await client.responses.create({ model: MODEL, input: 'a' }, options);
  const second = await client.responses.create({ input: 'a', model: MODEL }, options);
  expect(second.id).toBe(first.id);
});

test('a refusal and a failure of the model are not kept: the repetition is a new attempt', async () => {
  const options = keyed();
  const { id: conversation } = await client.conversations.create();
  const body = { ...request, conversation };
  play(json({ error: { message: 'broken' } }, 500));
  await expect(client.responses.create(body, options)).rejects.toMatchObject({ status: 500 });
  play(streamed(chunk({ content: 'cut o' })));
  await expect(client.responses.create(body, options)).rejects.toMatchObject({ status: 500 });
  play(said('at last'));
  server.failures.splice(0);
  const response = await client.responses.create(body, options);
  expect(response.output_text).toBe('at last');
  expect(await itemsOf(client, conversation)).toHaveLength(2);
  const alone = keyed();
  play(streamed(chunk({ content: 'cut o' })));
  await expect(client.responses.create(request, alone)).rejects.toMatchObject({ status: 500 });
  server.failures.splice(0);
  play(said('better'));
  expect((await client.responses.create(request, alone)).output_text).toBe('better');
  const absent = { ...request, conversation: 'conv_absent' };
  const other = keyed();
  await expect(client.responses.create(absent, other)).rejects.toMatchObject({ status: 404 });
  expect((await client.responses.create(request, other)).status).toBe('completed');
});

test('a response that was deleted is not made again under its key', async () => {
  const options = keyed();
  play(said('x'));
  const { id } = await client.responses.create(request, options);
  await client.responses.delete(id);
  const times = await asked(async () => {
    await expect(client.responses.create(request, options)).rejects.toMatchObject({ status: 404 });
  });
  expect(times).toBe(0);
});

test('a response that is not stored has no key', async () => {
  const options = keyed();
  play(said('x'));
  const body = { ...request, store: false };
  const first = await client.responses.create(body, options);
  const second = await client.responses.create(body, options);
  expect(second.id).not.toBe(first.id);
});
