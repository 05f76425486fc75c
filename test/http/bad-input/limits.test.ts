import { afterAll, expect, test } from 'vitest';
import { JSON_HEADERS, rawClient } from '../../support/raw-client.ts';
import {
  assertItemsRefused,
  itemsBody,
  startRefusalTarget,
  type Refusal,
} from '../../support/refusals.ts';
import { startServer } from '../../support/server.ts';

const target = await startRefusalTarget('--strict');
afterAll(() => target[Symbol.asyncDispose]());

const message = { role: 'user', content: 'x' };

const BODIES: [string, string, Refusal][] = [
  [
    '21 items',
    itemsBody(...Array.from({ length: 21 }, () => message)),
    {
      message:
        "Invalid 'items': array too long. Expected an array with maximum length 20, but got an array with length 21 instead.",
      param: 'items',
      code: 'array_above_max_length',
    },
  ],
  [
    'a text of 10,485,761 characters',
    itemsBody({ role: 'user', content: 'x'.repeat(10_485_761) }),
    {
      message:
        "Invalid 'items[0].content': string too long. Expected a string with maximum length 10485760, but got a string with length 10485761 instead.",
      param: 'items[0].content',
      code: 'string_above_max_length',
    },
  ],
  [
    '129 levels of nesting',
    `{"items":[${'['.repeat(127)}${']'.repeat(127)}]}`,
    {
      message: 'Invalid body: nested too deep. Expected at most 128 levels of arrays and objects.',
      param: null,
      code: 'nesting_too_deep',
    },
  ],
  [
    'a million brackets',
    `{"items":${'['.repeat(1_000_000)}`,
    {
      message: 'Invalid body: nested too deep. Expected at most 128 levels of arrays and objects.',
      param: null,
      code: 'nesting_too_deep',
    },
  ],
  [
    '10,001 keys in one object',
    `{"items":[{"role":"user","content":"x",${Array.from({ length: 10_001 }, (_, n) => `"k${n}":1`).join(',')}}]}`,
    {
      message: 'Invalid body: too many keys. Expected at most 10000 in one object.',
      param: null,
      code: 'too_many_keys',
    },
  ],
  [
    'more than a million arrays',
    `{"items":[{"role":"user","content":"x","n":[${'[],'.repeat(1_000_000)}0]}]}`,
    {
      message: 'Invalid body: too many arrays and objects. Expected at most 1000000 in one body.',
      param: null,
      code: 'too_many_containers',
    },
  ],
  [
    'a number of 400 digits',
    `{"items":[{"role":"user","content":"x","n":[${'9'.repeat(400)}]}]}`,
    {
      message: 'Invalid body: a number is too large. Numbers are 64-bit IEEE 754 floating point.',
      param: null,
      code: 'number_out_of_range',
    },
  ],
  [
    'a number beyond the range of doubles',
    '{"items":[{"role":"user","content":"x","n":1e999}]}',
    {
      message: 'Invalid body: a number is too large. Numbers are 64-bit IEEE 754 floating point.',
      param: null,
      code: 'number_out_of_range',
    },
  ],
];

test.each(BODIES)(
  'POST items under --strict answers 400 to %s, stores nothing and keeps the connection',
  async (_name, body, refusal) => {
    await assertItemsRefused(target, body, refusal);
  },
);

test('the number of levels that a body may nest is a setting', async () => {
  await using shallow = await startServer('--max-nesting', '8');
  using client = rawClient(shallow.origin);
  const nested = (levels: number): string =>
    `{"items":[{"role":"user","content":"x","n":${'['.repeat(levels - 3)}${']'.repeat(levels - 3)}}]}`;
  for (const [levels, status] of [
    [8, 200],
    [9, 400],
  ] as const) {
    const answer = await client.send('POST', '/v1/conversations', nested(levels));
    expect(answer.status, `${levels} levels`).toBe(status);
  }
});

test('a body over the limit is answered 413, and the connection stays open', async () => {
  await using small = await startServer('--max-body-bytes', '2048');
  using client = rawClient(small.origin);
  const big = JSON.stringify({ metadata: {}, items: [], pad: 'x'.repeat(100_000) });
  for (const body of [big, new Blob([big]).stream()]) {
    const { status, body: answer } = await small.request('/v1/conversations', {
      method: 'POST',
      headers: JSON_HEADERS,
      body,
      ...(typeof body === 'string' ? {} : { duplex: 'half' }),
    });
    expect(status).toBe(413);
    expect(answer).toMatchObject({
      error: { code: 'request_too_large', message: expect.stringContaining('2048 bytes') },
    });
  }
  const refused = await client.send('POST', '/v1/conversations', big);
  const next = await client.send('POST', '/v1/conversations', '{}');
  expect([refused.status, next.status]).toEqual([413, 200]);
  expect(next.clientPort, 'the refusal must leave the connection open').toBe(refused.clientPort);
});

test.each([
  ['500 items', Array.from({ length: 500 }, () => message)],
  ['a message of 30,000,000 characters', [{ role: 'user', content: 'x'.repeat(30_000_000) }]],
])('creating a conversation answers 400 to %s', async (_name, items) => {
  const { status } = await target.send('POST', '/v1/conversations', itemsBody(...items));
  expect(status).toBe(400);
});

test.each([
  ['a million items', `{"items":[${'1,'.repeat(999_999)}1]}`, 'array_above_max_length'],
  [
    '1,001 items',
    itemsBody(...Array.from({ length: 1001 }, () => message)),
    'array_above_max_length',
  ],
  [
    'an item of an unknown type with 129 levels',
    `{"items":[{"type":"x_unknown","n":${'['.repeat(126)}${']'.repeat(126)}}]}`,
    'nesting_too_deep',
  ],
])(
  'POST items without --strict answers 400 to %s and keeps the connection',
  async (_name, body, code) => {
    await using liberal = await startRefusalTarget();
    const refused = await liberal.send('POST', `${liberal.path}/items`, body);
    expect(refused).toMatchObject({ status: 400, error: { code } });
    const next = await liberal.send('GET', liberal.path);
    expect(next.clientPort, 'the refusal must leave the connection open').toBe(refused.clientPort);
    expect(await liberal.countItems()).toBe(0);
  },
);
