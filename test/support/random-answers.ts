/** Random answers of model servers, as they are and as they should not be. */

import fc from 'fast-check';
import { chunk, CUT, DONE, sse, streamed, type ScriptedAnswer } from './model-server.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const usage = { prompt_tokens: 3, completion_tokens: 4 };

const callPiece = fc.record(
  {
    index: fc.nat({ max: 2 }),
    id: fc.constantFrom('call_a', 'call_b', '', null, 'x'.repeat(80)),
    function: fc.record(
      {
        name: fc.constantFrom('look', 'run', ''),
        arguments: fc.constantFrom('{}', '{"a"', ':1}', ''),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['function'] },
);

const delta = fc.oneof(
  { weight: 4, arbitrary: fc.record({ content: text }) },
  { weight: 2, arbitrary: fc.record({ reasoning_content: text }) },
  { weight: 1, arbitrary: fc.record({ refusal: text }) },
  {
    weight: 3,
    arbitrary: fc.record({ tool_calls: fc.array(callPiece, { minLength: 1, maxLength: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }],
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({}, { content: null }, { role: 'assistant' }) },
);

const chatChunk = fc.oneof(
  { weight: 8, arbitrary: delta.map((each) => chunk(each)) },
  {
    weight: 1,
    arbitrary: text.map((token) =>
      sse({
        choices: [
          {
            index: 0,
            delta: { content: token },
            logprobs: { content: [{ token, bytes: null, logprob: -1, top_logprobs: [] }] },
          },
        ],
      }),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(': ping\n\n', sse({ choices: [], usage })) },
);

const BROKEN_ENDS = [
  [],
  [CUT],
  [sse({ error: { message: 'broken' } })],
  ['data: {"cho\n\n'],
  [chunk({}, 'whim')],
];

const chatEnd = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('stop', 'stop', 'tool_calls', 'length', 'content_filter')
      .map((reason) => [chunk({}, reason), sse({ choices: [], usage }), DONE]),
  },
  { weight: 1, arbitrary: fc.constant([DONE]) },
  { weight: 2, arbitrary: fc.constantFrom(...BROKEN_ENDS) },
);

/** Streams of Chat Completions. */
export const chatAnswer: fc.Arbitrary<ScriptedAnswer> = fc
  .tuple(fc.array(chatChunk, { maxLength: 12 }), chatEnd)
  .map(([chunks, end]) => streamed(...chunks, ...end));

/** An item of a Responses API, as the events that bring it. */
const item = fc.oneof(
  fc.array(text, { maxLength: 3 }).map((deltas) => ({
    type: 'message',
    begun: { role: 'assistant', content: [] },
    done: {
      role: 'assistant',
      content: [{ type: 'output_text', annotations: [], text: deltas.join('') }],
    },
    name: 'output_text',
    deltas,
  })),
  fc.array(text, { maxLength: 3 }).map((deltas) => ({
    type: 'reasoning',
    begun: { summary: [] },
    done: { summary: [], content: [{ type: 'reasoning_text', text: deltas.join('') }] },
    name: 'reasoning_text',
    deltas,
  })),
  fc.array(text, { maxLength: 3 }).map((deltas) => ({
    type: 'reasoning',
    begun: { summary: [] },
    done: { summary: [{ type: 'summary_text', text: deltas.join('') }] },
    name: 'reasoning_summary_text',
    deltas,
  })),
  fc.subarray(['{"a"', ':1', '}']).map((deltas) => ({
    type: 'function_call',
    begun: { call_id: 'call_a', name: 'look', arguments: '' },
    done: { call_id: 'call_a', name: 'look', arguments: deltas.join('') },
    name: 'function_call_arguments',
    deltas,
  })),
);

/** Streams of a Responses API with ids that change, and without some of the events. */
export const responsesAnswer: fc.Arbitrary<ScriptedAnswer> = fc
  .tuple(
    fc.array(fc.tuple(item, fc.boolean(), fc.boolean()), { maxLength: 4 }),
    fc.constantFrom('completed', 'completed', 'completed', 'incomplete', 'failed', undefined),
  )
  .map(([items, status]) => {
    const events = items.flatMap(
      ([{ type, begun, done, name, deltas }, isBegun, hasIds], index) => {
        const place = {
          output_index: index,
          content_index: 0,
          summary_index: 0,
          ...(hasIds && { item_id: `i_${index}` }),
        };
        const id = hasIds ? `i_${index}` : `tmp_${index}`;
        return [
          ...(isBegun || type === 'function_call'
            ? [{ type: 'response.output_item.added', ...place, item: { id, type, ...begun } }]
            : []),
          ...deltas.map((each) => ({ type: `response.${name}.delta`, ...place, delta: each })),
          {
            type: 'response.output_item.done',
            ...place,
            item: { id: `${id}_done`, type, ...done },
          },
        ];
      },
    );
    const output = items.map(([{ type, done }], index) => ({ id: `f_${index}`, type, ...done }));
    const response = {
      status,
      output,
      ...(status === 'incomplete' && { incomplete_details: { reason: 'max_output_tokens' } }),
      ...(status === 'failed' && { error: { code: 'server_error', message: 'broken' } }),
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    };
    const end = status === undefined ? [] : [{ type: `response.${status}`, response }];
    const created = { type: 'response.created', response: { status: 'in_progress', output: [] } };
    return streamed(...[created, ...events, ...end].map((each) => sse(each)));
  });
