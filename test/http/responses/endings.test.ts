import { afterAll, expect, test } from 'vitest';
import { answered, callsDelta, said } from '../../support/chat-answers.ts';
import { chunk, DONE, streamed } from '../../support/model-server.ts';
import { eventsOf, itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

test.each([
  ['length', 'max_output_tokens'],
  ['content_filter', 'content_filter'],
])(
  'an answer that ends for the reason %s is incomplete, and its text is stored',
  async (given, reason) => {
    const { id: conversation } = await client.conversations.create();
    play(answered([{ content: 'half' }], given));
    const request = { model: MODEL, input: 'tell', conversation };
    const response = await client.responses.create(request);
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason },
      completed_at: null,
      error: null,
      output: [{ status: 'incomplete', content: [{ text: 'half' }] }],
      usage: { total_tokens: 29 },
    });
    expect(await client.responses.retrieve(response.id)).toEqual(response);
    expect((await itemsOf(client, conversation)).slice(1)).toEqual(response.output);
    const events = await eventsOf(await client.responses.create({ ...request, stream: true }));
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason } },
    });
  },
);

test('a call that was cut off is in the answer and in no conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  const delta = callsDelta(['look', '{"a":1}', 'call_a'], ['look', '{"a":', 'call_b']);
  play(answered([{ content: 'I look' }, delta], 'length'));
  const response = await client.responses.create({ model: MODEL, input: 'look', conversation });
  expect(response).toMatchObject({
    status: 'incomplete',
    output: [
      { type: 'message', status: 'completed' },
      { type: 'function_call', call_id: 'call_a', status: 'completed' },
      { type: 'function_call', call_id: 'call_b', status: 'incomplete', arguments: '{"a":' },
    ],
  });
  expect(await client.responses.retrieve(response.id)).toEqual(response);
  expect((await itemsOf(client, conversation)).slice(1)).toEqual(response.output.slice(0, 2));
  play(said('done'));
  await client.responses.create({
    model: MODEL,
    conversation,
    input: [{ type: 'function_call_output', call_id: 'call_a', output: '1' }],
  });
  expect(sent().messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
});

test('an answer whose only call was cut off leaves a conversation that goes on', async () => {
  const { id: conversation } = await client.conversations.create();
  play(answered([callsDelta(['look', '{"a":', 'call_a'])], 'length'), said('hi'));
  const first = await client.responses.create({ model: MODEL, input: 'look', conversation });
  expect(first.output).toHaveLength(1);
  expect(await client.responses.retrieve(first.id)).toEqual(first);
  const second = await client.responses.create({ model: MODEL, input: 'well?', conversation });
  expect(second.output_text).toBe('hi');
  expect(spoken(sent())).toEqual([
    ['user', 'look'],
    ['user', 'well?'],
  ]);
});

test.each([
  ['no text', []],
  ['an empty text', [{ role: 'assistant', content: '' }]],
  ['reasoning alone', [{ reasoning_content: 'hm' }]],
])(
  'an answer of %s gets an empty message, and the next one is not confused',
  async (_name, deltas) => {
    const { id: conversation } = await client.conversations.create();
    play(answered(deltas));
    const response = await client.responses.create({ model: MODEL, input: 'x', conversation });
    expect(response).toMatchObject({ status: 'completed', output_text: '' });
    expect(response.output.at(-1)).toMatchObject({
      type: 'message',
      content: [{ type: 'output_text', text: '', annotations: [], logprobs: [] }],
    });
    expect(await client.responses.retrieve(response.id)).toEqual(response);
    play(said('hi'));
    await client.responses.create({ model: MODEL, input: 'y', conversation });
    expect(spoken(sent())).toEqual([
      ['user', 'x'],
      ['user', 'y'],
    ]);
  },
);

test('white space is text', async () => {
  play(said(' ', '\n'));
  const response = await client.responses.create({ model: MODEL, input: 'x' });
  expect(response.output_text).toBe(' \n');
});

test('an answer that ends in a call is completed, whatever reason the model server gives', async () => {
  for (const reason of ['tool_calls', 'stop', 'function_call']) {
    play(answered([callsDelta(['look', '{}', 'call_a'])], reason));
    const response = await client.responses.create({ model: MODEL, input: 'x' });
    expect(response).toMatchObject({ status: 'completed', output: [{ status: 'completed' }] });
  }
});

test('an answer without a reason of its end is completed at the mark of the end', async () => {
  play(streamed(chunk({ content: 'hi' }), DONE));
  const response = await client.responses.create({ model: MODEL, input: 'x' });
  expect(response).toMatchObject({ status: 'completed', output_text: 'hi' });
});

test('a refusal is a part of its message, in the answer, the stream and the next request', async () => {
  const { id: conversation } = await client.conversations.create();
  play(answered([{ refusal: 'I ' }, { refusal: 'will not' }]));
  const request = { model: MODEL, input: 'x', conversation };
  const response = await client.responses.create(request);
  expect(response.output).toMatchObject([
    { type: 'message', content: [{ type: 'refusal', refusal: 'I will not' }] },
  ]);
  expect((await itemsOf(client, conversation)).slice(1)).toEqual(response.output);
  const final = await client.responses.stream(request).finalResponse();
  expect(final.output).toMatchObject([{ content: [{ type: 'refusal', refusal: 'I will not' }] }]);
  expect(spoken(sent())).toContainEqual(['assistant', 'I will not']);
});

test('calls without ids, with long ids and with the same id get ids of their own', async () => {
  const { id: conversation } = await client.conversations.create();
  const call = (index: number, id: string | null) => ({
    index,
    id,
    type: 'function',
    function: { name: 'look', arguments: `{"n":${index}}` },
  });
  const long = 'x'.repeat(100);
  play(
    answered([
      { tool_calls: [call(0, null), call(1, long), call(2, 'call_a'), call(3, 'call_a')] },
    ]),
  );
  const { output } = await client.responses.create({ model: MODEL, input: 'x', conversation });
  const ids = output.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []));
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^call_.{1,59}$/);
  play(said('done'));
  await client.responses.create({
    model: MODEL,
    conversation,
    input: ids.map((id, index) => ({
      type: 'function_call_output',
      call_id: id,
      output: `${index}`,
    })),
  });
  expect(spoken(sent()).slice(2)).toEqual(ids.map((_id, index) => ['tool', `${index}`]));
});
