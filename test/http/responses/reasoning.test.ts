import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { answered, callsDelta, said } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, startTurnServer, type TurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const INCLUDE: ['reasoning.encrypted_content'] = ['reasoning.encrypted_content'];
const CALL = callsDelta(['look', '{}', 'call_a']);
const OUTPUT = { type: 'function_call_output' as const, call_id: 'call_a', output: 'x' };

type Reasoning = OpenAI.Responses.ResponseReasoningItem;

/** Has a model reason and answer with what follows, and returns the reasoning. */
async function reasoned(
  { client: asked, play: script }: Pick<TurnServer, 'client' | 'play'>,
  text: string,
  params: Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming> = {},
): Promise<Reasoning> {
  script(answered([{ reasoning_content: text }, { content: 'hi' }]));
  const { output } = await asked.responses.create({ model: MODEL, input: 'x', ...params });
  const item = output.find(({ type }) => type === 'reasoning');
  if (item?.type !== 'reasoning') throw new Error('the answer must have reasoning');
  return item;
}

/** Returns the reasoning that the model server was sent last, by message. */
function resent(): readonly unknown[] {
  return sent().messages.flatMap(({ role, reasoning_content: text }) =>
    role === 'assistant' ? [text] : [],
  );
}

test('the reasoning of a model is an item with its text, and no summary is made up', async () => {
  const { id: conversation } = await client.conversations.create();
  const item = await reasoned(turns, 'hm, let me see', {
    conversation,
    reasoning: { effort: 'high', summary: 'detailed' },
  });
  expect(item).toEqual({
    id: expect.stringMatching(/^rs_[0-9a-f]{48}$/),
    type: 'reasoning',
    content: [{ type: 'reasoning_text', text: 'hm, let me see' }],
    summary: [],
  });
  expect((await itemsOf(client, conversation))[1]).toEqual(item);
  expect(sent()).toMatchObject({ reasoning_effort: 'high' });
});

test('the model gets its reasoning back until its calls are answered, and not later', async () => {
  const { id: conversation } = await client.conversations.create();
  const request = { model: MODEL, conversation };
  play(answered([{ reasoning_content: 'I must look' }, CALL], 'tool_calls'), said('found'));
  await client.responses.create({ ...request, input: 'look' });
  await client.responses.create({ ...request, input: [OUTPUT] });
  expect(resent()).toEqual(['I must look']);
  await client.responses.create({ ...request, input: 'and now?' });
  expect(resent()).toEqual([undefined, undefined]);
  await client.responses.create({
    ...request,
    input: 'all of it?',
    reasoning: { context: 'all_turns' },
  });
  expect(resent()).toEqual(['I must look', undefined, undefined]);
});

test('sealed reasoning is made on request, and tells the model what it thought', async () => {
  play(answered([{ reasoning_content: 'I must look' }, CALL], 'tool_calls'), said('found'));
  const first = await client.responses.create({
    model: MODEL,
    input: 'look',
    store: false,
    include: INCLUDE,
  });
  const [item] = first.output;
  const sealed = item?.type === 'reasoning' ? item.encrypted_content : undefined;
  expect(sealed).toMatch(/^clq1\./);
  const sealedAlone = {
    type: 'reasoning' as const,
    id: item?.id ?? '',
    summary: [],
    encrypted_content: sealed ?? '',
  };
  await client.responses.create({
    model: MODEL,
    store: false,
    input: [
      { role: 'user', content: 'look' },
      sealedAlone,
      ...first.output.slice(1),
      OUTPUT,
    ] as never,
  });
  expect(resent()).toEqual(['I must look']);
  expect(sent().messages).toHaveLength(3);
});

test('reasoning is not sealed without the request for it', async () => {
  expect(await reasoned(turns, 'hm')).not.toHaveProperty('encrypted_content');
});

test('reasoning of another model, and a text that is no seal, are left out and counted', async () => {
  const { encrypted_content: sealed } = await reasoned(turns, 'hm', { include: INCLUDE });
  const ask = async (blob: string, model: string): Promise<string | null> => {
    const { response } = await client.responses
      .create({
        model,
        input: [
          { role: 'user', content: 'look' },
          { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: blob },
          { role: 'assistant', content: 'well' },
        ],
        reasoning: { context: 'all_turns' },
      })
      .withResponse();
    return response.headers.get('x-colloquy-repairs');
  };
  play(said('hi'));
  expect(await ask(sealed ?? '', MODEL)).toBeNull();
  expect(resent()).toEqual(['hm']);
  expect(await ask(sealed ?? '', 'another')).toBe('other_model_reasoning=1');
  expect(resent()).toEqual([undefined]);
  expect(await ask('gAAAAA', MODEL)).toBe('foreign_reasoning=1');
  expect(resent()).toEqual([undefined]);
});

test('reasoning never becomes a message of its own', async () => {
  play(said('hi'));
  await client.responses.create({
    model: MODEL,
    input: [
      { role: 'user', content: 'a' },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'hm' }],
      },
      { role: 'user', content: 'b' },
    ],
  });
  expect(sent().messages.map(({ role }) => role)).toEqual(['user', 'user']);
});

test('the thoughts of a model that marks them by tags or by a field of another name are reasoning', async () => {
  play(answered([{ reasoning: 'hm' }, { content: 'hi' }]));
  const { output, output_text: text } = await client.responses.create({ model: MODEL, input: 'x' });
  expect(output[0]).toMatchObject({ type: 'reasoning', content: [{ text: 'hm' }] });
  expect(text).toBe('hi');
});

test('reasoning after text is a second item, and every item is closed before the next one begins', async () => {
  play(
    answered([
      { reasoning_content: 'a' },
      { content: 'b' },
      { reasoning_content: 'c' },
      { content: 'd' },
    ]),
  );
  const final = await client.responses.stream({ model: MODEL, input: 'x' }).finalResponse();
  expect(final.output.map(({ type }) => type)).toEqual([
    'reasoning',
    'message',
    'reasoning',
    'message',
  ]);
});
