import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import { itemsOf, MODEL, spoken, startTurnServer, type TurnServer } from '../../support/turns.ts';

const strict = await startTurnServer();
const repairing = await startTurnServer('--history', 'repair');
afterAll(() => Promise.all([strict, repairing].map((turns) => turns[Symbol.asyncDispose]())));

const HEADER = 'x-colloquy-repairs';

type Params = OpenAI.Responses.ResponseCreateParamsNonStreaming;

/** Creates a response, and returns the header that counts the repairs. */
async function repairs({ client }: TurnServer, params: Params): Promise<string | null> {
  const { response } = await client.responses.create({ model: MODEL, ...params }).withResponse();
  return response.headers.get(HEADER);
}

/** Has a model call two tools in a new conversation, and returns its id. */
async function awaiting({ client, play }: TurnServer): Promise<string> {
  const { id: conversation } = await client.conversations.create();
  play(called(['look', '{}', 'call_a'], ['look', '{}', 'call_b']), said('hi'));
  await client.responses.create({ model: MODEL, input: 'look', conversation });
  return conversation;
}

test('a server that repairs answers calls without output for the model alone', async () => {
  const conversation = await awaiting(repairing);
  const input = [{ type: 'function_call_output' as const, call_id: 'call_b', output: 'b' }];
  expect(await repairs(repairing, { conversation, input })).toBe('call_without_output=1');
  const outputs = repairing
    .sent()
    .messages.flatMap(({ role, tool_call_id: id, content }) =>
      role === 'tool' ? [[id, content]] : [],
    );
  expect(outputs).toEqual([
    ['call_a', expect.any(String)],
    ['call_b', 'b'],
  ]);
  const items = await itemsOf(repairing.client, conversation);
  expect(items.map(({ type }) => type)).toEqual([
    'message',
    'function_call',
    'function_call',
    'function_call_output',
    'message',
  ]);
});

test('a server that repairs leaves out an output without a call, and an item that is sent again', async () => {
  const { client, play, sent } = repairing;
  play(said('hi'));
  const output = { type: 'function_call_output' as const, call_id: 'call_x', output: 'x' };
  const input = [output, { role: 'user' as const, content: 'y' }];
  expect(await repairs(repairing, { input })).toBe('output_without_call=1');
  expect(spoken(sent())).toEqual([['user', 'y']]);
  const conversation = await awaiting(repairing);
  const calls = (await itemsOf(client, conversation)).slice(1);
  const outputs = ['call_a', 'call_b'].map((id) => ({ ...output, call_id: id }));
  const again = [...calls, ...outputs] as never;
  expect(await repairs(repairing, { conversation, input: again })).toBe('duplicate_id=2');
  expect(sent().messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool']);
  expect(await itemsOf(client, conversation)).toHaveLength(6);
});

test('a strict server repairs defects of the history, and says so', async () => {
  const { client, play, sent } = strict;
  const { id: conversation } = await client.conversations.create({
    items: [
      { role: 'user', content: 'a' },
      { type: 'function_call', call_id: 'call_a', name: 'look', arguments: '{}' },
      { role: 'user', content: 'b' },
      { type: 'function_call_output', call_id: 'call_x', output: 'x' },
    ],
  });
  play(said('hi'));
  const before = await itemsOf(client, conversation);
  const header = await repairs(strict, { conversation, input: 'c' });
  expect(header).toBe('call_without_output=1, output_without_call=1');
  expect(sent().messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'user',
    'user',
  ]);
  expect((await itemsOf(client, conversation)).slice(0, 4)).toEqual(before);
});

test('a call whose output was deleted gets one for the model', async () => {
  const { client, play, sent } = strict;
  const conversation = await awaiting(strict);
  const input = ['call_a', 'call_b'].map((id) => ({
    type: 'function_call_output' as const,
    call_id: id,
    output: id,
  }));
  await client.responses.create({ model: MODEL, conversation, input });
  const output = (await itemsOf(client, conversation)).find(
    (item) => item.type === 'function_call_output' && item.call_id === 'call_a',
  );
  await client.conversations.items.delete(output?.id ?? '', { conversation_id: conversation });
  play(said('hi'));
  expect(await repairs(strict, { conversation, input: 'well?' })).toBe('call_without_output=1');
  expect(sent().messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'tool',
    'assistant',
    'user',
  ]);
});

test('an answer without repairs has no header for them, as a stream or as a whole', async () => {
  const { client, play } = strict;
  play(said('hi'));
  expect(await repairs(strict, { input: 'x' })).toBeNull();
  const input = [
    { role: 'user' as const, content: 'x' },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } },
  ] as never;
  const request = { model: MODEL, input, stream: true } as const;
  const { data, response } = await client.responses.create(request).withResponse();
  data.controller.abort();
  expect(response.headers.get(HEADER)).toBe('hosted_item=1');
});
