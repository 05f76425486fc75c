import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let conversation: string;
beforeAll(async () => {
  server = await startServer('--max-body-bytes', String(40 * 1024 * 1024));
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly error: unknown;
  /** The client's side of the connection: the same port means the same connection. */
  readonly port: number | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
afterAll(() => agent.destroy());

/** One request on the one kept-alive connection, byte for byte as given. */
function send(
  method: string,
  path: string,
  body: string | Buffer | undefined,
  headers: Record<string, string> = { 'content-type': 'application/json' },
  origin = server.origin,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${origin}${path}`, { method, agent, headers }, (response) => {
      const port = response.socket.localPort;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const parsed = JSON.parse(Buffer.concat(chunks).toString()) as { error?: unknown };
        resolve({ status: response.statusCode ?? 0, error: parsed.error, port });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function itemCount(): Promise<number> {
  const { data } = await server.client.conversations.items.list(conversation);
  return data.length;
}

beforeAll(async () => {
  conversation = (await server.client.conversations.create()).id;
});

type Expected = { message: string | RegExp; param: string | null; code: string | null };

const message = { role: 'user', content: 'x' };
const items = (...list: unknown[]): string => JSON.stringify({ items: list });
const pairs = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
const unparsable =
  'Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common errors include trailing commas, missing closing brackets, missing quotation marks, etc.)';
const itemTypes =
  /^Invalid value: 'bogus'\. Supported values are: 'message', .* and 'item_reference'\.$/;

/** Bodies of `POST …/items`. */
const BODIES: [string, string | Buffer, Expected][] = [
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
  ).map(([body, found]): [string, string, Expected] => [
    `a body that is ${found}`,
    body,
    {
      message: `Invalid type for the request body: expected an object, but got ${found} instead.`,
      param: null,
      code: 'invalid_type',
    },
  ]),
  [
    'no body',
    '',
    {
      message: "Missing required parameter: 'items'.",
      param: 'items',
      code: 'missing_required_parameter',
    },
  ],
  [
    'no items',
    '{}',
    {
      message: "Missing required parameter: 'items'.",
      param: 'items',
      code: 'missing_required_parameter',
    },
  ],
  [
    'items null',
    '{"items":null}',
    {
      message: "Invalid type for 'items': expected an array, but got null instead.",
      param: 'items',
      code: 'invalid_type',
    },
  ],
  [
    'items an object',
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
  [
    '21 items',
    items(...Array.from({ length: 21 }, () => message)),
    {
      message:
        "Invalid 'items': array too long. Expected an array with maximum length 20, but got an array with length 21 instead.",
      param: 'items',
      code: 'array_above_max_length',
    },
  ],
  [
    'an item that is a number',
    items(message, 7),
    {
      message: "Invalid type for 'items[1]': expected an input item, but got an integer instead.",
      param: 'items[1]',
      code: 'invalid_type',
    },
  ],
  [
    'an item that is null',
    items(null),
    {
      message: "Invalid type for 'items[0]': expected an input item, but got null instead.",
      param: 'items[0]',
      code: 'invalid_type',
    },
  ],
  [
    'an unknown item type',
    items({ type: 'bogus' }),
    { message: itemTypes, param: 'items[0]', code: 'invalid_value' },
  ],
  [
    'compaction_trigger',
    items({ type: 'compaction_trigger' }),
    { message: /^Invalid value: 'compaction_trigger'/, param: 'items[0]', code: 'invalid_value' },
  ],
  [
    'an item type like a built-in',
    items({ type: 'toString' }),
    { message: /^Invalid value: 'toString'/, param: 'items[0]', code: 'invalid_value' },
  ],
  [
    'an item type that is a number',
    items({ type: 1 }),
    {
      message: "Invalid type for 'items[0].type': expected a string, but got an integer instead.",
      param: 'items[0].type',
      code: 'invalid_type',
    },
  ],
  [
    'an item without anything',
    items({}),
    {
      message:
        "Invalid value: ''. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
      param: 'items[0]',
      code: 'invalid_value',
    },
  ],
  [
    'an unknown role',
    items({ role: 'tool', content: 'x' }),
    {
      message:
        "Invalid value: 'tool'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
      param: 'items[0]',
      code: 'invalid_value',
    },
  ],
  [
    'a role that is a number',
    items({ role: 1, content: 'x' }),
    {
      message: "Invalid type for 'items[0].role': expected a string, but got an integer instead.",
      param: 'items[0].role',
      code: 'invalid_type',
    },
  ],
  [
    'a message without content',
    items({ role: 'user' }),
    {
      message: "Missing required parameter: 'items[0].content'.",
      param: 'items[0].content',
      code: 'missing_required_parameter',
    },
  ],
  [
    'content null',
    items({ role: 'user', content: null }),
    {
      message:
        "Invalid type for 'items[0].content': expected one of a string or an array, but got null instead.",
      param: 'items[0].content',
      code: 'invalid_type',
    },
  ],
  [
    'content a number',
    items({ role: 'user', content: 1.5 }),
    {
      message:
        "Invalid type for 'items[0].content': expected one of a string or an array, but got a decimal number instead.",
      param: 'items[0].content',
      code: 'invalid_type',
    },
  ],
  [
    'phase on a user message',
    items({ ...message, phase: 'commentary' }),
    {
      message: "Unknown parameter: 'items[0].phase'.",
      param: 'items[0].phase',
      code: 'unknown_parameter',
    },
  ],
  [
    'an unknown part',
    items({ role: 'user', content: [{ type: 'bogus' }] }),
    {
      message:
        "Invalid value: 'bogus'. Supported values are: 'input_text', 'input_image', 'input_file', 'input_audio', 'output_text', and 'refusal'.",
      param: 'items[0].content[0].type',
      code: 'invalid_value',
    },
  ],
  [
    'a part without a type',
    items({ role: 'user', content: [{ text: 'x' }] }),
    {
      message: "Missing required parameter: 'items[0].content[0].type'.",
      param: 'items[0].content[0].type',
      code: 'missing_required_parameter',
    },
  ],
  [
    'output_text from a user',
    items({ role: 'user', content: [{ type: 'output_text', text: 'x' }] }),
    {
      message:
        "Invalid value: 'output_text'. Supported values are: 'input_text', 'input_image', 'input_file', and 'input_audio'.",
      param: 'items[0].content[0]',
      code: 'invalid_value',
    },
  ],
  [
    'input_text from an assistant',
    items({ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }),
    {
      message: "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
      param: 'items[0].content[0]',
      code: 'invalid_value',
    },
  ],
  [
    'a part without its text',
    items({ role: 'user', content: [{ type: 'input_text' }] }),
    {
      message: "Missing required parameter: 'items[0].content[0].text'.",
      param: 'items[0].content[0].text',
      code: 'missing_required_parameter',
    },
  ],
  [
    'an unknown detail',
    items({ role: 'user', content: [{ type: 'input_image', detail: 'ultra' }] }),
    {
      message:
        "Invalid value: 'ultra'. Supported values are: 'low', 'high', 'auto', and 'original'.",
      param: 'items[0].content[0].detail',
      code: 'invalid_value',
    },
  ],
  [
    'an unknown status',
    items({ ...message, status: 'done' }),
    {
      message:
        "Invalid value: 'done'. Supported values are: 'in_progress', 'completed', and 'incomplete'.",
      param: 'items[0].status',
      code: 'invalid_value',
    },
  ],
  [
    'arguments as an object',
    items({ type: 'function_call', call_id: 'c', name: 'f', arguments: {} }),
    {
      message:
        "Invalid type for 'items[0].arguments': expected a string, but got an object instead.",
      param: 'items[0].arguments',
      code: 'invalid_type',
    },
  ],
  [
    'an empty call_id',
    items({ type: 'function_call', call_id: '', name: 'f', arguments: '' }),
    {
      message:
        "Invalid 'items[0].call_id': empty string. Expected a string with minimum length 1, but got an empty string instead.",
      param: 'items[0].call_id',
      code: 'empty_string',
    },
  ],
  [
    'a call_id of 65 characters',
    items({ type: 'function_call', call_id: 'c'.repeat(65), name: 'f', arguments: '' }),
    {
      message:
        "Invalid 'items[0].call_id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      param: 'items[0].call_id',
      code: 'string_above_max_length',
    },
  ],
  [
    'an unknown action',
    items({ type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'bogus' } }),
    {
      message:
        "Invalid value: 'bogus'. Supported values are: 'search', 'open_page', and 'find_in_page'.",
      param: 'items[0].action.type',
      code: 'invalid_value',
    },
  ],
  [
    'a wrong type deep inside',
    items({
      type: 'mcp_list_tools',
      id: 'mcpl_1',
      server_label: 's',
      tools: [
        { name: 't', input_schema: {} },
        { name: 5, input_schema: {} },
      ],
    }),
    {
      message:
        "Invalid type for 'items[0].tools[1].name': expected a string, but got an integer instead.",
      param: 'items[0].tools[1].name',
      code: 'invalid_type',
    },
  ],
  [
    'a decimal where an integer belongs',
    items({ type: 'shell_call', call_id: 'c', action: { commands: [], timeout_ms: 1.5 } }),
    {
      message:
        "Invalid type for 'items[0].action.timeout_ms': expected an integer, but got a decimal number instead.",
      param: 'items[0].action.timeout_ms',
      code: 'invalid_type',
    },
  ],
  [
    'reasoning with neither id nor content',
    items({ type: 'reasoning', summary: [] }),
    { message: 'Invalid item', param: 'item', code: 'invalid_item' },
  ],
  [
    'the same id twice',
    items({ id: 'msg_twice', ...message }, { id: 'msg_twice', ...message }),
    {
      message: 'Item already in conversation',
      param: 'items',
      code: 'item_already_in_conversation',
    },
  ],
  [
    'a text of 10,485,761 characters',
    items({ role: 'user', content: 'x'.repeat(10_485_761) }),
    {
      message:
        "Invalid 'items[0].content': string too long. Expected a string with maximum length 10485760, but got a string with length 10485761 instead.",
      param: 'items[0].content',
      code: 'string_above_max_length',
    },
  ],
  [
    'nesting past the bound',
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
    'more keys in one object than anybody needs',
    `{"items":[{"role":"user","content":"x",${Array.from({ length: 10_001 }, (_, n) => `"k${n}":1`).join(',')}}]}`,
    {
      message: 'Invalid body: too many keys. Expected at most 10000 in one object.',
      param: null,
      code: 'too_many_keys',
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
    'a number beyond doubles',
    '{"items":[{"role":"user","content":"x","n":1e999}]}',
    {
      message: 'Invalid body: a number is too large. Numbers are 64-bit IEEE 754 floating point.',
      param: null,
      code: 'number_out_of_range',
    },
  ],
];

describe('a bad body of POST items', () => {
  test.each(BODIES)('%s', async (_name, body, expected) => {
    const before = await itemCount();
    const first = await send('POST', `/v1/conversations/${conversation}/items`, body);
    expect(first.status).toBe(400);
    expect(first.error).toEqual({
      type: 'invalid_request_error',
      ...expected,
      message:
        typeof expected.message === 'string'
          ? expected.message
          : expect.stringMatching(expected.message),
    });
    const next = await send('GET', `/v1/conversations/${conversation}`, undefined);
    expect(next).toMatchObject({ status: 200, port: first.port });
    expect(await itemCount()).toBe(before);
  });
});

const METADATA: [string, unknown, Expected][] = [
  [
    'a string',
    'x',
    {
      message: "Invalid type for 'metadata': expected a metadata object, but got a string instead.",
      param: 'metadata',
      code: 'invalid_type',
    },
  ],
  [
    'an array',
    [],
    {
      message: "Invalid type for 'metadata': expected a metadata object, but got an array instead.",
      param: 'metadata',
      code: 'invalid_type',
    },
  ],
  [
    '17 pairs',
    pairs(17),
    {
      message:
        "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead.",
      param: 'metadata',
      code: 'object_above_max_properties',
    },
  ],
  [
    'a key of 65 characters',
    { ['k'.repeat(65)]: 'v' },
    {
      message:
        "Invalid property name in 'metadata': 'kkk...kkk' is too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      param: `metadata.${'k'.repeat(65)}`,
      code: 'property_name_above_max_length',
    },
  ],
  [
    'a value of 513 characters',
    { k: 'v'.repeat(513) },
    {
      message:
        "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string with length 513 instead.",
      param: 'metadata.k',
      code: 'string_above_max_length',
    },
  ],
  [
    'a number as value',
    { k: 1 },
    {
      message: "Invalid type for 'metadata.k': expected a string, but got an integer instead.",
      param: 'metadata.k',
      code: 'invalid_type',
    },
  ],
  [
    'null as value',
    { k: null },
    {
      message: "Invalid type for 'metadata.k': expected a string, but got null instead.",
      param: 'metadata.k',
      code: 'invalid_type',
    },
  ],
];

describe('bad metadata', () => {
  test.each(METADATA)('%s, on create and update', async (_name, metadata, expected) => {
    for (const path of ['/v1/conversations', `/v1/conversations/${conversation}`]) {
      expect(await send('POST', path, JSON.stringify({ metadata }))).toMatchObject({
        status: 400,
        error: { type: 'invalid_request_error', ...expected },
      });
    }
    expect((await server.client.conversations.retrieve(conversation)).metadata).toEqual({});
  });

  test('an update needs it', async () => {
    expect(await send('POST', `/v1/conversations/${conversation}`, '{}')).toMatchObject({
      status: 400,
      error: { message: "Missing required parameter: 'metadata'." },
    });
  });

  test('a near miss is suggested, but never what is already there', async () => {
    const misspelt = await send('POST', '/v1/conversations', '{"metadat":{}}');
    expect(misspelt.error).toMatchObject({
      message: "Unknown parameter: 'metadat'. Did you mean 'metadata'?",
    });
    const both = await send('POST', '/v1/conversations', '{"metadat":{},"metadata":{}}');
    expect(both.error).toMatchObject({ message: "Unknown parameter: 'metadat'." });
  });
});

describe('a bad query', () => {
  test.each([
    [
      'limit=0',
      "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      'limit',
      'integer_below_min_value',
    ],
    [
      'limit=-1',
      "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got -1 instead.",
      'limit',
      'integer_below_min_value',
    ],
    [
      'limit=101',
      "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
      'limit',
      'integer_above_max_value',
    ],
    [
      'limit=99999999999999999999',
      "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 99999999999999999999 instead.",
      'limit',
      'integer_above_max_value',
    ],
    [
      'limit=abc',
      "Invalid type for 'limit': expected an integer, but got a string instead.",
      'limit',
      'invalid_type',
    ],
    [
      'limit=1.5',
      "Invalid type for 'limit': expected an integer, but got a decimal number instead.",
      'limit',
      'invalid_type',
    ],
    [
      'limit=',
      "Invalid type for 'limit': expected an integer, but got a string instead.",
      'limit',
      'invalid_type',
    ],
    [
      'limit=1&limit=2',
      "Invalid type for 'limit': expected a single value, but got an array instead.",
      'limit',
      'invalid_type',
    ],
    [
      'order=up',
      "Invalid value: 'up'. Supported values are: 'asc' and 'desc'.",
      'order',
      'invalid_value',
    ],
    ['before=msg_1', "Unknown parameter: 'before'.", 'before', 'unknown_parameter'],
    [
      'limits=1',
      "Unknown parameter: 'limits'. Did you mean 'limit'?",
      'limits',
      'unknown_parameter',
    ],
  ])('%s', async (query, text, param, code) => {
    const { status, body } = await server.request(
      `/v1/conversations/${conversation}/items?${query}`,
    );
    expect(status).toBe(400);
    expect(body).toEqual({
      error: { message: text, type: 'invalid_request_error', param, code },
    });
  });

  test('an unknown, foreign or deleted cursor is 404', async () => {
    const { client } = server;
    const other = await client.conversations.create({ items: [{ role: 'user', content: 'x' }] });
    const foreign = (await client.conversations.items.list(other.id)).data[0]?.id ?? '';
    const mine = await client.conversations.create({ items: [{ role: 'user', content: 'y' }] });
    const deleted = (await client.conversations.items.list(mine.id)).data[0]?.id ?? '';
    await client.conversations.items.delete(deleted, { conversation_id: mine.id });
    for (const cursor of ['msg_unknown', foreign, deleted]) {
      const { status, body } = await server.request(
        `/v1/conversations/${mine.id}/items?after=${cursor}`,
      );
      expect(status).toBe(404);
      expect(body).toEqual({
        error: {
          message: `No item found with id '${cursor}'`,
          type: 'invalid_request_error',
          param: 'after',
          code: null,
        },
      });
    }
  });
});

test('an unknown parameter is refused on every operation', async () => {
  const item = await server.client.conversations.items.create(conversation, {
    items: [{ role: 'user', content: 'x' }],
  });
  const one = `/v1/conversations/${conversation}`;
  for (const [method, path] of [
    ['GET', '/v1/conversations'],
    ['POST', '/v1/conversations'],
    ['GET', one],
    ['POST', one],
    ['DELETE', one],
    ['GET', `${one}/items`],
    ['POST', `${one}/items`],
    ['GET', `${one}/items/${item.first_id}`],
    ['DELETE', `${one}/items/${item.first_id}`],
    ['GET', '/health'],
    ['GET', '/ready'],
  ] as const) {
    const body = method === 'POST' ? '{"metadata":{},"items":[]}' : undefined;
    expect(await send(method, `${path}?bogus=1`, body), `${method} ${path}`).toMatchObject({
      status: 400,
      error: { code: 'unknown_parameter', param: 'bogus' },
    });
  }
  await server.client.conversations.items.delete(item.first_id, { conversation_id: conversation });
});

test('how deep a body may nest is a setting', async () => {
  await using shallow = await startServer('--max-nesting', '8');
  const headers = { 'content-type': 'application/json' };
  const nested = (levels: number): string =>
    `{"items":[{"role":"user","content":"x","n":${'['.repeat(levels - 3)}${']'.repeat(levels - 3)}}]}`;
  for (const [levels, status] of [
    [8, 200],
    [9, 400],
  ] as const) {
    const answer = await send('POST', '/v1/conversations', nested(levels), headers, shallow.origin);
    expect(answer.status).toBe(status);
  }
});

describe('an odd id', () => {
  const odd = [
    'foo',
    'a/b',
    "'; DROP TABLE items; --",
    '"',
    'a\u0000b',
    '..',
    '💬',
    'x'.repeat(5000),
    '%',
    'conv_?x#y',
  ];
  test.each(odd)('%j in the path is 404 with the text of a missing one', async (id) => {
    const encoded = id === '..' ? '%2E%2E%2E' : encodeURIComponent(id);
    const shown = id === '..' ? '...' : id.length > 200 ? `${id.slice(0, 200)}...` : id;
    for (const method of ['GET', 'DELETE']) {
      expect(await send(method, `/v1/conversations/${encoded}`, undefined)).toMatchObject({
        status: 404,
        error: { message: `Conversation with id '${shown}' not found.`, param: null, code: null },
      });
      expect(
        await send(method, `/v1/conversations/${conversation}/items/${encoded}`, undefined),
      ).toMatchObject({
        status: 404,
        error: { message: `Item with id '${shown}' not found in conversation.` },
      });
    }
    expect(
      await send('GET', `/v1/conversations/${conversation}/items?after=${encoded}`, undefined),
    ).toMatchObject({ status: 404, error: { param: 'after' } });
  });

  test('an empty one, and a broken percent sign, are refused', async () => {
    expect(await send('GET', '/v1/conversations/', undefined)).toMatchObject({ status: 404 });
    expect(await send('GET', '/v1/conversations/%zz', undefined)).toMatchObject({ status: 400 });
  });
});

describe('HTTP', () => {
  test('an unknown URL or method is 404 with both', async () => {
    expect(await send('POST', '/v1/conversations/conv_x/messages', '{}')).toMatchObject({
      status: 404,
      error: {
        message: 'Invalid URL (POST /v1/conversations/conv_x/messages)',
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    });
    expect(await send('PATCH', '/v1/conversations/conv_x?a=b', '{}')).toMatchObject({
      status: 404,
      error: { message: 'Invalid URL (PATCH /v1/conversations/conv_x)' },
    });
  });

  test.each([
    ['text/plain', 'text/plain'],
    ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'],
    ['rubbish', 'rubbish'],
  ])('content type %s is 415', async (type) => {
    const answer = await send('POST', '/v1/conversations', '{}', { 'content-type': type });
    expect(answer).toMatchObject({
      status: 415,
      error: { type: 'invalid_request_error', code: 'unsupported_media_type', param: null },
    });
    const next = await send('GET', `/v1/conversations/${conversation}`, undefined);
    expect(next.port).toBe(answer.port);
  });

  test('a body without a content type, or compressed, is 415', async () => {
    expect(await send('POST', '/v1/conversations', '{}', {})).toMatchObject({ status: 415 });
    expect(
      await send('POST', '/v1/conversations', '{}', {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      }),
    ).toMatchObject({ status: 415, error: { code: 'unsupported_content_encoding' } });
  });

  test('a charset is fine', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect(await send('POST', '/v1/conversations', '{}', headers)).toMatchObject({ status: 200 });
  });

  test('an empty body with a JSON content type is fine on every method', async () => {
    const created = await send('POST', '/v1/conversations', '');
    expect(created.status).toBe(200);
    expect(await send('GET', `/v1/conversations/${conversation}`, undefined)).toMatchObject({
      status: 200,
    });
    const { id } = await server.client.conversations.create();
    expect(await send('DELETE', `/v1/conversations/${id}`, undefined)).toMatchObject({
      status: 200,
    });
  });

  test('an encoding without a body says nothing', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const { status } = await server.request(`/v1/conversations/${conversation}`, { headers });
    expect(status).toBe(200);
  });

  test('a body over the limit is 413, and the connection stays usable', async () => {
    await using small = await startServer('--max-body-bytes', '2048');
    const big = JSON.stringify({ metadata: {}, items: [], pad: 'x'.repeat(100_000) });
    for (const body of [big, new Blob([big]).stream()]) {
      const { status, body: answer } = await small.request('/v1/conversations', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        ...(typeof body === 'string' ? {} : { duplex: 'half' }),
      });
      expect(status).toBe(413);
      expect(answer).toMatchObject({
        error: { code: 'request_too_large', message: expect.stringContaining('2048 bytes') },
      });
    }
    const json = { 'content-type': 'application/json' };
    const refused = await send('POST', '/v1/conversations', big, json, small.origin);
    const next = await send('POST', '/v1/conversations', '{}', json, small.origin);
    expect([refused.status, next.status]).toEqual([413, 200]);
    expect(next.port).toBe(refused.port);
  });

  test('an upload that breaks off stores nothing and disturbs nobody', async () => {
    const before = await itemCount();
    const body = items(message);
    await new Promise<void>((resolve, reject) => {
      const { hostname, port } = new URL(server.origin);
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /v1/conversations/${conversation}/items HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length + 10}\r\n\r\n${body}`,
          () => socket.destroy(),
        );
      });
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
    expect(await itemCount()).toBe(before);
    expect(server.failures).toEqual([]);
  });

  test.each([
    ['a request without a Host header', 'GET /health HTTP/1.1\r\n\r\n', 400],
    [
      'an expectation that nobody knows',
      'GET /health HTTP/1.1\r\nhost: localhost\r\nexpect: miracles\r\n\r\n',
      417,
    ],
    ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: localhost\r\n\r\n', 404],
  ])('%s gets the envelope', async (_name, text, status) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(server.origin);
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.once('data', (chunk) => {
        resolve(chunk.toString());
        socket.destroy();
      });
      socket.on('error', reject);
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*"type":"invalid_request_error"`));
  });

  test('what is not HTTP gets the envelope too', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(server.origin);
      const socket = connect(Number(port), hostname, () => socket.write('rubbish\r\n\r\n'));
      const chunks: string[] = [];
      socket.on('data', (chunk) => chunks.push(chunk.toString()));
      socket.on('close', () => resolve(chunks.join('')));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      error: { type: 'invalid_request_error' },
    });
  });

  test('a name that only points here is not served without authentication', async () => {
    const answer = await send('GET', '/health', undefined, { host: 'evil.example' });
    expect(answer).toMatchObject({ status: 403, error: { code: 'host_not_allowed' } });
    const local = await send('GET', '/health', undefined, { host: 'localhost:1' });
    expect(local.status).toBe(200);
  });

  test('a page of another origin is not served without authentication, with or without a body', async () => {
    const before = (await server.request('/v1/conversations')).body;
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
      const answer = await send('POST', '/v1/conversations', undefined, { origin });
      expect(answer).toMatchObject({ status: 403, error: { code: 'origin_not_allowed' } });
    }
    expect((await server.request('/v1/conversations')).body).toEqual(before);
    const own = await send('GET', '/health', undefined, { origin: 'http://localhost:3000' });
    expect(own.status).toBe(200);
  });

  test('every answer carries the headers, and keeps a harmless request id', async () => {
    const { headers } = await server.request(`/v1/conversations/${conversation}`);
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
    expect(headers.get('openai-version')).toBe('2020-10-01');
    expect(headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(headers.get('content-type')).toBe('application/json');
    const own = async (id: string) =>
      (await server.request('/v1/nowhere', { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    expect(await own('my-request.1')).toBe('my-request.1');
    expect(await own('a b<script>')).toMatch(/^req_[0-9a-f]{32}$/);
  });
});
