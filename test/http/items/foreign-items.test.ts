import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems, type Item } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

const text = (type: string, value = 'x') => ({ type, text: value });

/** Items of other providers and of clients, which OpenAI's service would refuse, and the fields that are added. */
const FOREIGN: Readonly<Record<string, readonly [sent: Item, added?: object]>> = {
  'a citation without its range': [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [
        {
          type: 'output_text',
          text: 'x',
          logprobs: [],
          annotations: [{ type: 'url_citation', url: 'https://example.com/' }],
        },
      ],
    },
  ],
  'audio of an assistant': [
    {
      type: 'message',
      id: 'msg_2',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_audio', transcript: 'hello' }],
    },
  ],
  'a message without content': [
    { type: 'message', id: 'msg_3', role: 'assistant', status: 'completed' },
    { content: [] },
  ],
  'a message whose content is null': [
    { type: 'message', id: 'msg_4', role: 'assistant', status: 'completed', content: null },
    { content: [] },
  ],
  'a phase on a user message': [
    {
      type: 'message',
      id: 'msg_5',
      role: 'user',
      status: 'completed',
      phase: 'commentary',
      content: [text('input_text')],
    },
  ],
  'a message of a tool': [
    { type: 'message', id: 'msg_6', role: 'tool', status: 'completed', content: [text('text')] },
  ],
  'reasoning without a summary': [
    { type: 'reasoning', id: 'rs_1', content: [text('reasoning_text')] },
    { summary: [] },
  ],
  'reasoning with a format of its own': [
    { type: 'reasoning', id: 'tco_1', status: 'done', summary: [], format: 'xai-responses-v1' },
  ],
  'a function call that failed': [
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'c',
      name: 'f',
      arguments: '{}',
      status: 'failed',
    },
  ],
  'audio as the output of a function': [
    {
      type: 'function_call_output',
      id: 'fc_2',
      call_id: 'c',
      status: 'completed',
      output: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }],
    },
  ],
  'an MCP call with an error of its own form': [
    {
      type: 'mcp_call',
      id: 'mcp_1',
      server_label: 's',
      name: 'n',
      arguments: '{}',
      approval_request_id: null,
      output: null,
      error: 'unreachable',
    },
  ],
  'a web search without its action': [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }],
  'a search in a page without its URL': [
    {
      type: 'web_search_call',
      id: 'ws_2',
      status: 'completed',
      action: { type: 'find_in_page', pattern: 'x' },
    },
  ],
  'an image without its status': [{ type: 'image_generation_call', id: 'ig_1', result: 'AA==' }],
  'code without its container': [
    {
      type: 'code_interpreter_call',
      id: 'ci_1',
      status: 'completed',
      code: 'print(1)',
      outputs: null,
    },
  ],
  'a list of tools with an error in place of them': [
    { type: 'mcp_list_tools', id: 'mcpl_1', server_label: 's', error: { code: 424, message: 'x' } },
  ],
  'a file search with results in another place': [
    { type: 'file_search_call', id: 'fs_1', nested: { results: [1] } },
  ],
  'code with outputs in another place': [
    { type: 'code_interpreter_call', id: 'ci_2', nested: { outputs: [1] } },
  ],
  'an item of an unknown type': [
    { type: 'x_search_call', id: 'xs_1', status: 'completed', n: null },
  ],
};

test.each(Object.entries(FOREIGN))(
  '%s is kept, and served as it was posted',
  async (_name, [sent, added]) => {
    const conversation = await newConversation(server);
    const { status, items } = await postItems(server, conversation, [sent]);
    expect([status, items]).toEqual([200, [{ ...sent, ...added }]]);
    const listed = await server.client.conversations.items.list(conversation);
    expect(listed.data).toEqual(items);
  },
);

/** What remains refused of the items that the server itself works with. */
const REFUSED: Readonly<Record<string, readonly [item: unknown, param: string]>> = {
  'a text part without text': [
    { role: 'user', content: [{ type: 'input_text' }] },
    'items[1].content[0].text',
  ],
  'a text part with a number': [
    { role: 'assistant', content: [{ type: 'output_text', text: 1 }] },
    'items[1].content[0].text',
  ],
  'a part without a type': [{ role: 'user', content: [{ text: 'x' }] }, 'items[1].content[0].type'],
  'a message without a role': [{ type: 'message', content: 'x' }, 'items[1]'],
  'a role that nobody has': [{ role: 'bogus', content: 'x' }, 'items[1]'],
  'a function call without arguments': [
    { type: 'function_call', call_id: 'c', name: 'f' },
    'items[1].arguments',
  ],
  'an output that is an object': [
    { type: 'function_call_output', call_id: 'c', output: {} },
    'items[1].output',
  ],
  'an approval without a verdict': [
    { type: 'mcp_approval_response', approval_request_id: 'a' },
    'items[1].approve',
  ],
  'a type of 65 characters': [{ type: 'x'.repeat(65) }, 'items[1].type'],
  'a type with spaces': [{ type: 'web search' }, 'items[1].type'],
  'an empty type': [{ type: '' }, 'items[1].type'],
  'a type that differs from a known one by a letter': [{ type: 'functon_call' }, 'items[1]'],
  'a type that differs from a known one by two letters': [{ type: 'mesage_' }, 'items[1]'],
  'an instruction to compact': [{ type: 'compaction_trigger' }, 'items[1]'],
};

test.each(Object.entries(REFUSED))(
  '%s is refused, names the item and stores nothing',
  async (_name, [item, param]) => {
    const conversation = await newConversation(server);
    const message = { role: 'user', content: 'x' };
    const { status, error } = await postItems(server, conversation, [message, item]);
    expect([status, error['param']]).toEqual([400, param]);
    expect((await server.client.conversations.items.list(conversation)).data).toEqual([]);
  },
);

test('a misspelt type is answered with the type that was meant', async () => {
  const { error } = await postItems(server, await newConversation(server), [
    { type: 'functon_call', call_id: 'c', name: 'f', arguments: '{}' },
  ]);
  expect(error['message']).toBe("Invalid value: 'functon_call'. Did you mean 'function_call'?");
});

/** Types that are unlike any known one, and JSON as it comes back from a server: without negative zero. */
const unknownType = fc.stringMatching(/^[a-z]{2,8}_[a-z0-9]{2,12}_experiment$/);
const value = fc
  .jsonValue({ maxDepth: 4 })
  .map((json): unknown =>
    JSON.parse(JSON.stringify(json).replaceAll(/(?<![\w.])-0(?![\d.])/g, '0')),
  );

test('any item of an unknown type is listed as it was posted, with an id', async () => {
  const conversation = await newConversation(server);
  await fc.assert(
    fc.asyncProperty(
      unknownType,
      fc.dictionary(fc.string(), value, { maxKeys: 6 }),
      async (type, rest) => {
        const { id: _id, type: _type, ...fields } = rest;
        const { status, items } = await postItems(server, conversation, [{ ...fields, type }]);
        expect(status).toBe(200);
        const { data } = await server.client.conversations.items.list(conversation, { limit: 1 });
        expect(data).toEqual(items);
        expect(data).toEqual([
          { ...fields, type, id: expect.stringMatching(/^item_[0-9a-f]{48}$/) },
        ]);
      },
    ),
    { numRuns: 60 },
  );
});
