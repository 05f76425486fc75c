import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ITEM_SAMPLES } from '../support/item-samples.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function newConversation(): Promise<string> {
  return (await server.client.conversations.create()).id;
}

type Item = Record<string, unknown> & { id: string };

/** Posts items as they are, and returns the stored ones or the error. */
async function post(
  conversation: string,
  items: readonly unknown[],
  query = '',
): Promise<{ status: number; items: Item[]; error: Record<string, unknown> }> {
  const { status, body } = await server.request(`/v1/conversations/${conversation}/items${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items }),
  });
  const { data, error } = body as { data: Item[]; error: Record<string, unknown> };
  return { status, items: data, error };
}

async function stored(item: unknown, query = ''): Promise<Item> {
  const { items, error } = await post(await newConversation(), [item], query);
  expect(error).toBeUndefined();
  const [only] = items;
  if (only === undefined) throw new Error('nothing was stored');
  return only;
}

test('the document describes parameters, bodies and errors of every operation', async () => {
  const { paths } = (await server.request('/openapi.json')).body as {
    paths: Record<
      string,
      Record<string, { operationId: string; parameters: { name: string }[]; responses: object }>
    >;
  };
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(13);
  const list = paths['/v1/conversations/{conversation_id}/items']?.['get'];
  expect(list?.parameters.map(({ name }) => name)).toEqual([
    'conversation_id',
    'limit',
    'order',
    'after',
    'include[]',
  ]);
  for (const { responses } of operations) expect(Object.keys(responses)).toContain('503');
});

describe('every item type', () => {
  test('is sampled here', async () => {
    const document = (await server.request('/openapi.json')).body as {
      components: { schemas: { ConversationItem: { anyOf: unknown[] } } };
    };
    expect(document.components.schemas.ConversationItem.anyOf).toHaveLength(ITEM_SAMPLES.length);
  });

  test.each(ITEM_SAMPLES)('$type is stored and read back', async (sample) => {
    const sent = {
      type: sample.type,
      ...(sample.idRequired === true ? { id: `${sample.prefix}_1a` } : {}),
      ...sample.sent,
    };
    const conversation = await newConversation();
    const { items } = await post(conversation, [sent]);
    const item = items[0];
    expect(item).toEqual({
      id: expect.stringMatching(new RegExp(`^${sample.prefix}_`)),
      ...sent,
      ...sample.added,
    });
    const read = await server.request(`/v1/conversations/${conversation}/items/${item?.id}`);
    expect(read.body).toEqual(item);
  });

  test.each(ITEM_SAMPLES.filter(({ idRequired }) => idRequired))(
    '$type is refused without its id',
    async ({ type, sent }) => {
      const { status, error } = await post(await newConversation(), [{ type, ...sent }]);
      expect(status).toBe(400);
      expect(error).toEqual({
        message: "Missing required parameter: 'items[0].id'.",
        type: 'invalid_request_error',
        param: 'items[0].id',
        code: 'missing_required_parameter',
      });
    },
  );

  test.each(ITEM_SAMPLES)('$type counts null in optional fields as omitted', async (sample) => {
    const id = sample.idRequired === true ? { id: `${sample.prefix}_1b` } : {};
    const sent = { type: sample.type, ...id, ...sample.sent };
    const nulls = { status: null, caller: null };
    const optional = Object.fromEntries(
      Object.entries(nulls).filter(([key]) => !Object.hasOwn(sample.sent, key)),
    );
    const withNulls = await post(await newConversation(), [{ ...sent, ...optional }]);
    const without = await post(await newConversation(), [sent]);
    const comparable = (item: Item | undefined) =>
      Object.entries(item ?? {}).filter(([key, value]) => key !== 'id' && value !== null);
    expect(withNulls.error).toBeUndefined();
    expect(comparable(withNulls.items[0])).toEqual(comparable(without.items[0]));
  });
});

describe('items recorded from the real service', () => {
  const recorded = JSON.parse(
    readFileSync(new URL('../fixtures/recorded-items.json', import.meta.url), 'utf8'),
  ) as Item[];
  const everything = [
    'web_search_call.action.sources',
    'web_search_call.results',
    'file_search_call.results',
    'code_interpreter_call.outputs',
    'reasoning.encrypted_content',
    'message.output_text.logprobs',
  ].map((value) => `include[]=${value}`);

  test.each(recorded)('$type comes back unchanged, key order included', async (item) => {
    const back = await stored(item, `?${everything.join('&')}`);
    expect(back).toEqual(item);
    expect(Object.keys(back)).toEqual(Object.keys(item));
  });
});

describe('normalising', () => {
  test.each([
    ['user', 'input_text', {}],
    ['system', 'input_text', {}],
    ['developer', 'input_text', {}],
    ['assistant', 'output_text', { annotations: [], logprobs: [] }],
  ])('text content of %s becomes a part', async (role, type, more) => {
    const item = await stored({ role, content: 'x' });
    expect(item).toEqual({
      id: item.id,
      type: 'message',
      status: 'completed',
      content: [{ type, text: 'x', ...more }],
      role,
    });
    expect(Object.keys(item)).toEqual(['id', 'type', 'status', 'content', 'role']);
  });

  test('output_text gets annotations and logprobs', async () => {
    const item = await stored({ role: 'assistant', content: [{ type: 'output_text', text: 'x' }] });
    expect(item['content']).toEqual([
      { type: 'output_text', text: 'x', annotations: [], logprobs: [] },
    ]);
  });

  test('what is filled in stands between the type and text of a part and what was sent', async () => {
    const part = { odd: 1, text: 'x', type: 'output_text' };
    const item = await stored({ role: 'assistant', content: [part] });
    // Sound: `content` is what was sent, arranged.
    const [arranged] = item['content'] as object[];
    expect(Object.keys(arranged ?? {})).toEqual(['type', 'text', 'annotations', 'logprobs', 'odd']);
  });

  test.each(['message', 'function_call_output', 'custom_tool_call_output'])(
    'input_image in a %s gets detail and both sources',
    async (type) => {
      const part = { type: 'input_image', image_url: 'data:image/png;base64,AA' };
      const item = await stored(
        type === 'message'
          ? { role: 'user', content: [part] }
          : { type, call_id: 'c', output: [part] },
      );
      expect(item[type === 'message' ? 'content' : 'output']).toEqual([
        { ...part, detail: 'auto', file_id: null },
      ]);
    },
  );

  test('phase is kept where it is set and never shown as null', async () => {
    const message = { role: 'assistant', content: 'x' };
    expect(await stored({ ...message, phase: 'commentary' })).toMatchObject({
      phase: 'commentary',
    });
    expect(await stored({ ...message, phase: null })).not.toHaveProperty('phase');
  });

  test('nulls of optional fields deep inside count as omitted', async () => {
    const item = await stored({
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'q', queries: null, sources: null },
    });
    expect(item['action']).toEqual({ type: 'search', query: 'q' });
  });

  test('an explicit null stays where it means something', async () => {
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
    expect(await stored({ ...call, caller: null })).toMatchObject({ caller: null });
    // Also beside one that means nothing, for which the item is looked through.
    expect(await stored({ ...call, caller: null, id: null })).toMatchObject({ caller: null });
  });

  test('a field that the document types is checked although only model servers send it', async () => {
    const sent = { type: 'compaction', encrypted_content: 'x' };
    expect(await stored({ ...sent, created_by: 'me' })).toMatchObject({ created_by: 'me' });
    const { status } = await post(await newConversation(), [{ ...sent, created_by: {} }]);
    expect(status).toBe(400);
  });

  test('fields that nobody knows are kept, in items and in their parts', async () => {
    const future = { nested: [1, { deep: null }], n: null };
    const item = await stored({
      role: 'user',
      content: [{ type: 'input_text', text: 'x', future }],
      future,
      status: 'in_progress',
    });
    expect(item).toMatchObject({
      future,
      status: 'in_progress',
      content: [{ type: 'input_text', text: 'x', future }],
    });
  });
});

describe('ids', () => {
  test('a generated id has 48 hex digits and sorts by time', async () => {
    const { items } = await post(await newConversation(), [
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
    ]);
    const ids = items.map(({ id }) => id);
    expect(ids[0]).toMatch(/^msg_[0-9a-f]{48}$/);
    expect(ids.toSorted()).toEqual(ids);
  });

  test('a well-formed id that exists nowhere is taken', async () => {
    expect((await stored({ id: 'msg_mine-1', role: 'user', content: 'x' })).id).toBe('msg_mine-1');
  });

  test.each([
    [
      'item_x',
      "Invalid 'items[0].id': 'item_x'. Expected an ID that begins with 'msg'.",
      'invalid_value',
    ],
    ['', "Invalid 'items[0].id': ''. Expected an ID that begins with 'msg'.", 'invalid_value'],
    [
      'msg_a/b',
      "Invalid 'items[0].id': 'msg_a/b'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.",
      'invalid_value',
    ],
    [
      `msg_${'x'.repeat(61)}`,
      "Invalid 'items[0].id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      'string_above_max_length',
    ],
  ])('%j is refused', async (id, message, code) => {
    const { status, error } = await post(await newConversation(), [
      { id, role: 'user', content: 'x' },
    ]);
    expect(status).toBe(400);
    expect(error).toEqual({ message, type: 'invalid_request_error', param: 'items[0].id', code });
  });

  test('an id of another conversation links the stored item and ignores what was sent', async () => {
    const original = await stored({ role: 'user', content: 'original' });
    const linked = await post(await newConversation(), [
      { id: original.id, role: 'user', content: 'forged' },
    ]);
    expect(linked.items).toEqual([original]);
  });

  test.each([{ type: 'item_reference' }, { type: null }, {}])(
    'a reference (%j) links the stored item',
    async (type) => {
      const original = await stored({ role: 'user', content: 'original' });
      const conversation = await newConversation();
      const linked = await post(conversation, [{ ...type, id: original.id }]);
      expect(linked.items).toEqual([original]);
    },
  );

  test('a reference to nothing is 404 and stores nothing', async () => {
    const conversation = await newConversation();
    const { status, error } = await post(conversation, [
      { role: 'user', content: 'x' },
      { type: 'item_reference', id: 'msg_none' },
    ]);
    expect(status).toBe(404);
    expect(error).toMatchObject({ message: "Item with id 'msg_none' not found.", param: null });
    expect((await server.client.conversations.items.list(conversation)).data).toEqual([]);
  });

  test('linked items live and die with their own conversation', async () => {
    const first = await newConversation();
    const { items } = await post(first, [{ role: 'user', content: 'shared' }]);
    const second = await newConversation();
    await post(second, [{ id: items[0]?.id }]);
    await server.client.conversations.delete(first);
    expect((await server.client.conversations.items.list(second)).data).toEqual(items);
  });
});

describe('include', () => {
  const samples: [string, Item, unknown][] = [
    [
      'file_search_call.results',
      {
        type: 'file_search_call',
        id: 'fs_1',
        status: 'completed',
        queries: ['q'],
        results: [{ file_id: 'f', text: 't' }],
      },
      { results: null },
    ],
    [
      'code_interpreter_call.outputs',
      {
        type: 'code_interpreter_call',
        id: 'ci_1',
        status: 'completed',
        container_id: 'c',
        code: '1',
        outputs: [{ type: 'logs', logs: 'l' }],
      },
      { outputs: null },
    ],
    [
      'web_search_call.action.sources',
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'search', query: 'q', sources: [{ type: 'url', url: 'u' }] },
      },
      { action: { type: 'search', query: 'q' } },
    ],
    [
      'web_search_call.results',
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'search', query: 'q' },
        results: [{ title: 't' }],
      },
      { results: undefined },
    ],
    [
      'reasoning.encrypted_content',
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'e' },
      { encrypted_content: undefined },
    ],
    [
      'message.output_text.logprobs',
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [
          {
            type: 'output_text',
            text: 'x',
            annotations: [],
            logprobs: [{ token: 'x', bytes: [120], logprob: -1, top_logprobs: [] }],
          },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      {
        content: [
          { type: 'output_text', text: 'x', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
    ],
  ];

  test.each(samples)(
    '%s shows what is hidden without it, on all three routes',
    async (include, sent, hidden) => {
      const conversation = await newConversation();
      const { items } = await post(conversation, [{ ...sent, id: `${sent.id}${Date.now()}` }]);
      const id = items[0]?.id ?? '';
      const base = `/v1/conversations/${conversation}/items`;
      const expected = JSON.parse(
        JSON.stringify({ ...sent, id, ...(hidden as object) }),
      ) as unknown;
      expect(items[0]).toEqual(expected);
      expect((await server.request(`${base}/${id}`)).body).toEqual(expected);
      expect((await server.request(base)).body).toMatchObject({ data: [expected] });

      const whole = { ...sent, id };
      for (const query of [`include[]=${include}`, `include=${include}`, `include[0]=${include}`]) {
        expect((await server.request(`${base}/${id}?${query}`)).body).toEqual(whole);
        expect((await server.request(`${base}?${query}`)).body).toMatchObject({ data: [whole] });
      }
      const again = await post(await newConversation(), [whole], `?include[]=${include}`);
      expect(again.items).toEqual([whole]);
    },
  );

  test('images are shown without being asked for', async () => {
    const image_url = 'https://example.com/a.png';
    const message = await stored({ role: 'user', content: [{ type: 'input_image', image_url }] });
    expect(message['content']).toMatchObject([{ image_url }]);
  });

  test('a text that looks like a hidden field is left alone', async () => {
    const text = '"logprobs":[{"a":1}] "encrypted_content":"x" "results":[1]';
    const item = await stored({ role: 'assistant', content: text });
    expect(item['content']).toMatchObject([{ text }]);
  });

  test('the client sends it, repeated', async () => {
    const conversation = await newConversation();
    await post(conversation, [{ type: 'reasoning', summary: [], encrypted_content: 'e' }]);
    const page = await server.client.conversations.items.list(conversation, {
      include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
    });
    expect(page.data).toMatchObject([{ encrypted_content: 'e' }]);
  });

  test('an unknown value is refused', async () => {
    const { status, body } = await server.request(
      `/v1/conversations/${await newConversation()}/items?include[]=reasoning.encrypted_content&include[]=bogus.thing`,
    );
    expect(status).toBe(400);
    expect(body).toEqual({
      error: {
        message:
          "Invalid value: 'bogus.thing'. Supported values are: 'file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources', 'message.input_image.image_url', 'computer_call_output.output.image_url', 'code_interpreter_call.outputs', 'reasoning.encrypted_content', and 'message.output_text.logprobs'.",
        type: 'invalid_request_error',
        param: 'include[1]',
        code: 'invalid_value',
      },
    });
  });
});
