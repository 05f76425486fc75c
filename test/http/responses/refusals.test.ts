import { afterAll, expect, test } from 'vitest';
import { startModelServer } from '../../support/model-server.ts';
import { startRefusalTarget, type Refusal } from '../../support/refusals.ts';
import { MODEL } from '../../support/turns.ts';

const stack = new AsyncDisposableStack();
const model = stack.use(await startModelServer());
const target = stack.use(await startRefusalTarget('--model-url', model.url));
afterAll(() => stack.disposeAsync());

const look = { type: 'function', name: 'look' };

/** Bodies without model and input, which each request has besides. */
const REFUSED: [string, object, Refusal][] = [
  [
    'no input and nothing to continue',
    { input: undefined },
    {
      message: `One of "input" or "previous_response_id" or 'prompt' or 'conversation' must be provided.`,
      param: null,
      code: 'missing_required_parameter',
    },
  ],
  [
    'an empty list as input',
    { input: [] },
    { message: /^One of "input"/, param: null, code: 'missing_required_parameter' },
  ],
  [
    'a number as input',
    { input: 7 },
    { message: /^Invalid type for 'input'/, param: 'input', code: 'invalid_type' },
  ],
  [
    'an item of the input of an unknown role',
    { input: [{ type: 'message', role: 'nobody', content: 'x' }] },
    { message: /^Invalid value: 'nobody'/, param: 'input[0]', code: 'invalid_value' },
  ],
  [
    'an unknown parameter',
    { conversations: 'conv_1' },
    {
      message: "Unknown parameter: 'conversations'. Did you mean 'conversation'?",
      param: 'conversations',
      code: 'unknown_parameter',
    },
  ],
  [
    'a conversation and a previous response',
    { conversation: 'conv_1', previous_response_id: 'resp_1' },
    {
      message:
        "Mutually exclusive parameters: ''. Ensure you are only providing one of: 'pre..._id' or 'conversation'.",
      param: null,
      code: 'mutually_exclusive_parameters',
    },
  ],
  [
    'a conversation with another prefix',
    { conversation: 'thread_1' },
    {
      message: "Invalid 'conversation': 'thread_1'. Expected an ID that begins with 'conv'.",
      param: 'conversation',
      code: 'invalid_value',
    },
  ],
  [
    'an object of a conversation with another prefix',
    { conversation: { id: 'thread_1' } },
    {
      message: "Invalid 'conversation.id': 'thread_1'. Expected an ID that begins with 'conv'.",
      param: 'conversation.id',
      code: 'invalid_value',
    },
  ],
  [
    'a previous response with another prefix',
    { previous_response_id: 'msg_1' },
    {
      message: "Invalid 'previous_response_id': 'msg_1'. Expected an ID that begins with 'resp'.",
      param: 'previous_response_id',
      code: 'invalid_value',
    },
  ],
  [
    'a previous response that is not there',
    { previous_response_id: 'resp_1' },
    {
      message: "Previous response with id 'resp_1' not found.",
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    },
  ],
  [
    'a header of a tool that is no text',
    { tools: [{ type: 'mcp', server_label: 'docs', headers: { a: 5 } }] },
    {
      message: /^Invalid type for 'tools\[0\]\.headers\.a'/,
      param: 'tools[0].headers.a',
      code: 'invalid_type',
    },
  ],
  [
    'two tools of one name',
    {
      tools: [
        { type: 'function', name: 'f' },
        { type: 'custom', name: 'f' },
      ],
    },
    { message: "Duplicate tool name in 'tools': 'f'.", param: 'tools', code: 'invalid_value' },
  ],
  [
    'an input without anything that a model is shown',
    { input: [{ type: 'function', name: 'f' }] },
    { message: /must be provided/, param: null, code: 'missing_required_parameter' },
  ],
  [
    'the background without storing',
    { background: true, store: false },
    {
      message: /^Unsupported parameter: 'background'/,
      param: 'background',
      code: 'unsupported_parameter',
    },
  ],
  ...[
    { prompt: { id: 'pmpt_1' } },
    { moderation: { model: 'm' } },
    { access_programs: ['a'] },
    { image: { detail: 'low' } },
  ].map((body): [string, object, Refusal] => {
    const [param = ''] = Object.keys(body);
    const message = `Unsupported parameter: '${param}' is not supported by this server.`;
    return [`the parameter ${param}`, body, { message, param, code: 'unsupported_parameter' }];
  }),
  [
    'an unknown value of truncation',
    { truncation: 'some' },
    {
      message: "Invalid value: 'some'. Supported values are: 'auto' and 'disabled'.",
      param: 'truncation',
      code: 'invalid_value',
    },
  ],
  [
    'an unknown value of include',
    { include: ['everything'] },
    { message: /^Invalid value: 'everything'/, param: 'include[0]', code: 'invalid_value' },
  ],
  [
    'a hosted tool',
    { tools: [look, { type: 'web_search' }] },
    {
      message:
        "Hosted tool 'web_search' is not supported by this server. Supported types are: 'function', 'custom', 'namespace', and 'mcp'.",
      param: 'tools[1].type',
      code: 'invalid_value',
    },
  ],
  [
    'a tool without a name',
    { tools: [{ type: 'function' }] },
    {
      message: "Missing required parameter: 'tools[0].name'.",
      param: 'tools[0].name',
      code: 'missing_required_parameter',
    },
  ],
  [
    'a choice of a tool that is not there',
    { tools: [look], tool_choice: { type: 'function', name: 'find' } },
    {
      message: "Tool choice 'find' not found in 'tools' parameter.",
      param: 'tool_choice',
      code: 'invalid_value',
    },
  ],
  [
    'a choice of a tool without any tools',
    { tool_choice: { type: 'function', name: 'look' } },
    { message: /^Tool choice 'look' not found/, param: 'tool_choice', code: 'invalid_value' },
  ],
  [
    'too few tokens',
    { max_output_tokens: 1 },
    {
      message:
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
      param: 'max_output_tokens',
      code: 'integer_below_min_value',
    },
  ],
  [
    'a temperature that is too low',
    { temperature: -1 },
    {
      message:
        "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
      param: 'temperature',
      code: 'decimal_below_min_value',
    },
  ],
  [
    'a temperature that is too high',
    { temperature: 2.5 },
    {
      message:
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.",
      param: 'temperature',
      code: 'decimal_above_max_value',
    },
  ],
  [
    'a top_p that is too high',
    { top_p: 1.1 },
    {
      message: /Expected a value <= 1, but got 1.1/,
      param: 'top_p',
      code: 'decimal_above_max_value',
    },
  ],
  [
    'too many log probabilities',
    { top_logprobs: 21 },
    { message: /Expected a value <= 20/, param: 'top_logprobs', code: 'integer_above_max_value' },
  ],
  [
    'an unknown effort',
    { reasoning: { effort: 'extreme' } },
    { message: /^Invalid value: 'extreme'/, param: 'reasoning.effort', code: 'invalid_value' },
  ],
  [
    'an unknown format',
    { text: { format: { type: 'xml' } } },
    { message: /^Invalid value: 'xml'/, param: 'text.format.type', code: 'invalid_value' },
  ],
  [
    'a JSON schema without its schema',
    { text: { format: { type: 'json_schema', name: 'lake' } } },
    {
      message: "Missing required parameter: 'text.format.schema'.",
      param: 'text.format.schema',
      code: 'missing_required_parameter',
    },
  ],
  [
    'a metadata value that is a number',
    { metadata: { k: 1 } },
    { message: /^Invalid type for 'metadata.k'/, param: 'metadata.k', code: 'invalid_type' },
  ],
  [
    'an identifier that is too long',
    { safety_identifier: 'x'.repeat(65) },
    { message: /maximum length 64/, param: 'safety_identifier', code: 'string_above_max_length' },
  ],
  [
    'a text for stream',
    { stream: 'yes' },
    { message: /^Invalid type for 'stream'/, param: 'stream', code: 'invalid_type' },
  ],
  [
    'an id that is twice in the input',
    {
      input: [
        { type: 'message', id: 'msg_1', role: 'user', content: 'x' },
        { type: 'message', id: 'msg_1', role: 'user', content: 'y' },
      ],
    },
    {
      message:
        'Duplicate item found with id msg_1. Remove duplicate items from your input and try again.',
      param: 'input',
      code: null,
    },
  ],
  [
    'an output without its call',
    { input: [{ type: 'function_call_output', call_id: 'call_1', output: 'x' }] },
    {
      message: 'No tool call found for function call output with call_id call_1.',
      param: 'input',
      code: null,
    },
  ],
  [
    'a custom output without its call',
    { input: [{ type: 'custom_tool_call_output', call_id: 'call_1', output: 'x' }] },
    {
      message: 'No tool call found for custom tool call output with call_id call_1.',
      param: 'input',
      code: null,
    },
  ],
  [
    'a call without its output',
    { input: [{ type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' }] },
    { message: 'No tool output found for function call call_1.', param: 'input', code: null },
  ],
];

test.each(REFUSED)(
  'a request for a response with %s is answered 400, and reaches no model',
  async (_name, body, { message, ...refusal }) => {
    const text = JSON.stringify({ model: MODEL, input: 'x', ...body });
    for (const stream of [false, true]) {
      const sent = 'stream' in body ? text : JSON.stringify({ ...JSON.parse(text), stream });
      const answer = await target.send('POST', '/v1/responses', sent);
      expect(answer).toMatchObject({ status: 400 });
      expect(answer.error).toEqual({
        type: 'invalid_request_error',
        ...refusal,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      });
    }
    expect(model.requests).toEqual([]);
  },
);

test('a conversation that is not there is answered 404 and is not made', async () => {
  for (const conversation of ['conv_missing', { id: 'conv_missing' }]) {
    for (const more of [{}, { stream: true }, { store: false }]) {
      const body = JSON.stringify({ model: MODEL, input: 'x', conversation, ...more });
      expect(await target.send('POST', '/v1/responses', body)).toMatchObject({
        status: 404,
        error: {
          type: 'invalid_request_error',
          code: null,
          message: "Conversation with id 'conv_missing' not found.",
        },
      });
    }
  }
  expect(await target.send('GET', '/v1/conversations/conv_missing')).toMatchObject({ status: 404 });
  expect(model.requests).toEqual([]);
});

test('a body that is no object, or none at all, is refused', async () => {
  for (const body of ['[]', '"x"', '{"model":', undefined]) {
    expect(await target.send('POST', '/v1/responses', body)).toMatchObject({ status: 400 });
  }
});

test('the schema of a body is checked before what it names is looked up', async () => {
  const body = { model: MODEL, input: 7, conversation: 'conv_missing' };
  expect(await target.send('POST', '/v1/responses', JSON.stringify(body))).toMatchObject({
    status: 400,
    error: { param: 'input' },
  });
});

test('a parameter of the query that an operation lacks is refused', async () => {
  const body = JSON.stringify({ model: MODEL, input: 'x' });
  expect(await target.send('POST', '/v1/responses?dry_run=1', body)).toMatchObject({
    status: 400,
    error: { code: 'unknown_parameter', param: 'dry_run' },
  });
});
