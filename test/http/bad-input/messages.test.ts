import { afterAll, test } from 'vitest';
import {
  assertItemsRefused,
  itemsBody,
  startRefusalTarget,
  type Refusal,
} from '../../support/refusals.ts';

const target = await startRefusalTarget('--strict');
afterAll(() => target[Symbol.asyncDispose]());

const BODIES: [string, string, Refusal][] = [
  [
    'an unknown role',
    itemsBody({ role: 'tool', content: 'x' }),
    {
      message:
        "Invalid value: 'tool'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
      param: 'items[0]',
      code: 'invalid_value',
    },
  ],
  [
    'a role that is a number',
    itemsBody({ role: 1, content: 'x' }),
    {
      message: "Invalid type for 'items[0].role': expected a string, but got an integer instead.",
      param: 'items[0].role',
      code: 'invalid_type',
    },
  ],
  [
    'a message without content',
    itemsBody({ role: 'user' }),
    {
      message: "Missing required parameter: 'items[0].content'.",
      param: 'items[0].content',
      code: 'missing_required_parameter',
    },
  ],
  [
    'content that is null',
    itemsBody({ role: 'user', content: null }),
    {
      message:
        "Invalid type for 'items[0].content': expected one of a string or an array, but got null instead.",
      param: 'items[0].content',
      code: 'invalid_type',
    },
  ],
  [
    'content that is a number',
    itemsBody({ role: 'user', content: 1.5 }),
    {
      message:
        "Invalid type for 'items[0].content': expected one of a string or an array, but got a decimal number instead.",
      param: 'items[0].content',
      code: 'invalid_type',
    },
  ],
  [
    'a phase on a user message',
    itemsBody({ role: 'user', content: 'x', phase: 'commentary' }),
    {
      message: "Unknown parameter: 'items[0].phase'.",
      param: 'items[0].phase',
      code: 'unknown_parameter',
    },
  ],
  [
    'a content part of an unknown type',
    itemsBody({ role: 'user', content: [{ type: 'bogus' }] }),
    {
      message:
        "Invalid value: 'bogus'. Supported values are: 'input_text', 'input_image', 'input_file', 'input_audio', 'output_text', and 'refusal'.",
      param: 'items[0].content[0].type',
      code: 'invalid_value',
    },
  ],
  [
    'a content part without a type',
    itemsBody({ role: 'user', content: [{ text: 'x' }] }),
    {
      message: "Missing required parameter: 'items[0].content[0].type'.",
      param: 'items[0].content[0].type',
      code: 'missing_required_parameter',
    },
  ],
  [
    'output_text from a user',
    itemsBody({ role: 'user', content: [{ type: 'output_text', text: 'x' }] }),
    {
      message:
        "Invalid value: 'output_text'. Supported values are: 'input_text', 'input_image', 'input_file', and 'input_audio'.",
      param: 'items[0].content[0]',
      code: 'invalid_value',
    },
  ],
  [
    'input_text from an assistant',
    itemsBody({ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }),
    {
      message: "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
      param: 'items[0].content[0]',
      code: 'invalid_value',
    },
  ],
  [
    'a content part without its text',
    itemsBody({ role: 'user', content: [{ type: 'input_text' }] }),
    {
      message: "Missing required parameter: 'items[0].content[0].text'.",
      param: 'items[0].content[0].text',
      code: 'missing_required_parameter',
    },
  ],
  [
    'an unknown detail of an image',
    itemsBody({ role: 'user', content: [{ type: 'input_image', detail: 'ultra' }] }),
    {
      message:
        "Invalid value: 'ultra'. Supported values are: 'low', 'high', 'auto', and 'original'.",
      param: 'items[0].content[0].detail',
      code: 'invalid_value',
    },
  ],
  [
    'an unknown status of a message',
    itemsBody({ role: 'user', content: 'x', status: 'done' }),
    {
      message:
        "Invalid value: 'done'. Supported values are: 'in_progress', 'completed', and 'incomplete'.",
      param: 'items[0].status',
      code: 'invalid_value',
    },
  ],
];

test.each(BODIES)(
  'POST items under --strict answers 400 to %s, stores nothing and keeps the connection',
  async (_name, body, refusal) => {
    await assertItemsRefused(target, body, refusal);
  },
);
