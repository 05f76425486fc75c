import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { ApiError } from '../../errors/registry.ts';
import { itemContract } from '../../items/contract.ts';
import { responseParser } from '../requests.ts';
import type { Parameter } from './parameter.ts';
import { createResponseBody, ECHO_SCHEMAS, PARAMETERS } from './table.ts';

const contract = itemContract({ isStrict: false });
const parse = responseParser(contract, { maxInputItems: 10 });
const bare = parse({ input: 'hello' });
const takes = Compile(createResponseBody(contract.InputItem, 10));

const schema = { type: 'object', properties: { city: { type: 'string' } } };
const weather = { type: 'function', name: 'get_weather', parameters: schema };

/** Values of parameters, each with its echo and that of an omitted one. */
const ECHOES: Readonly<Record<string, readonly [value: unknown, echo: unknown, omitted: unknown]>> =
  {
    instructions: ['be brief', 'be brief', null],
    previous_response_id: ['resp_1', 'resp_1', null],
    truncation: ['auto', 'auto', 'disabled'],
    moderation: [null, null, null],
    access_programs: [null, null, null],
    max_output_tokens: [16, 16, null],
    temperature: [0, 0, 1],
    top_p: [0.5, 0.5, 1],
    frequency_penalty: [-2, -2, 0],
    presence_penalty: [2, 2, 0],
    top_logprobs: [5, 5, 0],
    text: [
      { format: { type: 'json_schema', name: 'answer', schema } },
      {
        format: { type: 'json_schema', description: null, name: 'answer', schema, strict: false },
        verbosity: 'medium',
      },
      { format: { type: 'text' }, verbosity: 'medium' },
    ],
    reasoning: [
      { effort: 'low', generate_summary: 'auto', mode: 'standard' },
      { context: null, effort: 'low', mode: 'standard', summary: 'auto' },
      { context: null, effort: null, summary: null },
    ],
    tools: [
      [
        weather,
        { type: 'custom', name: 'lookup' },
        { type: 'namespace', name: 'maps', description: 'Maps.', tools: [weather] },
      ],
      [
        { ...weather, description: null, strict: null },
        { type: 'custom', name: 'lookup', format: { type: 'text' } },
        {
          type: 'namespace',
          name: 'maps',
          description: 'Maps.',
          tools: [{ ...weather, description: null, strict: null }],
        },
      ],
      [],
    ],
    tool_choice: ['required', 'required', 'auto'],
    parallel_tool_calls: [false, false, true],
    max_tool_calls: [1, 1, null],
    background: [false, false, false],
    store: [false, false, true],
    metadata: [{ topic: 'rain' }, { topic: 'rain' }, {}],
    service_tier: ['flex', 'flex', 'auto'],
    safety_identifier: ['user-1', 'user-1', null],
    user: ['user-1', 'user-1', null],
    prompt_cache_key: ['key', 'key', null],
    prompt_cache_retention: ['24h', '24h', null],
    prompt_cache_options: [{ mode: 'explicit' }, { mode: 'explicit' }, null],
  };

/** Values of the parameters that the Response object does not repeat. */
const UNREPEATED: Readonly<Record<string, unknown>> = {
  input: [{ role: 'user', content: 'hello' }],
  conversation: { id: 'conv_1' },
  context_management: [{ type: 'compaction', compact_threshold: 1000 }],
  prompt: null,
  image: null,
  model: 'qwen3',
  stream: true,
  stream_options: { include_obfuscation: true },
  include: ['message.output_text.logprobs'],
  client_metadata: { installation: 'x' },
};

/** A body with one parameter, and what that needs. */
function bodyWith(name: string): object {
  const value = ECHOES[name]?.[0] ?? UNREPEATED[name];
  const tools = ['tool_choice', 'parallel_tool_calls'].includes(name) ? { tools: [weather] } : {};
  return { input: 'hello', ...tools, [name]: value };
}

const NAMES = Object.keys(PARAMETERS);
const PASSED = Object.entries<Parameter>(PARAMETERS)
  .filter(([name, { use }]) => use === 'pass' && name !== 'model')
  .map(([name]) => name);

test('every parameter has a sample', () => {
  const samples = [...Object.keys(ECHOES), ...Object.keys(UNREPEATED)];
  expect(NAMES.toSorted(), 'add a sample').toEqual(samples.toSorted());
});

test.each(Object.entries(ECHOES))('%s is repeated', (name, [, echo, omitted]) => {
  const repeated = (body: unknown): unknown =>
    Object.entries(parse(body).echo).find(([field]) => field === name)?.[1];
  expect(repeated(bodyWith(name))).toEqual(echo);
  expect(repeated({ input: 'hello' })).toEqual(omitted);
  const fits = Compile(ECHO_SCHEMAS[name] ?? {});
  expect([echo, omitted].map((value) => fits.Check(value))).toEqual([true, true]);
});

test('a repeated function tool has its keys in the order of OpenAI', () => {
  const [tool] = parse({ input: 'hello', tools: [{ ...weather, defer_loading: true }] }).echo.tools;
  expect(Object.keys(tool ?? {})).toEqual([
    'type',
    'defer_loading',
    'description',
    'name',
    'parameters',
    'strict',
  ]);
});

test.each(PASSED)('%s goes to the model server', (name) => {
  expect(parse(bodyWith(name)).generation).not.toEqual(bare.generation);
});

test.each(NAMES)('the documented body takes %s', (name) => {
  const { [name]: value, ...rest } = bodyWith(name) as Record<string, unknown>;
  expect(takes.Check(value === null ? rest : { ...rest, [name]: value })).toBe(true);
});

test('log probabilities are requested by include or by their number', () => {
  const logprobs = (body: object) => parse({ input: 'hello', ...body }).generation.logprobs;
  expect(logprobs({ include: ['message.output_text.logprobs'] })).toBe(true);
  expect(logprobs({ top_logprobs: 0 })).toBe(true);
  expect(logprobs({ include: ['reasoning.encrypted_content'] })).toBeUndefined();
});

test('the documented body does not take what is refused', () => {
  for (const refused of [
    { prompt: { id: 'pmpt_1' } },
    { tools: [{ type: 'image_generation' }] },
    { inputs: 'hello' },
  ]) {
    expect(takes.Check({ input: 'hello', ...refused }), JSON.stringify(refused)).toBe(false);
  }
});

test('every value of every parameter is taken or refused with a sentence', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(-3, 0.5, 30, '', 'auto', [], {}, { type: 'function' }, [
      { name: 'a' },
    ]),
  );
  const isSettled = (name: string, sent: unknown): boolean => {
    try {
      return parse({ input: 'hello', [name]: sent }) !== undefined;
    } catch (error) {
      return error instanceof ApiError && error.status === 400;
    }
  };
  fc.assert(fc.property(fc.constantFrom(...NAMES), value, isSettled), { numRuns: 2000 });
});
