import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { describeParameter, queryParser, type Query, type QueryParameters } from './query.ts';

const parameters = {
  text: { description: 'The text to find.', schema: Type.String({ maxLength: 5 }) },
  color: { description: 'The color.', schema: Type.Optional(Type.Enum(['red', 'blue'])) },
  size: { description: 'The sizes.', schema: Type.Array(Type.Integer({ minimum: 1 })) },
} satisfies QueryParameters;
const parse = queryParser(parameters);

test('a query parser returns the value of each parameter, of the type of its schema', () => {
  const query = { text: 'abc', color: 'red', 'size[]': ['1', '2'], 'size[7]': '3' };
  expect(parse(query)).toEqual({ text: 'abc', color: 'red', size: [1, 2, 3] });
});

test('a query parser returns undefined for an optional parameter, and an empty list for an array', () => {
  expect(parse({ text: 'abc' })).toEqual({ text: 'abc', color: undefined, size: [] });
});

test.each<[string, Query, string, string]>([
  ['a required parameter that is missing', {}, 'text', 'missing_required_parameter'],
  ['a text that is too long', { text: 'abcdef' }, 'text', 'string_above_max_length'],
  [
    'a number that is too small',
    { text: 'a', size: ['1', '0'] },
    'size[1]',
    'integer_below_min_value',
  ],
  [
    'a list with a key that is not an index',
    { text: 'a', 'size[b]': '1' },
    'size[b]',
    'unknown_parameter',
  ],
  [
    'a bracketed name of a single value',
    { text: 'a', 'color[]': 'red' },
    'color[]',
    'unknown_parameter',
  ],
])('a query parser refuses %s', (_, query, param, code) => {
  expect(() => parse(query)).toThrow(expect.objectContaining({ param, code }));
});

test('a required parameter is described as required, and an array as exploded', () => {
  const described = Object.entries(parameters).map(([name, parameter]) =>
    describeParameter(name, parameter),
  );
  expect(described).toEqual([
    { name: 'text', ...parameters.text, required: true },
    { name: 'color', ...parameters.color },
    { name: 'size', ...parameters.size, style: 'form', explode: true },
  ]);
});
