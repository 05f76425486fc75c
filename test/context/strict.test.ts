import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { assembleContext } from '../../src/context/assemble.ts';
import { call, item, message, output, reasoning } from '../history/items.ts';
import { assembled, brief, params } from './context.ts';

const NO_OUTPUT = 'The call was interrupted; there is no output.';

function problemOf(history: readonly JsonObject[], input: readonly JsonObject[]): unknown {
  return assembleContext(params(history, input));
}

/** A turn that ends with two parallel calls. */
function parallelCalls(): readonly JsonObject[] {
  return [message('user', 'Look'), reasoning('Hm'), call('a'), call('b')];
}

test('outputs of the last calls are all that a request needs', () => {
  const { items, inputIndexes, repairs } = assembled(parallelCalls(), [
    output('b', 'green'),
    output('a', 'blue'),
    message('user', 'And?'),
  ]);
  expect(items.map(brief)).toEqual([
    'user: Look',
    'reasoning: Hm',
    'call a',
    'call b',
    'output a: blue',
    'output b: green',
    'user: And?',
  ]);
  expect(inputIndexes).toEqual([null, null, null, null, 1, 0, 2]);
  expect(repairs).toBe('');
});

test('a request that answers one of two parallel calls has a problem', () => {
  expect(problemOf(parallelCalls(), [output('a')])).toEqual({
    problem: 'output_missing',
    type: 'function_call',
    callId: 'b',
  });
});

test('a request that answers none of the last calls has a problem', () => {
  const problem = { problem: 'output_missing', type: 'function_call', callId: 'a' };
  expect(problemOf(parallelCalls(), [message('user', 'Never mind')])).toEqual(problem);
  expect(problemOf(parallelCalls(), [])).toEqual(problem);
});

test('a call in the input needs an output in the input', () => {
  const custom = item('custom_tool_call', { call_id: 'c', name: 'run', input: 'x' });
  expect(problemOf([], [custom, message('user', 'Go')])).toEqual({
    problem: 'output_missing',
    type: 'custom_tool_call',
    callId: 'c',
  });
});

test('an output in the input needs a call of its kind', () => {
  expect(problemOf([message('user', 'Look')], [output('x')])).toEqual({
    problem: 'call_missing',
    type: 'function_call_output',
    callId: 'x',
  });
  const custom = item('custom_tool_call_output', { call_id: 'a', output: 'blue' });
  expect(problemOf([call('a'), output('a')], [custom])).toEqual({
    problem: 'call_missing',
    type: 'custom_tool_call_output',
    callId: 'a',
  });
});

test('an item of the history that is sent again has a problem, unless it is a message', () => {
  const history = [
    message('user', 'Look', { id: 'msg_u' }),
    reasoning('Hm', { id: 'rs_1' }),
    call('a', { id: 'fc_1' }),
    output('a', 'blue', { id: 'fc_2' }),
    message('assistant', 'Blue', { id: 'msg_1' }),
  ];
  for (const again of [history[1] ?? {}, history[2] ?? {}, history[3] ?? {}]) {
    expect(problemOf(history, [again, message('user', 'Go')])).toEqual({
      problem: 'duplicate_item',
      type: again['type'],
      id: again['id'],
    });
  }
  const messages = [history[0] ?? {}, history[4] ?? {}];
  const { items, repairs } = assembled(history, [...messages, message('user', 'Go')]);
  expect(items.map(brief)).toEqual([
    'user: Look',
    'reasoning: Hm',
    'call a',
    'output a: blue',
    'assistant: Blue',
    'user: Go',
  ]);
  expect(repairs).toBe('duplicate_id=2');
});

test('an id that occurs twice in the input is a problem in messages too', () => {
  const twice = message('user', 'Go', { id: 'msg_1' });
  const problem = { problem: 'duplicate_item', type: 'message', id: 'msg_1' };
  expect(problemOf([], [twice, twice])).toEqual(problem);
  expect(problemOf([twice], [twice, twice])).toEqual(problem);
});

test('the problem of the first item in order is returned', () => {
  expect(problemOf(parallelCalls(), [output('x')])).toMatchObject({ problem: 'output_missing' });
  const history = [call('a', { id: 'fc_1' }), output('a')];
  const again = call('a', { id: 'fc_1' });
  expect(problemOf(history, [output('x'), again])).toMatchObject({ problem: 'call_missing' });
  expect(problemOf(history, [again, output('x')])).toMatchObject({ problem: 'duplicate_item' });
});

test('a second output for a call is accepted, and the model is shown the first', () => {
  const { items, repairs } = assembled(
    [message('user', 'Look'), call('a')],
    [output('a', 'first'), output('a', 'second')],
  );
  expect(items.map(brief)).toEqual(['user: Look', 'call a', 'output a: first']);
  expect(repairs).toBe('duplicate_output=1');
  const answered = [message('user', 'Look'), call('a'), output('a', 'first')];
  expect(assembled(answered, [output('a', 'second')]).items.map(brief)).toEqual(items.map(brief));
});

test('an old call of the history without output does not stop a request', () => {
  const history = [message('user', 'Look'), call('a'), message('user', 'Hello?')];
  const { items, inputIndexes, repairs } = assembled(history, [message('user', 'Go')]);
  expect(items.map(brief)).toEqual([
    'user: Look',
    'call a',
    `output a: ${NO_OUTPUT}`,
    'user: Hello?',
    'user: Go',
  ]);
  expect(inputIndexes).toEqual([null, null, null, null, 0]);
  expect(repairs).toBe('call_without_output=1');
});

test('an old call of the history takes its output from the request', () => {
  const history = [message('user', 'Look'), call('a'), message('user', 'Hello?')];
  const { items, inputIndexes, repairs } = assembled(history, [output('a', 'blue')]);
  expect(items.map(brief)).toEqual(['user: Look', 'call a', 'output a: blue', 'user: Hello?']);
  expect(inputIndexes).toEqual([null, null, 0, null]);
  expect(repairs).toBe('');
});

test('defects of the history are repaired without a problem', () => {
  const history = [
    output('x'),
    message('user', 'Look', { id: 'msg_1' }),
    message('user', 'Look', { id: 'msg_1' }),
    reasoning('Hm'),
    message('user', 'Well?'),
  ];
  const { items, repairs } = assembled(history, [message('user', 'Go')]);
  expect(items.map(brief)).toEqual(['user: Look', 'user: Well?', 'user: Go']);
  expect(repairs).toBe('duplicate_id=1, output_without_call=1, reasoning_alone=1');
});

test('the repairing mode repairs the input too, and reports it', () => {
  const mode = { mode: 'repair' } as const;
  const again = call('b', { id: 'fc_b' });
  const history = [message('user', 'Look'), call('a'), again];
  const input = [output('b', 'green'), output('x'), again, message('user', 'Go')];
  const { items, repairs } = assembled(history, input, mode);
  expect(items.map(brief)).toEqual([
    'user: Look',
    'call a',
    'call b',
    `output a: ${NO_OUTPUT}`,
    'output b: green',
    'user: Go',
  ]);
  expect(repairs).toBe('call_without_output=1, duplicate_id=1, output_without_call=1');
});

test('calls of other tools than functions are awaited and answered by their kind', () => {
  const shell = item('local_shell_call', { call_id: 's', action: { command: ['ls'] } });
  expect(problemOf([message('user', 'List'), shell], [message('user', 'Go')])).toEqual({
    problem: 'output_missing',
    type: 'local_shell_call',
    callId: 's',
  });
  const answer = item('local_shell_call_output', { call_id: 's', output: 'lakes.txt' });
  const { items, repairs } = assembled([message('user', 'List'), shell], [answer]);
  expect(items.map(brief)).toEqual(['user: List']);
  expect(repairs).toBe('hosted_item=2');
});
