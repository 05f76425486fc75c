import { describe, expect, test } from 'vitest';
import { MODEL_PROFILES } from '../../src/options/model-server.ts';
import type { ModelRequest } from '../../src/model/port.ts';
import { ANSWER, bodyOf, call, message, messagesOf, output, reasoning } from './chat-context.ts';
import { asking, exchange, type Overrides } from './client.ts';

describe('earlier reasoning', () => {
  const items = [
    message('user', 'One'),
    reasoning('r1'),
    call('a'),
    output('a', '1'),
    reasoning('r2'),
    message('assistant', 'Done'),
    message('user', 'Two'),
    call('b'),
    output('b', '2'),
    reasoning('r3'),
    call('c'),
    output('c', '3'),
    reasoning('alone'),
  ];

  async function kept(overrides: Overrides, fields: Partial<ModelRequest> = {}): Promise<unknown> {
    const messages = (await messagesOf(items, overrides, fields)) as Record<string, unknown>[];
    return messages
      .filter(({ role }) => role === 'assistant')
      .map((sent) => sent['reasoning'] ?? sent['reasoning_content'] ?? null);
  }

  test('reasoning goes back as far as the profile defines, and never as a message of its own', async () => {
    expect(await kept({})).toEqual([null, null, null, 'r3']);
    expect(await kept({}, { reasoningContext: 'all_turns' })).toEqual(['r1', 'r2', null, 'r3']);
    expect(await kept({ adjustments: { reasoningBack: 'all' } })).toEqual(['r1', 'r2', null, 'r3']);
    expect(await kept({ profile: 'openai' }, { reasoningContext: 'all_turns' })).toEqual(
      Array.from({ length: 4 }, () => null),
    );
  });

  test('DeepSeek gets the field with every message that has calls', async () => {
    expect(await kept({ profile: 'deepseek' })).toEqual(['r1', null, '', 'r3']);
  });

  test('the field is named as the server names it', async () => {
    expect(await messagesOf(items, { profile: 'vllm' })).toContainEqual(
      expect.objectContaining({ reasoning: 'r3' }),
    );
    expect(await messagesOf(items, { profile: 'llama-cpp' })).toContainEqual(
      expect.objectContaining({ reasoning_content: 'r3' }),
    );
  });
});

describe('parameters', () => {
  test.each(MODEL_PROFILES)(
    'a plain request has the same fields for the profile %s',
    async (profile) => {
      expect(Object.keys(await bodyOf(asking('Hello'), { profile }))).toEqual([
        'model',
        'stream',
        'stream_options',
        'messages',
      ]);
    },
  );

  test('nothing is sent that the request does not set', async () => {
    expect(await bodyOf(asking('Hello', { tools: [] }))).toEqual({
      model: 'small',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
    });
  });

  test('sampling and limits have the names of Chat Completions', async () => {
    const request = asking('Hello', {
      maxOutputTokens: 20,
      temperature: 0,
      topP: 0.5,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      topLogprobs: 2,
      reasoningEffort: 'minimal',
      verbosity: 'low',
      endUser: 'u1',
      extra: { stop: ['x'], temperature: 1, model: 'other' },
    });
    const shared = {
      model: 'small',
      temperature: 0,
      top_p: 0.5,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      logprobs: true,
      top_logprobs: 2,
      stop: ['x'],
    };
    const generic = await bodyOf(request);
    expect(generic).toMatchObject({ ...shared, max_tokens: 20, reasoning_effort: 'minimal' });
    expect(generic).not.toHaveProperty('verbosity');
    expect(generic).not.toHaveProperty('safety_identifier');
    expect(await bodyOf(request, { profile: 'openai' })).toMatchObject({
      ...shared,
      max_completion_tokens: 20,
      verbosity: 'low',
      safety_identifier: 'u1',
    });
    expect(await bodyOf(request, { profile: 'ollama' })).toMatchObject({ reasoning_effort: 'low' });
  });

  test('a structured format is sent, and fails where the server has none', async () => {
    const format = {
      type: 'json_schema',
      name: 'c',
      schema: { type: 'object' },
      strict: null,
    } as const;
    expect(await bodyOf(asking('Hello', { format }))).toMatchObject({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'c', schema: { type: 'object' } },
      },
    });
    expect(await bodyOf(asking('Hello', { format: { type: 'json_object' } }))).toMatchObject({
      response_format: { type: 'json_object' },
    });
    expect(await bodyOf(asking('Hello', { format: { type: 'text' } }))).not.toHaveProperty(
      'response_format',
    );
    const { events } = await exchange(ANSWER, asking('Hello', { format }), { profile: 'deepseek' });
    expect(events).toMatchObject([{ failure: { kind: 'unsupported', param: 'text.format' } }]);
  });
});
