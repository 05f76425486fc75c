import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { itemContract } from '../items/contract.ts';
import { modelList, ModelList, modelObject } from './models.ts';
import type { OutputItem } from './output-items.ts';
import { responseParser } from './requests.ts';
import {
  ResponseDeleted,
  responseDeleted,
  responseJson,
  ResponseObject,
  responseObject,
  type ResponseState,
} from './response.ts';

const parse = responseParser(itemContract({ isStrict: false }), { maxInputItems: 10 });
const { echo } = parse({ input: 'hello', instructions: 'be brief', conversation: 'conv_1' });
const created = {
  id: 'resp_1',
  model: 'qwen3',
  conversationId: 'conv_1',
  createdAt: 1_790_239_029_999,
};
const usage = {
  inputTokens: 24,
  cachedTokens: 8,
  cacheWriteTokens: 0,
  outputTokens: 5,
  reasoningTokens: 2,
  totalTokens: 29,
};
const message: OutputItem = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  content: [{ type: 'output_text', text: 'hi', annotations: [], logprobs: [] }],
  role: 'assistant',
};
const completed: ResponseState = {
  ...created,
  status: 'completed',
  completedAt: 1_790_239_031_000,
  usage,
};
const fits = Compile(ResponseObject);

test('a completed response has its fields in the order of the wire', () => {
  const response = responseObject(echo, completed, [message]);
  expect(JSON.stringify(response)).toBe(
    '{"id":"resp_1","object":"response","created_at":1790239029,"status":"completed",' +
      '"access_programs":null,"background":false,"completed_at":1790239031,' +
      '"conversation":{"id":"conv_1"},"error":null,"frequency_penalty":0,' +
      '"incomplete_details":null,"instructions":"be brief","max_output_tokens":null,' +
      '"max_tool_calls":null,"model":"qwen3","moderation":null,"output":[' +
      '{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text",' +
      '"text":"hi","annotations":[],"logprobs":[]}],"role":"assistant"}],' +
      '"parallel_tool_calls":true,"presence_penalty":0,"previous_response_id":null,' +
      '"prompt_cache_key":null,"prompt_cache_options":null,"prompt_cache_retention":null,' +
      '"reasoning":{"context":null,"effort":null,"summary":null},"safety_identifier":null,' +
      '"service_tier":"default","store":true,"temperature":1,' +
      '"text":{"format":{"type":"text"},"verbosity":"medium"},"tool_choice":"auto","tools":[],' +
      '"top_logprobs":0,"top_p":1,"truncation":"disabled","usage":{"input_tokens":24,' +
      '"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":0},"output_tokens":5,' +
      '"output_tokens_details":{"reasoning_tokens":2},"total_tokens":29},"user":null,' +
      '"metadata":{}}',
  );
  expect(fits.Check(response)).toBe(true);
});

test('a response outside of conversations has no key for one', () => {
  const response = responseObject(echo, { ...completed, conversationId: undefined }, []);
  expect(response).not.toHaveProperty('conversation');
  expect(fits.Check(response)).toBe(true);
});

test.each<readonly [ResponseState, object]>([
  [
    { ...created, status: 'in_progress' },
    { status: 'in_progress', usage: null, service_tier: 'auto', completed_at: null },
  ],
  [
    { ...created, status: 'incomplete', reason: 'max_output_tokens', usage: null },
    {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      completed_at: null,
      usage: null,
      service_tier: 'default',
    },
  ],
  [
    {
      ...created,
      status: 'failed',
      error: { code: 'server_error', message: 'The model server failed.' },
      usage,
    },
    {
      status: 'failed',
      error: { code: 'server_error', message: 'The model server failed.' },
      completed_at: null,
      output: [message],
    },
  ],
  [
    { ...created, status: 'cancelled', usage },
    { status: 'cancelled', output: [], completed_at: null, error: null },
  ],
])('the response of the state %j fits its schema', (state, expected) => {
  const response = responseObject(echo, state, [message]);
  expect(response).toMatchObject(expected);
  expect(fits.Check(response)).toBe(true);
});

test('a tier that was requested stays when the response ends', () => {
  const flex = parse({ input: 'hello', service_tier: 'flex' }).echo;
  expect(responseObject(flex, completed, []).service_tier).toBe('flex');
});

test('a response of stored texts is the same JSON', () => {
  const text = JSON.stringify(message);
  const cancelled: ResponseState = { ...created, status: 'cancelled', usage: null };
  const stored = JSON.parse(JSON.stringify(echo)) as typeof echo;
  for (const state of [completed, cancelled]) {
    const expected = JSON.stringify(responseObject(echo, state, [message, message]));
    expect(responseJson(stored, state, [text, text])).toBe(expected);
  }
});

test('a deleted response and a list of models fit their schemas', () => {
  expect(responseDeleted('resp_1')).toEqual({ id: 'resp_1', object: 'response', deleted: true });
  expect(Compile(ResponseDeleted).Check(responseDeleted('resp_1'))).toBe(true);
  const models = modelList([
    modelObject({ id: 'qwen3' }),
    modelObject({ id: 'b', ownedBy: 'me', created: 1 }),
  ]);
  expect(models).toEqual({
    object: 'list',
    data: [
      { id: 'qwen3', object: 'model', created: 0, owned_by: 'unknown' },
      { id: 'b', object: 'model', created: 1, owned_by: 'me' },
    ],
  });
  expect(Compile(ModelList).Check(models)).toBe(true);
});
