import { afterAll, expect, test } from 'vitest';
import { startRefusalTarget, type Refusal } from '../../support/refusals.ts';

const target = await startRefusalTarget();
afterAll(() => target[Symbol.asyncDispose]());

const METADATA: [string, unknown, Refusal][] = [
  [
    'metadata that is a string',
    'x',
    {
      message: "Invalid type for 'metadata': expected a metadata object, but got a string instead.",
      param: 'metadata',
      code: 'invalid_type',
    },
  ],
  [
    'metadata that is an array',
    [],
    {
      message: "Invalid type for 'metadata': expected a metadata object, but got an array instead.",
      param: 'metadata',
      code: 'invalid_type',
    },
  ],
  [
    '17 pairs of metadata',
    Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, 'v'])),
    {
      message:
        "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead.",
      param: 'metadata',
      code: 'object_above_max_properties',
    },
  ],
  [
    'a metadata key of 65 characters',
    { ['k'.repeat(65)]: 'v' },
    {
      message:
        "Invalid property name in 'metadata': 'kkk...kkk' is too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      param: `metadata.${'k'.repeat(65)}`,
      code: 'property_name_above_max_length',
    },
  ],
  [
    'a metadata value of 513 characters',
    { k: 'v'.repeat(513) },
    {
      message:
        "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string with length 513 instead.",
      param: 'metadata.k',
      code: 'string_above_max_length',
    },
  ],
  [
    'a metadata value that is a number',
    { k: 1 },
    {
      message: "Invalid type for 'metadata.k': expected a string, but got an integer instead.",
      param: 'metadata.k',
      code: 'invalid_type',
    },
  ],
  [
    'a metadata value that is null',
    { k: null },
    {
      message: "Invalid type for 'metadata.k': expected a string, but got null instead.",
      param: 'metadata.k',
      code: 'invalid_type',
    },
  ],
];

test.each(METADATA)(
  'creating and updating a conversation answer 400 to %s',
  async (_name, metadata, refusal) => {
    for (const path of ['/v1/conversations', target.path]) {
      expect(await target.send('POST', path, JSON.stringify({ metadata })), path).toMatchObject({
        status: 400,
        error: { type: 'invalid_request_error', ...refusal },
      });
    }
    const { conversations } = target.server.client;
    expect((await conversations.retrieve(target.conversationId)).metadata).toEqual({});
  },
);

test('creating a conversation answers 400 to 40 pairs of metadata', async () => {
  const pairs = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, 'v']));
  const body = JSON.stringify({ metadata: pairs });
  expect((await target.send('POST', '/v1/conversations', body)).status).toBe(400);
});

test('an update without metadata is refused', async () => {
  expect(await target.send('POST', target.path, '{}')).toMatchObject({
    status: 400,
    error: { message: "Missing required parameter: 'metadata' or 'expires_after'." },
  });
});

test('a misspelt parameter is answered with the nearest one that the body lacks', async () => {
  const misspelt = await target.send('POST', '/v1/conversations', '{"metadat":{}}');
  expect(misspelt.error).toMatchObject({
    message: "Unknown parameter: 'metadat'. Did you mean 'metadata'?",
  });
  const both = await target.send('POST', '/v1/conversations', '{"metadat":{},"metadata":{}}');
  expect(both.error).toMatchObject({ message: "Unknown parameter: 'metadat'." });
});
