import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { answered, called, callsDelta, said } from '../../support/chat-answers.ts';
import { eventsOf, itemsOf, MODEL, startTurnServer } from '../../support/turns.ts';

type Event = OpenAI.Responses.ResponseStreamEvent;

const turns = await startTurnServer();
const { client, server, play } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const REQUEST = { model: MODEL, input: 'hello', stream: true } as const;

/** Returns an event without the ids and the numbers that all have. */
function essence({ type, ...event }: Event): unknown {
  const fields = Object.entries(event).filter(
    ([name]) => !['sequence_number', 'item_id', 'response', 'logprobs'].includes(name),
  );
  return [type, Object.fromEntries(fields)];
}

test('a streamed text comes in the events of OpenAI, in their order', async () => {
  play(said('h', 'i'));
  const events = await eventsOf(await client.responses.create(REQUEST));
  const part = { type: 'output_text', annotations: [], logprobs: [], text: '' };
  const place = { content_index: 0, output_index: 0 };
  const item = { id: expect.any(String), type: 'message', role: 'assistant' };
  const whole = { ...part, text: 'hi' };
  expect(events.map(essence)).toEqual([
    ['response.created', {}],
    ['response.in_progress', {}],
    [
      'response.output_item.added',
      { output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
    ],
    ['response.content_part.added', { ...place, part }],
    ['response.output_text.delta', { ...place, delta: 'h' }],
    ['response.output_text.delta', { ...place, delta: 'i' }],
    ['response.output_text.done', { ...place, text: 'hi' }],
    ['response.content_part.done', { ...place, part: whole }],
    [
      'response.output_item.done',
      { output_index: 0, item: { ...item, status: 'completed', content: [whole] } },
    ],
    ['response.completed', {}],
  ]);
});

test('the first events have the whole response, and the last one what is stored', async () => {
  const { id } = await client.conversations.create();
  play(said('hi'));
  const instructions = 'be brief';
  const events = await eventsOf(
    await client.responses.create({ ...REQUEST, conversation: id, instructions }),
  );
  const [created, started] = events;
  const last = events.at(-1);
  if (last?.type !== 'response.completed')
    throw new Error('the last event must be the terminal one');
  const { response } = last;
  const running = {
    ...response,
    status: 'in_progress',
    completed_at: null,
    output: [],
    usage: null,
    service_tier: 'auto',
  };
  expect(created).toEqual({ type: 'response.created', response: running, sequence_number: 0 });
  expect(started).toEqual({ type: 'response.in_progress', response: running, sequence_number: 1 });
  expect(response).toMatchObject({ conversation: { id }, instructions, status: 'completed' });
  const { output_text: _text, ...stored } = await client.responses.retrieve(response.id);
  expect(stored).toEqual(response);
  expect((await itemsOf(client, id)).slice(1)).toEqual(response.output);
});

test('items come one after the other: reasoning, then text, then each call', async () => {
  play(
    answered(
      [
        { reasoning_content: 'hm' },
        { content: 'looking' },
        callsDelta(['look', '{"a":1}', 'call_1'], ['look', '{}', 'call_2']),
      ],
      'tool_calls',
    ),
  );
  const events = await eventsOf(await client.responses.create(REQUEST));
  const shape = events.flatMap((event) => {
    if (!('output_index' in event)) return [];
    const id = 'item_id' in event ? event.item_id : 'item' in event ? event.item.id : '';
    const index = 'content_index' in event ? `/${event.content_index}` : '';
    return [
      `${event.output_index}${index} ${event.type.slice('response.'.length)} ${id?.slice(0, 3)}`,
    ];
  });
  expect(shape).toEqual([
    '0 output_item.added rs_',
    '0/0 content_part.added rs_',
    '0/0 reasoning_text.delta rs_',
    '0/0 reasoning_text.done rs_',
    '0/0 content_part.done rs_',
    '0 output_item.done rs_',
    '1 output_item.added msg',
    '1/0 content_part.added msg',
    '1/0 output_text.delta msg',
    '1/0 output_text.done msg',
    '1/0 content_part.done msg',
    '1 output_item.done msg',
    '2 output_item.added fc_',
    '2 function_call_arguments.delta fc_',
    '2 function_call_arguments.done fc_',
    '2 output_item.done fc_',
    '3 output_item.added fc_',
    '3 function_call_arguments.delta fc_',
    '3 function_call_arguments.done fc_',
    '3 output_item.done fc_',
  ]);
});

test('a call has one id and the model’s call_id in its events, in the answer and in the store', async () => {
  const { id } = await client.conversations.create();
  play(called(['look', '{"b":1.0, "a":2}', 'call_of_the_model']));
  const events = await eventsOf(await client.responses.create({ ...REQUEST, conversation: id }));
  const items = events.flatMap((event) => ('item' in event ? [event.item] : []));
  const last = events.at(-1);
  const final = last?.type === 'response.completed' ? last.response.output : [];
  const stored = (await itemsOf(client, id)).slice(1);
  const call = { call_id: 'call_of_the_model', name: 'look', type: 'function_call' };
  expect([...items, ...final, ...stored]).toHaveLength(4);
  for (const item of [...items, ...final, ...stored]) {
    expect(item).toMatchObject({ ...call, id: items[0]?.id });
  }
  expect(stored).toMatchObject([{ arguments: '{"b":1.0, "a":2}', status: 'completed' }]);
  const done = events.find(({ type }) => type === 'response.function_call_arguments.done');
  expect(done).toMatchObject({ name: 'look', arguments: '{"b":1.0, "a":2}' });
});

test('frames have the name and the data of one event each, and nothing follows the last', async () => {
  play(said('hi'));
  const answer = await fetch(`${server.url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(REQUEST),
  });
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': expect.any(String),
  });
  const frames = (await answer.text()).split('\n\n');
  expect(frames.pop(), 'the last frame must end like the others').toBe('');
  for (const frame of frames) {
    expect(frame).toMatch(/^event: ([a-z_.]+)\ndata: \{"type":"\1".*,"sequence_number":\d+\}$/);
  }
  expect(frames.at(-1)).toMatch(/^event: response\.completed\n/);
});

test('the stream helper of the official client ends with what is stored', async () => {
  play(answered([{ reasoning_content: 'hm' }, { content: 'h' }, { content: 'i' }]));
  const texts: string[] = [];
  const stream = client.responses.stream({ model: MODEL, input: 'hello' });
  stream.on('response.output_text.delta', ({ delta, snapshot }) => {
    texts.push(`${delta}/${snapshot}`);
  });
  const final = await stream.finalResponse();
  expect(texts).toEqual(['h/h', 'i/hi']);
  expect(final.output_text).toBe('hi');
  const stored = await client.responses.retrieve(final.id);
  expect(final.output).toMatchObject(stored.output);
  expect({ ...final, output: [] }).toMatchObject({ ...stored, output: [] });
});

test('a response can be continued as soon as its last event has come', async () => {
  play(said('hi'));
  for (let round = 0; round < 5; round += 1) {
    const events = await eventsOf(await client.responses.create(REQUEST));
    const last = events.at(-1);
    const id = last?.type === 'response.completed' ? last.response.id : '';
    const next = await client.responses.create({
      model: MODEL,
      input: 'and now?',
      previous_response_id: id,
    });
    expect(next.previous_response_id).toBe(id);
  }
});

test('what is wrong before the first event is answered with a status, and not with a stream', async () => {
  const missing = client.responses.create({ ...REQUEST, conversation: 'conv_missing' });
  await expect(missing).rejects.toMatchObject({
    status: 404,
    message: "404 Conversation with id 'conv_missing' not found.",
  });
  await expect(
    client.responses.create({ ...REQUEST, previous_response_id: 'resp_missing' }),
  ).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' });
});

test('a stored response cannot be streamed later', async () => {
  play(said('hi'));
  const { id } = await client.responses.create({ model: MODEL, input: 'hello' });
  await expect(client.responses.retrieve(id, { stream: true })).rejects.toMatchObject({
    status: 400,
    param: 'stream',
    message:
      '400 This response cannot be streamed because it was not created with background=true.',
  });
  const options = { starting_after: 0, stream: false, include_obfuscation: true } as const;
  expect(await client.responses.retrieve(id, options)).toMatchObject({ id });
});
