import { expect, test } from 'vitest';
import { parseJson } from './json.ts';

const DEEPEST = 5;
const parsed = (text: string): unknown => parseJson(Buffer.from(text), DEEPEST);

/** Returns the kind of the error that parsing throws. */
function refused(text: string): unknown {
  try {
    parsed(text);
    return undefined;
  } catch (error) {
    return (error as { kind?: unknown }).kind;
  }
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const keys = (count: number): string =>
  `{${Array.from({ length: count }, (_, n) => `"k${n}":0`).join(',')}}`;

test('parseJson parses values up to the deepest nesting, and refuses deeper ones', () => {
  expect(parsed(nested(DEEPEST))).toEqual([[[[[]]]]]);
  expect(refused(nested(DEEPEST + 1))).toBe('nesting_too_deep');
  expect(refused('{"a":'.repeat(DEEPEST + 1) + '0' + '}'.repeat(DEEPEST + 1))).toBe(
    'nesting_too_deep',
  );
});

test('parseJson counts the levels around a value, and not its siblings', () => {
  const many = `[${Array.from({ length: 50 }, () => '[{}]').join(',')}]`;
  expect(parsed(many)).toHaveLength(50);
  expect(refused(`]]]]]]${nested(DEEPEST)}`)).toBe('invalid_json');
});

test('parseJson counts the keys of each object separately', () => {
  expect(Object.keys(parsed(keys(10_000)) as object)).toHaveLength(10_000);
  expect(refused(keys(10_001))).toBe('too_many_keys');
  expect(parsed(`[${keys(9_000)},${keys(9_000)}]`)).toHaveLength(2);
  expect(refused(`{"a":${keys(2)},${keys(10_000).slice(1)}`)).toBe('too_many_keys');
});

test('parseJson parses up to a million arrays and objects, and refuses more', () => {
  const objects = (count: number): string => `[${'{},'.repeat(count - 1)}0]`;
  expect(parsed(objects(1_000_000))).toHaveLength(1_000_000);
  expect(refused(objects(1_000_001))).toBe('too_many_containers');
});

test('parseJson ignores brackets, colons and digits inside strings', () => {
  for (const text of ['[[[[[[', '{:{:{:', '1e999', '\\', '\\\\', '"', '\\"[[[[[[', 'a\\\\"]']) {
    expect(parsed(JSON.stringify([text, [0]]))).toEqual([text, [0]]);
  }
  expect(refused('["\\\\",[[[[[[]]]]]]]')).toBe('nesting_too_deep');
  expect(refused('["a')).toBe('invalid_json');
  expect(refused('["a\\"]')).toBe('invalid_json');
});

test('parseJson refuses numbers beyond the range of doubles', () => {
  for (const number of ['1e999', '-1E999', '1e+400', `1${'0'.repeat(400)}`, '0.1E400']) {
    expect(refused(`{"a":[${number}]}`)).toBe('number_out_of_range');
  }
  expect(parsed('[1e308,-0,0.5E-400,12e0]')).toEqual([1e308, -0, 0, 12]);
  expect(parsed('{"e":1,"E":[true,false]}')).toEqual({ e: 1, E: [true, false] });
});

test('parseJson refuses bytes that are not UTF-8 or not JSON, and returns undefined for an empty body', () => {
  expect(parseJson(Buffer.alloc(0), DEEPEST)).toBeUndefined();
  expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), DEEPEST)).toThrow('JSON');
  expect(refused('{"a":1')).toBe('invalid_json');
  expect(refused(' ')).toBe('invalid_json');
});
