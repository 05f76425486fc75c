import { afterAll, test } from 'vitest';
import { assertItemsRefused, startRefusalTarget, type Refusal } from '../../support/refusals.ts';

const target = await startRefusalTarget();
afterAll(() => target[Symbol.asyncDispose]());

const unparsable =
  'Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common errors include trailing commas, missing closing brackets, missing quotation marks, etc.)';

const BODIES: [string, string | Buffer, Refusal][] = [
  ['broken JSON', '{"items":[', { message: unparsable, param: null, code: 'invalid_json' }],
  ['a trailing comma', '{"items":[],}', { message: unparsable, param: null, code: 'invalid_json' }],
  [
    'bytes that are not UTF-8',
    Buffer.from([
      ...Buffer.from('{"items":[{"role":"user","content":"'),
      0xff,
      ...Buffer.from('"}]}'),
    ]),
    { message: unparsable, param: null, code: 'invalid_json' },
  ],
  ...(
    [
      ['[1]', 'an array'],
      ['"x"', 'a string'],
      ['1', 'an integer'],
      ['1.5', 'a decimal number'],
      ['true', 'a boolean'],
      ['null', 'null'],
    ] as const
  ).map(([body, found]): [string, string, Refusal] => [
    `a body that is ${found}`,
    body,
    {
      message: `Invalid type for the request body: expected an object, but got ${found} instead.`,
      param: null,
      code: 'invalid_type',
    },
  ]),
  [
    'an empty body',
    '',
    {
      message: "Missing required parameter: 'items'.",
      param: 'items',
      code: 'missing_required_parameter',
    },
  ],
  [
    'a body without items',
    '{}',
    {
      message: "Missing required parameter: 'items'.",
      param: 'items',
      code: 'missing_required_parameter',
    },
  ],
  [
    'items that are null',
    '{"items":null}',
    {
      message: "Invalid type for 'items': expected an array, but got null instead.",
      param: 'items',
      code: 'invalid_type',
    },
  ],
  [
    'items that are an object',
    '{"items":{}}',
    {
      message: "Invalid type for 'items': expected an array, but got an object instead.",
      param: 'items',
      code: 'invalid_type',
    },
  ],
  [
    'an unknown parameter',
    '{"items":[],"bogus":1}',
    { message: "Unknown parameter: 'bogus'.", param: 'bogus', code: 'unknown_parameter' },
  ],
  [
    'a mistyped parameter',
    '{"item":[]}',
    {
      message: "Missing required parameter: 'items'.",
      param: 'items',
      code: 'missing_required_parameter',
    },
  ],
];

test.each(BODIES)(
  'POST items answers 400 to %s, stores nothing and keeps the connection',
  async (_name, body, refusal) => {
    await assertItemsRefused(target, body, refusal);
  },
);
