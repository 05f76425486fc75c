import { expect, test } from 'vitest';
import type { ModelTool } from '../../src/model/port.ts';
import { chunk, DONE, json, streamed } from '../support/model-server.ts';
import { asking, exchange, summary } from './client.ts';

const TOOLS: readonly ModelTool[] = [
  { type: 'function', name: 'look' },
  { type: 'custom', name: 'run' },
];

function calls(...pieces: readonly object[]): string {
  return chunk({ tool_calls: pieces });
}

async function read(...steps: readonly string[]): Promise<readonly unknown[]> {
  const { events } = await exchange(
    streamed(...steps, chunk({}, 'tool_calls'), DONE),
    asking('Go', { tools: TOOLS }),
  );
  return summary(events);
}

const TWO = [
  'call_started: function a look',
  'arguments_delta: {"x":1}',
  'call_started: function b look',
  'arguments_delta: {"y":2}',
  'finish: stop',
];

test('calls are joined from pieces by index', async () => {
  expect(
    await read(
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"' } }),
      calls({ index: 0, function: { arguments: 'x":1}' } }),
      calls({ index: 1, id: 'b', function: { name: 'look', arguments: '' } }),
      calls({ index: 1, function: { arguments: '{"y":2}' } }),
    ),
  ).toEqual(TWO);
});

test('calls whose pieces alternate come one after the other', async () => {
  expect(
    await read(
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x"' } }),
      calls({ index: 1, id: 'b', function: { name: 'look', arguments: '{"y"' } }),
      calls(
        { index: 0, function: { arguments: ':1}' } },
        { index: 1, function: { arguments: ':2}' } },
      ),
    ),
  ).toEqual(TWO);
});

test('a call is reported while its arguments arrive, and not only at its end', async () => {
  const { events } = await exchange(
    streamed(
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x"' } }),
      calls({ index: 0, function: { arguments: ':1}' } }),
      chunk({}, 'tool_calls'),
      DONE,
    ),
  );
  expect(events.filter(({ type }) => type === 'arguments_delta')).toHaveLength(2);
});

test('whole calls without ids and indexes in one delta are calls of their own', async () => {
  const whole = { function: { name: 'look', arguments: { x: 1 } } };
  const { events } = await exchange(
    json({
      choices: [{ message: { content: '', tool_calls: [whole, whole] }, finish_reason: 'stop' }],
    }),
  );
  const started = events.filter((event) => event.type === 'call_started');
  expect(started).toHaveLength(2);
  expect(new Set(started.map(({ callId }) => callId)).size).toBe(2);
  for (const { callId } of started) expect(callId).toMatch(/^call_[0-9a-f]{48}$/);
  expect(events.filter(({ type }) => type === 'arguments_delta')).toMatchObject([
    { text: '{"x":1}' },
    { text: '{"x":1}' },
  ]);
});

test('calls without an index are told apart by their ids', async () => {
  expect(
    await read(
      calls({ id: 'a', function: { name: 'look', arguments: '{"x"' } }),
      calls({ id: 'a', function: { name: '', arguments: ':1}' } }),
      calls({ id: 'b', function: { name: 'look', arguments: '{"y":2}' } }),
    ),
  ).toEqual(TWO);
});

test('calls that all have the index 0 are told apart by their ids', async () => {
  expect(
    await read(
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x":1}' } }),
      calls({ index: 0, id: 'b', function: { name: 'look', arguments: '{"y":2}' } }),
    ),
  ).toEqual(TWO);
});

test('a name and an id that are repeated in each piece are one call', async () => {
  expect(
    await read(
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x"' } }),
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: ':1}' } }),
    ),
  ).toEqual([...TWO.slice(0, 2), 'finish: stop']);
});

test('arguments before the name wait for it', async () => {
  expect(
    await read(
      calls({ index: 0, function: { arguments: '{"x"' } }),
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: ':1}' } }),
    ),
  ).toEqual([...TWO.slice(0, 2), 'finish: stop']);
});

test('a call that never gets a name is malformed', async () => {
  expect((await read(calls({ index: 0, id: 'a', function: { arguments: '{}' } }))).at(-1)).toMatch(
    /^failure: .*malformed/,
  );
});

test('ids that are long, repeated, or in the context already are replaced', async () => {
  const request = asking('Go', { tools: TOOLS });
  const items = [
    ...request.items,
    { type: 'function_call', call_id: 'old', name: 'look', arguments: '{}' } as const,
    { type: 'function_call_output', call_id: 'old', output: '1' } as const,
  ];
  const pieces = ['old', 'new', 'new', 'x'.repeat(65), null].map((id, index) => ({
    index,
    id,
    function: { name: 'look', arguments: '{}' },
  }));
  const { events } = await exchange(streamed(calls(...pieces), chunk({}, 'stop'), DONE), {
    ...request,
    items,
  });
  const ids = events.flatMap((event) => (event.type === 'call_started' ? [event.callId] : []));
  expect(ids).toHaveLength(5);
  expect(ids[1]).toBe('new');
  for (const index of [0, 2, 3, 4]) expect(ids[index]).toMatch(/^call_[0-9a-f]{48}$/);
});

test('the old function_call is a call', async () => {
  const { events } = await exchange(
    streamed(
      chunk({ function_call: { name: 'look', arguments: '{"x"' } }),
      chunk({ function_call: { arguments: ':1}' } }),
      chunk({}, 'function_call'),
      DONE,
    ),
  );
  expect(events).toMatchObject([
    { type: 'started' },
    { type: 'call_started', name: 'look' },
    { type: 'arguments_delta', text: '{"x"' },
    { type: 'arguments_delta', text: ':1}' },
    { type: 'finish', reason: 'stop' },
  ]);
});

test('a custom tool gets its input from the arguments, in one piece', async () => {
  expect(
    await read(
      calls({ index: 0, id: 'a', function: { name: 'run', arguments: '{"input":"ls ' } }),
      calls({ index: 0, function: { arguments: '\\"x\\""}' } }),
      calls({ index: 1, id: 'b', function: { name: 'run', arguments: 'plain' } }),
    ),
  ).toEqual([
    'call_started: custom a run',
    'arguments_delta: ls "x"',
    'call_started: custom b run',
    'arguments_delta: plain',
    'finish: stop',
  ]);
});

test('text before and after calls has blocks of its own, in the order of arrival', async () => {
  expect(
    await read(
      chunk({ content: 'Before' }),
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x":1}' } }),
      chunk({ content: 'After' }),
    ),
  ).toEqual([
    'message_started',
    'text_delta: Before',
    ...TWO.slice(0, 2),
    'message_started',
    'text_delta: After',
    'finish: stop',
  ]);
});

test('arguments that the limit of tokens has cut are reported as they are', async () => {
  const { events } = await exchange(
    streamed(
      calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x' } }),
      chunk({}, 'length'),
      DONE,
    ),
  );
  expect(summary(events)).toEqual([
    'call_started: function a look',
    'arguments_delta: {"x',
    'finish: length',
  ]);
});

test('arguments after the end of a call that is closed are malformed, except white space', async () => {
  const whole = [
    calls({ index: 0, id: 'a', function: { name: 'look', arguments: '{"x":1}' } }),
    calls({ index: 1, id: 'b', function: { name: 'look', arguments: '{"y":2}' } }),
    calls({ index: 0, function: { arguments: ' \n' } }),
  ];
  expect(await read(...whole)).toEqual(TWO);
  const lines = await read(...whole, calls({ index: 0, function: { arguments: ',"z":3}' } }));
  expect(lines.slice(0, -1)).toEqual(TWO.slice(0, -1));
  expect(lines.at(-1)).toMatch(/^failure: .*malformed/);
});
