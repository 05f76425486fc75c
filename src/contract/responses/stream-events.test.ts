import OpenAI from 'openai';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { apiError } from '../errors/registry.ts';
import { itemContract } from '../items/contract.ts';
import type { OutputItem } from './output-items.ts';
import { responseParser } from './requests.ts';
import { responseObject, type ResponseState } from './response.ts';
import {
  errorEvent,
  ResponseStreamEvent,
  STREAM_EVENTS,
  streamEvent,
  streamFrame,
  type StreamEvent,
  type StreamEventFields,
  type StreamEventType,
} from './stream-events.ts';

const fits = Compile(ResponseStreamEvent);
const parse = responseParser(itemContract({ isStrict: false }), { maxInputItems: 10 });
const { echo } = parse({ input: 'hello' });
const created = { id: 'resp_1', model: 'qwen3', conversationId: undefined, createdAt: 1000 };
const running: ResponseState = { ...created, status: 'in_progress' };

type Item<Type extends OutputItem['type']> = Extract<OutputItem, { type: Type }>;

const reasoning: Item<'reasoning'> = {
  id: 'rs_1',
  type: 'reasoning',
  content: [{ type: 'reasoning_text', text: 'Hm.' }],
  summary: [{ type: 'summary_text', text: 'Hm' }],
};
const message: Item<'message'> = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  content: [
    { type: 'output_text', text: 'hi', annotations: [], logprobs: [] },
    { type: 'refusal', refusal: 'no' },
  ],
  role: 'assistant',
};
const call: Item<'function_call'> = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  arguments: '{}',
  call_id: 'call_1',
  name: 'get_weather',
};
const custom: Item<'custom_tool_call'> = {
  id: 'ctc_1',
  type: 'custom_tool_call',
  status: 'completed',
  call_id: 'call_2',
  input: 'raw',
  name: 'lookup',
};
const output = [reasoning, message, call, custom];
const usage = {
  inputTokens: 1,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 1,
  reasoningTokens: 0,
  totalTokens: 2,
};
const finished = responseObject(
  echo,
  { ...created, status: 'completed', completedAt: 2000, usage },
  output,
);
const begun = { response: responseObject(echo, running, []) };

/** Numbers the events of a list of types and fields. */
function numbered() {
  const events: StreamEvent[] = [];
  const add = <EventType extends StreamEventType>(
    type: EventType,
    fields: StreamEventFields<EventType>,
  ): void => {
    events.push(streamEvent(type, events.length, fields));
  };
  return { events, add };
}

/** Returns a stream with every event of a completed response, in order. */
function completeStream(): readonly StreamEvent[] {
  const { events, add } = numbered();
  const at = { item_id: 'rs_1', output_index: 0 };
  add('response.created', begun);
  add('response.in_progress', begun);
  add('response.output_item.added', {
    output_index: 0,
    item: { ...reasoning, content: [], summary: [] },
  });
  const thought = { ...at, content_index: 0 };
  const summary = { ...at, summary_index: 0 };
  add('response.content_part.added', { ...thought, part: { type: 'reasoning_text', text: '' } });
  add('response.reasoning_text.delta', { ...thought, delta: 'Hm.' });
  add('response.reasoning_text.done', { ...thought, text: 'Hm.' });
  add('response.content_part.done', { ...thought, part: { type: 'reasoning_text', text: 'Hm.' } });
  const empty = { type: 'summary_text' as const, text: '' };
  add('response.reasoning_summary_part.added', { ...summary, part: empty });
  add('response.reasoning_summary_text.delta', { ...summary, delta: 'Hm' });
  add('response.reasoning_summary_text.done', { ...summary, text: 'Hm' });
  add('response.reasoning_summary_part.done', { ...summary, part: { ...empty, text: 'Hm' } });
  add('response.output_item.done', { output_index: 0, item: reasoning });

  add('response.output_item.added', {
    output_index: 1,
    item: { ...message, status: 'in_progress', content: [] },
  });
  const text = { item_id: 'msg_1', output_index: 1, content_index: 0 };
  const part = { type: 'output_text' as const, text: '', annotations: [], logprobs: [] };
  add('response.content_part.added', { ...text, part });
  add('response.output_text.delta', { ...text, delta: 'hi', logprobs: [] });
  add('response.output_text.done', { ...text, text: 'hi', logprobs: [] });
  add('response.content_part.done', { ...text, part: { ...part, text: 'hi' } });
  const refusal = { ...text, content_index: 1 };
  add('response.content_part.added', { ...refusal, part: { type: 'refusal', refusal: '' } });
  add('response.refusal.delta', { ...refusal, delta: 'no' });
  add('response.refusal.done', { ...refusal, refusal: 'no' });
  add('response.content_part.done', { ...refusal, part: { type: 'refusal', refusal: 'no' } });
  add('response.output_item.done', { output_index: 1, item: message });

  const called = { item_id: 'fc_1', output_index: 2 };
  const open = { status: 'in_progress' as const };
  add('response.output_item.added', { output_index: 2, item: { ...call, ...open, arguments: '' } });
  add('response.function_call_arguments.delta', { ...called, delta: '{}' });
  add('response.function_call_arguments.done', { ...called, arguments: '{}', name: 'get_weather' });
  add('response.output_item.done', { output_index: 2, item: call });

  const given = { item_id: 'ctc_1', output_index: 3 };
  add('response.output_item.added', { output_index: 3, item: { ...custom, ...open, input: '' } });
  add('response.custom_tool_call_input.delta', { ...given, delta: 'raw' });
  add('response.custom_tool_call_input.done', { ...given, input: 'raw' });
  add('response.output_item.done', { output_index: 3, item: custom });
  add('response.completed', { response: finished });
  return events;
}

/** The events that a completed response does not have, or need not have. */
const FURTHER: readonly StreamEvent[] = [
  streamEvent('response.mcp_list_tools.in_progress', 1, { item_id: 'mcpl_1', output_index: 0 }),
  streamEvent('response.mcp_list_tools.completed', 2, { item_id: 'mcpl_1', output_index: 0 }),
  streamEvent('response.mcp_list_tools.failed', 2, { item_id: 'mcpl_1', output_index: 0 }),
  streamEvent('response.mcp_call.in_progress', 1, { item_id: 'mcp_1', output_index: 0 }),
  streamEvent('response.mcp_call_arguments.delta', 2, {
    delta: '{}',
    item_id: 'mcp_1',
    output_index: 0,
  }),
  streamEvent('response.mcp_call_arguments.done', 3, {
    arguments: '{}',
    item_id: 'mcp_1',
    output_index: 0,
  }),
  streamEvent('response.mcp_call.completed', 4, { item_id: 'mcp_1', output_index: 0 }),
  streamEvent('response.mcp_call.failed', 4, { item_id: 'mcp_1', output_index: 0 }),
  streamEvent('response.queued', 1, begun),
  streamEvent('response.incomplete', 2, begun),
  streamEvent('response.failed', 2, begun),
  streamEvent('response.output_text.annotation.added', 3, {
    annotation: { type: 'url_citation', url: 'u', title: 't', start_index: 0, end_index: 1 },
    annotation_index: 0,
    content_index: 0,
    item_id: 'msg_1',
    output_index: 0,
  }),
  errorEvent(4, apiError('model_server_failed', { reason: 'it broke off' })),
];
const STREAM = completeStream();

test('every event of the table has a sample', () => {
  const types = new Set([...STREAM, ...FURTHER].map(({ type }) => type));
  expect([...types].toSorted()).toEqual(Object.keys(STREAM_EVENTS).toSorted());
});

test.each([...STREAM, ...FURTHER])(
  'the event $type at $sequence_number fits its schema, with its keys in the order of the table',
  (event) => {
    expect(fits.Check(event)).toBe(true);
    expect(Object.keys(event)).toEqual([
      'type',
      ...Object.keys(STREAM_EVENTS[event.type]),
      'sequence_number',
    ]);
  },
);

test('an event has the keys of OpenAI in their order, whatever the order of the fields', () => {
  const fields = { output_index: 1, logprobs: [], item_id: 'msg_1', delta: 'a', content_index: 0 };
  expect(streamFrame(streamEvent('response.output_text.delta', 7, fields))).toBe(
    'event: response.output_text.delta\n' +
      'data: {"type":"response.output_text.delta","content_index":0,"delta":"a","item_id":"msg_1","logprobs":[],"output_index":1,"sequence_number":7}\n\n',
  );
});

test('an error is in its event twice, for both official clients', () => {
  const event = errorEvent(4, apiError('model_server_failed', { reason: 'it broke off' }));
  const shared = {
    code: 'server_error',
    message: 'The model server failed: it broke off',
    param: null,
  };
  expect(event).toEqual({
    type: 'error',
    ...shared,
    error: { type: 'server_error', ...shared },
    sequence_number: 4,
  });
});

test('the text of a frame is one line of data', () => {
  const fields = { content_index: 0, delta: 'a\n\nb\r\u2028', item_id: 'm', output_index: 0 };
  const frame = streamFrame(streamEvent('response.refusal.delta', 0, fields));
  expect(frame.split(/[\r\n]/)).toEqual([
    'event: response.refusal.delta',
    expect.stringContaining('data: {'),
    '',
    '',
  ]);
});

test('the official client accumulates the frames of a stream to the response', async () => {
  const body = STREAM.map(streamFrame).join('');
  const headers = { 'content-type': 'text/event-stream' };
  const client = new OpenAI({
    apiKey: 'key',
    fetch: () => Promise.resolve(new Response(body, { headers })),
  });
  const response = await client.responses
    .stream({ model: 'qwen3', input: 'hello' })
    .finalResponse();
  expect(response).toMatchObject({ id: 'resp_1', status: 'completed', output_text: 'hi' });
  expect(response.output.map(({ id }) => id)).toEqual(output.map(({ id }) => id));
});
