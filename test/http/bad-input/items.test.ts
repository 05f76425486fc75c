import { afterAll, test } from 'vitest';
import {
  assertItemsRefused,
  itemsBody,
  startRefusalTarget,
  type Refusal,
} from '../../support/refusals.ts';

const target = await startRefusalTarget('--strict');
afterAll(() => target[Symbol.asyncDispose]());

const message = { role: 'user', content: 'x' };
const itemTypes =
  /^Invalid value: 'bogus'\. Supported values are: 'message', .* and 'item_reference'\.$/;

const BODIES: [string, string, Refusal][] = [
  [
    'an item that is a number',
    itemsBody(message, 7),
    {
      message: "Invalid type for 'items[1]': expected an input item, but got an integer instead.",
      param: 'items[1]',
      code: 'invalid_type',
    },
  ],
  [
    'an item that is null',
    itemsBody(null),
    {
      message: "Invalid type for 'items[0]': expected an input item, but got null instead.",
      param: 'items[0]',
      code: 'invalid_type',
    },
  ],
  [
    'an unknown item type',
    itemsBody({ type: 'bogus' }),
    { message: itemTypes, param: 'items[0]', code: 'invalid_value' },
  ],
  [
    'an item of the type compaction_trigger',
    itemsBody({ type: 'compaction_trigger' }),
    { message: /^Invalid value: 'compaction_trigger'/, param: 'items[0]', code: 'invalid_value' },
  ],
  [
    'an item type named like a built-in property',
    itemsBody({ type: 'toString' }),
    { message: /^Invalid value: 'toString'/, param: 'items[0]', code: 'invalid_value' },
  ],
  [
    'an item type that is a number',
    itemsBody({ type: 1 }),
    {
      message: "Invalid type for 'items[0].type': expected a string, but got an integer instead.",
      param: 'items[0].type',
      code: 'invalid_type',
    },
  ],
  [
    'an item without fields',
    itemsBody({}),
    {
      message:
        "Invalid value: ''. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
      param: 'items[0]',
      code: 'invalid_value',
    },
  ],
  [
    'function arguments that are an object',
    itemsBody({ type: 'function_call', call_id: 'c', name: 'f', arguments: {} }),
    {
      message:
        "Invalid type for 'items[0].arguments': expected a string, but got an object instead.",
      param: 'items[0].arguments',
      code: 'invalid_type',
    },
  ],
  [
    'an empty call_id',
    itemsBody({ type: 'function_call', call_id: '', name: 'f', arguments: '' }),
    {
      message:
        "Invalid 'items[0].call_id': empty string. Expected a string with minimum length 1, but got an empty string instead.",
      param: 'items[0].call_id',
      code: 'empty_string',
    },
  ],
  [
    'a call_id of 65 characters',
    itemsBody({ type: 'function_call', call_id: 'c'.repeat(65), name: 'f', arguments: '' }),
    {
      message:
        "Invalid 'items[0].call_id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      param: 'items[0].call_id',
      code: 'string_above_max_length',
    },
  ],
  [
    'an unknown action of a web search',
    itemsBody({
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'bogus' },
    }),
    {
      message:
        "Invalid value: 'bogus'. Supported values are: 'search', 'open_page', and 'find_in_page'.",
      param: 'items[0].action.type',
      code: 'invalid_value',
    },
  ],
  [
    'a wrong type deep inside an item',
    itemsBody({
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
    itemsBody({ type: 'shell_call', call_id: 'c', action: { commands: [], timeout_ms: 1.5 } }),
    {
      message:
        "Invalid type for 'items[0].action.timeout_ms': expected an integer, but got a decimal number instead.",
      param: 'items[0].action.timeout_ms',
      code: 'invalid_type',
    },
  ],
  [
    'reasoning with neither id nor content',
    itemsBody({ type: 'reasoning', summary: [] }),
    { message: 'Invalid item', param: 'item', code: 'invalid_item' },
  ],
  [
    'the same item id twice',
    itemsBody({ id: 'msg_twice', ...message }, { id: 'msg_twice', ...message }),
    {
      message: 'Item already in conversation',
      param: 'items[1].id',
      code: 'item_already_in_conversation',
    },
  ],
];

test.each(BODIES)(
  'POST items under --strict answers 400 to %s, stores nothing and keeps the connection',
  async (_name, body, refusal) => {
    await assertItemsRefused(target, body, refusal);
  },
);
