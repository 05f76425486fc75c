import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems, storeItem, type Item } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';

// Under --strict, so that every value of include hides something.
const server = await startServer('--strict');
afterAll(() => server[Symbol.asyncDispose]());

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
      id: 'ws_2',
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
  'include=%s shows what is hidden without it, on all three operations',
  async (include, sent, hidden) => {
    const conversation = await newConversation(server);
    const { items } = await postItems(server, conversation, [sent]);
    const { id } = sent;
    const base = `/v1/conversations/${conversation}/items`;
    const expected = JSON.parse(JSON.stringify({ ...sent, ...(hidden as object) })) as unknown;
    expect(items[0]).toEqual(expected);
    expect((await server.request(`${base}/${id}`)).body).toEqual(expected);
    expect((await server.request(base)).body).toMatchObject({ data: [expected] });

    for (const query of [`include[]=${include}`, `include=${include}`, `include[0]=${include}`]) {
      expect((await server.request(`${base}/${id}?${query}`)).body).toEqual(sent);
      expect((await server.request(`${base}?${query}`)).body).toMatchObject({ data: [sent] });
    }
    const again = await postItems(
      server,
      await newConversation(server),
      [sent],
      `?include[]=${include}`,
    );
    expect(again.items).toEqual([sent]);
  },
);

test('encrypted content of reasoning is served without include, unless the server is strict', async () => {
  await using liberal = await startServer();
  const sent = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'e' };
  expect(await storeItem(liberal, sent)).toEqual(sent);
});

test('image URLs are served without include', async () => {
  const image_url = 'https://example.com/a.png';
  const message = await storeItem(server, {
    role: 'user',
    content: [{ type: 'input_image', image_url }],
  });
  expect(message['content']).toMatchObject([{ image_url }]);
});

test('a text that looks like a hidden field is served unchanged', async () => {
  const text = '"logprobs":[{"a":1}] "encrypted_content":"x" "results":[1]';
  const item = await storeItem(server, { role: 'assistant', content: text });
  expect(item['content']).toMatchObject([{ text }]);
});

test('the official client can send several values of include', async () => {
  const conversation = await newConversation(server);
  await postItems(server, conversation, [
    { type: 'reasoning', summary: [], encrypted_content: 'e' },
  ]);
  const page = await server.client.conversations.items.list(conversation, {
    include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
  });
  expect(page.data).toMatchObject([{ encrypted_content: 'e' }]);
});

test('an unknown value of include is refused', async () => {
  const { status, body } = await server.request(
    `/v1/conversations/${await newConversation(server)}/items?include[]=reasoning.encrypted_content&include[]=bogus.thing`,
  );
  expect(status).toBe(400);
  expect(body).toEqual({
    error: {
      message:
        "Invalid value: 'bogus.thing'. Supported values are: 'file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources', 'message.input_image.image_url', 'computer_call_output.output.image_url', 'code_interpreter_call.outputs', 'reasoning.encrypted_content', 'message.output_text.logprobs', and 'placement'.",
      type: 'invalid_request_error',
      param: 'include[1]',
      code: 'invalid_value',
    },
  });
});

test('an item by its id has its hidden fields only with include', async () => {
  const conversation = await newConversation(server);
  const item = { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'e' };
  await postItems(server, conversation, [item]);
  const path = `/v1/conversations/${conversation}/items/rs_2`;
  const { status, body } = await server.request(path);
  expect(status).toBe(200);
  expect(body).not.toHaveProperty('encrypted_content');
  const whole = await server.request(`${path}?include[]=reasoning.encrypted_content`);
  expect(whole.body).toMatchObject({ encrypted_content: 'e' });
});
