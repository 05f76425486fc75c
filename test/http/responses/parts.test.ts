import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { answered, called, said } from '../../support/chat-answers.ts';
import { chunk, DONE, sse, streamed } from '../../support/model-server.ts';
import { eventsOf, itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';
const PDF = 'data:application/pdf;base64,JVBERi0=';

test('images and audio as data reach the model, in this turn and in the next', async () => {
  const { id: conversation } = await client.conversations.create();
  play(said('a lake'));
  const content = [
    { type: 'input_text', text: 'what is this?' },
    { type: 'input_image', image_url: IMAGE, detail: 'high' },
    { type: 'input_image', image_url: 'https://images.example/lake.png', detail: 'auto' },
    { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
  ];
  await client.responses.create({
    model: MODEL,
    conversation,
    input: [{ role: 'user', content: content as never }],
  });
  const parts = [
    { type: 'text', text: 'what is this?' },
    { type: 'image_url', image_url: { url: IMAGE, detail: 'high' } },
    { type: 'image_url', image_url: { url: 'https://images.example/lake.png' } },
    { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
  ];
  expect(spoken(sent())).toEqual([['user', parts]]);
  await client.responses.create({ model: MODEL, conversation, input: 'sure?' });
  expect(spoken(sent())).toEqual([
    ['user', parts],
    ['assistant', 'a lake'],
    ['user', 'sure?'],
  ]);
  expect((await itemsOf(client, conversation))[0]).toMatchObject({ content });
});

test('an image in the output of a call reaches the model after the outputs', async () => {
  const { id: conversation } = await client.conversations.create();
  play(called(['photo', '{}', 'call_a']), said('a lake'));
  await client.responses.create({ model: MODEL, conversation, input: 'look' });
  await client.responses.create({
    model: MODEL,
    conversation,
    input: [
      {
        type: 'function_call_output',
        call_id: 'call_a',
        output: [
          { type: 'input_text', text: 'here' },
          { type: 'input_image', image_url: IMAGE, detail: 'auto' },
        ],
      },
    ],
  });
  expect(spoken(sent()).slice(2)).toEqual([
    ['tool', 'here'],
    ['user', [{ type: 'image_url', image_url: { url: IMAGE } }]],
  ]);
});

test('a file as data reaches a model server that takes files', async () => {
  await using hosted = await startTurnServer('--model-profile', 'openai');
  hosted.play(said('a form'));
  const file = { type: 'input_file' as const, filename: 'form.pdf', file_data: PDF };
  await hosted.client.responses.create({
    model: MODEL,
    input: [{ role: 'user', content: [file] }],
  });
  expect(spoken(hosted.sent())).toEqual([
    ['user', [{ type: 'file', file: { filename: 'form.pdf', file_data: PDF } }]],
  ]);
});

test.each([
  [
    'a file',
    { type: 'input_file', filename: 'a.pdf', file_data: PDF },
    'input[1].content[1].file_data',
  ],
  ['the id of a file', { type: 'input_file', file_id: 'file_1' }, 'input[1].content[1].file_id'],
  [
    'the id of an image',
    { type: 'input_image', file_id: 'file_1', detail: 'auto' },
    'input[1].content[1].file_id',
  ],
])(
  '%s that the model server cannot take is refused, and nothing is sent or stored',
  async (_name, part, param) => {
    const { id: conversation } = await client.conversations.create({
      items: [{ role: 'user', content: 'x' }],
    });
    const requests = turns.model.requests.length;
    const content = [{ type: 'input_text', text: 'y' }, part];
    const refused = client.responses.create({
      model: MODEL,
      conversation,
      input: [
        { role: 'user', content: 'z' },
        { role: 'user', content: content as never },
      ],
    });
    await expect(refused).rejects.toMatchObject({ status: 400, param });
    expect(turns.model.requests).toHaveLength(requests);
    expect(await itemsOf(client, conversation)).toHaveLength(1);
  },
);

test('a part of the history that the model server cannot take is named as the input', async () => {
  const { id: conversation } = await client.conversations.create({
    items: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] as never }],
  });
  await expect(
    client.responses.create({ model: MODEL, conversation, input: 'x' }),
  ).rejects.toMatchObject({ status: 400, param: 'input' });
});

test('a JSON schema is sent as it is, and parse reads the answer', async () => {
  const schema = {
    type: 'object',
    properties: { depth: { type: 'number' }, name: { type: 'string' } },
    required: ['depth'],
    additionalProperties: false,
  };
  const format = { type: 'json_schema', name: 'lake', schema, strict: true } as const;
  play(said('{"depth":', '57}'));
  const request = { model: MODEL, input: 'how deep?', text: { format } };
  const response = await client.responses.parse(request);
  expect(response.output_parsed).toEqual({ depth: 57 });
  expect(response.text?.format).toEqual({ ...format, description: null });
  const { type: _type, ...inner } = format;
  expect(sent()['response_format']).toEqual({ type: 'json_schema', json_schema: inner });
});

test('log probabilities are in the answer with include alone', async () => {
  const token = { token: 'hi', bytes: [104, 105], logprob: -0.5 };
  const logprobs = { content: [{ ...token, top_logprobs: [token] }] };
  const choice = { index: 0, delta: { content: 'hi' }, logprobs, finish_reason: null };
  play(streamed(sse({ choices: [choice] }), chunk({}, 'stop'), DONE));
  const request = { model: MODEL, input: 'x', top_logprobs: 1 };
  const include: OpenAI.Responses.ResponseIncludable[] = ['message.output_text.logprobs'];
  const without = await client.responses.create(request);
  expect(sent()).toMatchObject({ logprobs: true, top_logprobs: 1 });
  expect(without).toMatchObject({ top_logprobs: 1, output: [{ content: [{ logprobs: [] }] }] });
  const whole = { ...token, top_logprobs: [token] };
  const { output } = await client.responses.create({ ...request, include });
  expect(output).toMatchObject([{ content: [{ logprobs: [whole] }] }]);
  const events = await eventsOf(
    await client.responses.create({ ...request, include, stream: true }),
  );
  const done = events.find(({ type }) => type === 'response.output_text.done');
  expect(done).toMatchObject({ text: 'hi', logprobs: [whole] });
});

test('annotations of a text are in the answer and in the store', async () => {
  const { id: conversation } = await client.conversations.create();
  const citation = { url: 'https://lakes.example', title: 'Lakes', start_index: 0, end_index: 2 };
  play(
    answered([
      { content: 'hi' },
      { annotations: [{ type: 'url_citation', url_citation: citation }] },
    ]),
  );
  const { output } = await client.responses.create({ model: MODEL, input: 'x', conversation });
  const annotations = [{ type: 'url_citation', ...citation }];
  expect(output).toMatchObject([{ content: [{ text: 'hi', annotations }] }]);
  expect((await itemsOf(client, conversation)).slice(1)).toEqual(output);
});

test('text of every script reaches client and store whole, however the bytes are cut', async () => {
  const text = 'Äöß – 湖は深い 🐟\u2028end';
  const bytes = Buffer.from(chunk({ content: text }));
  const cuts = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
  play(streamed(...cuts, chunk({}, 'stop'), DONE));
  const response = await client.responses.create({ model: MODEL, input: text });
  expect(response.output_text).toBe(text);
  expect(await client.responses.retrieve(response.id)).toEqual(response);
  expect(spoken(sent())).toEqual([['user', text]]);
});
