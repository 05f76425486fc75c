import { expect, test } from 'vitest';
import { pairsOf } from '../../console/src/transcript/pairing.ts';

/** Makes the entries of a window out of ids, types and call ids. */
function entries(...items: readonly (readonly [id: string, type: string, call?: string])[]) {
  return items.map(([id, type, call_id], position) => ({
    id,
    item: { id, type, ...(call_id !== undefined && { call_id }) },
    position,
    createdAt: 0,
    size: 0,
  }));
}

test('a call and the output with its call id belong together, whatever is between them', () => {
  const { outputOf, callOf } = pairsOf(
    entries(
      ['a', 'function_call', '1'],
      ['b', 'function_call', '2'],
      ['c', 'message'],
      ['d', 'function_call_output', '2'],
      ['e', 'function_call_output', '1'],
    ),
  );
  expect([outputOf.get('a')?.id, outputOf.get('b')?.id]).toEqual(['e', 'd']);
  expect([callOf.get('d')?.id, callOf.get('e')?.id]).toEqual(['b', 'a']);
});

test('an output belongs to the latest call with its id, and to one of its kind', () => {
  const { outputOf } = pairsOf(
    entries(
      ['a', 'function_call', '1'],
      ['b', 'function_call_output', '1'],
      ['c', 'function_call', '1'],
      ['d', 'function_call_output', '1'],
      ['e', 'shell_call', '2'],
      ['f', 'function_call_output', '2'],
    ),
  );
  expect([outputOf.get('a')?.id, outputOf.get('c')?.id, outputOf.get('e')]).toEqual([
    'b',
    'd',
    undefined,
  ]);
});

test('an output without its call, and a call without its output, stand alone', () => {
  const { outputOf, callOf } = pairsOf(
    entries(
      ['a', 'function_call_output', '1'],
      ['b', 'function_call', '1'],
      ['c', 'function_call'],
      ['d', 'function_call_output'],
    ),
  );
  expect([outputOf.size, callOf.size]).toEqual([0, 0]);
});
