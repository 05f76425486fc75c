import { expect, test } from 'vitest';
import { ApiError } from '../errors/registry.ts';
import { itemContract } from '../items/contract.ts';
import { responseParser } from './requests.ts';

const RULES = { maxInputItems: 3 };
const parse = responseParser(itemContract({ isStrict: false }), RULES);
const parseStrictly = responseParser(itemContract({ isStrict: true }), RULES);

const weather = { type: 'function', name: 'get_weather' };
const lookup = { type: 'custom', name: 'lookup' };
const maps = { type: 'namespace', name: 'maps', description: 'Maps.', tools: [weather, lookup] };

/** Returns what a caller would see of the error that a body meets. */
function refusal(body: unknown, parser = parse): object {
  try {
    parser(body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, message, param, code } = error;
    return { status, message, param, code };
  }
  throw new Error(`${JSON.stringify(body)} was taken`);
}

const MISSING_INPUT = [
  `One of "input" or "previous_response_id" or 'prompt' or 'conversation' must be provided.`,
  null,
  'missing_required_parameter',
] as const;
const REFUSED_TOOL = (type: string) =>
  `Invalid value: '${type}'. Supported values are: 'function', 'custom', 'namespace', 'mcp', 'web_search', 'web_search_2025_08_26', 'web_search_preview', 'web_search_preview_2025_03_11', 'file_search', and 'code_interpreter'.`;
const unsupported = (param: string) =>
  [
    `Unsupported parameter: '${param}' is not supported by this server.`,
    param,
    'unsupported_parameter',
  ] as const;

test.each<readonly [body: unknown, message: string, param: string | null, code: string | null]>([
  [
    [],
    'Invalid type for the request body: expected an object, but got an array instead.',
    null,
    'invalid_type',
  ],
  [undefined, ...MISSING_INPUT],
  [{}, ...MISSING_INPUT],
  [{ input: [] }, ...MISSING_INPUT],
  [{ input: '' }, ...MISSING_INPUT],
  [{ input: null, conversation: null }, ...MISSING_INPUT],
  [
    { conversation: 'conv_1', previous_response_id: 'resp_1' },
    "Mutually exclusive parameters: ''. Ensure you are only providing one of: 'pre..._id' or 'conversation'.",
    null,
    'mutually_exclusive_parameters',
  ],
  [
    { conversation: 'thread_1' },
    "Invalid 'conversation': 'thread_1'. Expected an ID that begins with 'conv'.",
    'conversation',
    'invalid_value',
  ],
  [
    { conversation: { id: 'x' } },
    "Invalid 'conversation.id': 'x'. Expected an ID that begins with 'conv'.",
    'conversation.id',
    'invalid_value',
  ],
  [
    { conversation: {} },
    "Missing required parameter: 'conversation.id'.",
    'conversation.id',
    'missing_required_parameter',
  ],
  [
    { previous_response_id: 'msg_1' },
    "Invalid 'previous_response_id': 'msg_1'. Expected an ID that begins with 'resp'.",
    'previous_response_id',
    'invalid_value',
  ],
  [
    { inputs: 'hello' },
    "Unknown parameter: 'inputs'. Did you mean 'input'?",
    'inputs',
    'unknown_parameter',
  ],
  [
    { input: 'hello', top_k: 5 },
    "Unknown parameter: 'top_k'. Did you mean 'top_p'?",
    'top_k',
    'unknown_parameter',
  ],
  [
    JSON.parse('{"input":"hello","__proto__":{"model":"m"}}'),
    "Unknown parameter: '__proto__'.",
    '__proto__',
    'unknown_parameter',
  ],
  [
    { input: 'hello', text: { response_format: {} } },
    "Unknown parameter: 'text.response_format'.",
    'text.response_format',
    'unknown_parameter',
  ],
  [
    { input: 1 },
    "Invalid type for 'input': expected one of a string or an array, but got an integer instead.",
    'input',
    'invalid_type',
  ],
  [
    { input: ['hello'] },
    "Invalid type for 'input[0]': expected an input item, but got a string instead.",
    'input[0]',
    'invalid_type',
  ],
  [
    { input: [{ role: 'user', content: 'hello' }, { content: 'hello' }] },
    "Invalid value: ''. Supported values are: 'unknown', 'user', 'assistant', 'system', 'critic', 'discriminator', 'developer', and 'tool'.",
    'input[1]',
    'invalid_value',
  ],
  [
    { input: [{}, {}, {}, {}] },
    "Invalid 'input': array too long. Expected an array with maximum length 3, but got an array with length 4 instead.",
    'input',
    'array_above_max_length',
  ],
  [
    { input: 'hello', max_output_tokens: 1 },
    "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
    'max_output_tokens',
    'integer_below_min_value',
  ],
  [
    { input: 'hello', max_output_tokens: 20.5 },
    "Invalid type for 'max_output_tokens': expected an integer, but got a decimal number instead.",
    'max_output_tokens',
    'invalid_type',
  ],
  [
    { input: 'hello', top_logprobs: 21 },
    "Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got 21 instead.",
    'top_logprobs',
    'integer_above_max_value',
  ],
  [
    { input: 'hello', temperature: -1 },
    "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
    'temperature',
    'decimal_below_min_value',
  ],
  [
    { input: 'hello', top_p: 1.5 },
    "Invalid 'top_p': decimal above maximum value. Expected a value <= 1, but got 1.5 instead.",
    'top_p',
    'decimal_above_max_value',
  ],
  [
    { input: 'hello', model: '' },
    "Invalid 'model': empty string. Expected a string with minimum length 1, but got an empty string instead.",
    'model',
    'empty_string',
  ],
  [
    { input: 'hello', metadata: { k: 1 } },
    "Invalid type for 'metadata.k': expected a string, but got an integer instead.",
    'metadata.k',
    'invalid_type',
  ],
  [
    { input: 'hello', include: ['output_text'] },
    "Invalid value: 'output_text'. Supported values are: 'file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources', 'message.input_image.image_url', 'computer_call_output.output.image_url', 'code_interpreter_call.outputs', 'reasoning.encrypted_content', and 'message.output_text.logprobs'.",
    'include[0]',
    'invalid_value',
  ],
  [
    { input: 'hello', reasoning: { effort: 'huge' } },
    "Invalid value: 'huge'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'.",
    'reasoning.effort',
    'invalid_value',
  ],
  [
    { input: 'hello', text: { format: { type: 'json_schema', name: 'answer' } } },
    "Missing required parameter: 'text.format.schema'.",
    'text.format.schema',
    'missing_required_parameter',
  ],
  [
    { input: 'hello', text: { format: { type: 'xml' } } },
    "Invalid value: 'xml'. Supported values are: 'text', 'json_object', and 'json_schema'.",
    'text.format.type',
    'invalid_value',
  ],
  [
    { input: 'hello', safety_identifier: 'a'.repeat(65) },
    "Invalid 'safety_identifier': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
    'safety_identifier',
    'string_above_max_length',
  ],
  [
    { input: 'hello', tools: [weather, { type: 'image_generation' }] },
    REFUSED_TOOL('image_generation'),
    'tools[1].type',
    'invalid_value',
  ],
  [
    { input: 'hello', tools: [{ type: 'function', function: weather }] },
    "Missing required parameter: 'tools[0].name'.",
    'tools[0].name',
    'missing_required_parameter',
  ],
  [
    { input: 'hello', tools: [weather], tool_choice: { type: 'custom', name: 'get_weather' } },
    "Tool choice 'get_weather' not found in 'tools' parameter.",
    'tool_choice',
    'invalid_value',
  ],
  [
    { input: 'hello', tool_choice: { type: 'function', name: 'get_weather' } },
    "Tool choice 'get_weather' not found in 'tools' parameter.",
    'tool_choice',
    'invalid_value',
  ],
  [
    {
      input: 'hello',
      tools: [weather],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [weather, lookup] },
    },
    "Tool choice 'lookup' not found in 'tools' parameter.",
    'tool_choice',
    'invalid_value',
  ],
  [
    { input: 'hello', tool_choice: 'any' },
    "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
    'tool_choice',
    'invalid_value',
  ],
  [
    { input: 'hello', tool_choice: { type: 'file_search' } },
    "Invalid value: 'file_search'. Supported values are: 'function', 'custom', 'mcp', and 'allowed_tools'.",
    'tool_choice.type',
    'invalid_value',
  ],
  [
    { input: 'hello', background: 'yes' },
    "Invalid type for 'background': expected a boolean, but got a string instead.",
    'background',
    'invalid_type',
  ],
  [
    { input: 'hello', background: true, store: false },
    "Unsupported parameter: 'background' needs 'store' to be true.",
    'background',
    'unsupported_parameter',
  ],
  [{ prompt: { id: 'pmpt_1' } }, ...unsupported('prompt')],
  [{ input: 'hello', moderation: { model: 'm' } }, ...unsupported('moderation')],
  [{ input: 'hello', access_programs: {} }, ...unsupported('access_programs')],
  [{ input: 'hello', image: {} }, ...unsupported('image')],
])('the body %j is refused', (body, message, param, code) => {
  expect(refusal(body)).toEqual({ status: 400, message, param, code });
});

test('strict rules refuse items that liberal rules keep', () => {
  const body = { input: [{ type: 'thought', text: 'hm' }] };
  expect(parse(body).input).toMatchObject([{ type: 'thought' }]);
  expect(refusal(body, parseStrictly)).toMatchObject({ param: 'input[0]', code: 'invalid_value' });
});

test('a text is one message of the user', () => {
  const [item] = parse({ input: 'hello' }).input;
  expect(item).toMatchObject({ kind: 'minted', type: 'message' });
  expect(JSON.parse(item?.kind === 'minted' ? item.data : '')).toMatchObject({
    type: 'message',
    status: 'completed',
    content: [{ type: 'input_text', text: 'hello' }],
    role: 'user',
  });
});

test('items keep their order, and references stay references', () => {
  const output = { type: 'function_call_output', call_id: 'call_1', output: 'rain' };
  const { input } = parse({ input: [{ id: 'msg_1', type: 'item_reference' }, output] });
  expect(input).toMatchObject([
    { kind: 'reference', id: 'msg_1' },
    { type: 'function_call_output' },
  ]);
});

test('a conversation is given by id or as an object, and needs no input', () => {
  const conversation = { id: 'conv_1', object: 'conversation' };
  const expected = { conversationId: 'conv_1', previousResponseId: undefined, input: [] };
  expect(parse({ conversation: 'conv_1', input: '' })).toMatchObject(expected);
  expect(parse({ conversation })).toMatchObject(expected);
});

test('nulls count as omitted in every parameter', () => {
  const { echo } = parse({ input: 'hello' });
  const names = [
    ...Object.keys(echo),
    'model',
    'stream',
    'stream_options',
    'include',
    'conversation',
  ];
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  const parsed = parse({ ...nulls, image: null, prompt: null, input: 'hello' });
  expect(parsed.echo).toEqual(echo);
  const inner = { reasoning: { effort: null, summary: null }, text: { verbosity: null } };
  expect(parse({ input: 'hello', ...inner }).echo).toEqual(echo);
  expect(parsed).toMatchObject({ model: undefined, store: true, stream: false, include: [] });
});

test('a request without parameters sends none to the model server', () => {
  const { generation } = parse({ input: 'hello', tools: [], include: [] });
  expect(Object.values(generation).filter((value) => value !== undefined)).toEqual([]);
});

test('tools of namespaces are called by name and namespace', () => {
  const tools = [lookup, maps];
  const named = { type: 'function', name: 'get_weather' };
  const { generation } = parse({ input: 'hello', tools, tool_choice: named });
  expect(generation.tools).toMatchObject([
    { type: 'custom', name: 'lookup' },
    { type: 'function', name: 'get_weather', namespace: 'maps' },
    { type: 'custom', name: 'lookup', namespace: 'maps' },
  ]);
  expect(generation.toolChoice).toEqual({
    type: 'tool',
    namespace: 'maps',
    name: 'get_weather',
  });
});

test('allowed tools are the named ones, all of a namespace, or none', () => {
  const choose = (...tools: readonly object[]) =>
    parse({
      input: 'hello',
      tools: [lookup, maps],
      tool_choice: { type: 'allowed_tools', mode: 'required', tools },
    }).generation.toolChoice;
  const allowed = { type: 'allowed', mode: 'required' };
  expect(choose(lookup)).toEqual({ ...allowed, tools: [{ name: 'lookup' }] });
  expect(choose({ type: 'namespace', name: 'maps' })).toEqual({
    ...allowed,
    tools: [
      { namespace: 'maps', name: 'get_weather' },
      { namespace: 'maps', name: 'lookup' },
    ],
  });
  expect(choose()).toEqual({ ...allowed, tools: [] });
});

test('parameters that are configured to pass through go to the model server unchecked', () => {
  const rules = { ...RULES, passThrough: ['top_k', 'stop', 'temperature'] };
  const parsePassing = responseParser(itemContract({ isStrict: false }), rules);
  const { generation } = parsePassing({ input: 'hello', top_k: 5, stop: null, temperature: 0 });
  expect(generation).toMatchObject({ extra: { top_k: 5, stop: null }, temperature: 0 });
  expect(refusal({ input: 'hello', temperature: 'x' }, parsePassing)).toMatchObject({
    param: 'temperature',
  });
});
