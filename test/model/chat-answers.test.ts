import { describe, expect, test } from 'vitest';
import {
  chunk,
  CUT,
  DONE,
  json,
  sse,
  streamed,
  type ScriptedAnswer,
} from '../support/model-server.ts';
import { asking, exchange, summary, type Overrides } from './client.ts';

async function read(
  answer: ScriptedAnswer,
  overrides: Overrides = {},
): Promise<readonly unknown[]> {
  const { events } = await exchange(answer, asking('Hello'), overrides);
  return summary(events);
}

function usage(figures: object): string {
  return sse({ choices: [], usage: figures });
}

const USAGE = { prompt_tokens: 7, completion_tokens: 2 };
const NO_DETAILS = { cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };

describe('text', () => {
  test('a stream becomes a message, its usage and its end', async () => {
    const answer = streamed(
      chunk({ role: 'assistant', content: null }),
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Two ' }),
      chunk({ content: 'words' }),
      chunk({}, 'stop'),
      usage(USAGE),
      DONE,
    );
    const { events } = await exchange(answer);
    expect(events).toEqual([
      { type: 'started' },
      { type: 'message_started' },
      { type: 'text_delta', text: 'Two ' },
      { type: 'text_delta', text: 'words' },
      { type: 'usage', usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9, ...NO_DETAILS } },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  test('a whole answer in place of a stream has the same events', async () => {
    const whole = { content: 'Two words', refusal: null, tool_calls: [], annotations: [] };
    const answer = json({
      choices: [{ index: 0, message: whole, finish_reason: 'stop' }],
      usage: { ...USAGE, total_tokens: 10 },
    });
    expect(await read(answer)).toEqual([
      'message_started',
      'text_delta: Two words',
      `usage: ${JSON.stringify({ inputTokens: 7, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0, totalTokens: 10 })}`,
      'finish: stop',
    ]);
  });

  test('an answer without any text has only its end', async () => {
    expect(await read(streamed(chunk({ content: '' }), chunk({}, 'stop'), DONE))).toEqual([
      'finish: stop',
    ]);
  });

  test('white space alone is text', async () => {
    expect(await read(streamed(chunk({ content: ' \n' }), chunk({}, 'stop'), DONE))).toEqual([
      'message_started',
      'text_delta:  \n',
      'finish: stop',
    ]);
  });

  test('choices other than the first are dropped', async () => {
    const second = sse({
      choices: [{ index: 1, delta: { content: 'B' }, finish_reason: 'length' }],
    });
    const answer = streamed(second, chunk({ content: 'A' }), second, chunk({}, 'stop'), DONE);
    expect(await read(answer)).toEqual(['message_started', 'text_delta: A', 'finish: stop']);
  });

  test('a refusal and annotations belong to the message', async () => {
    const citation = { url: 'https://a.example', title: 'A', start_index: 1, end_index: 2 };
    const answer = streamed(
      chunk({ content: 'Well' }),
      chunk({ refusal: 'No.' }),
      chunk({ annotations: [{ type: 'url_citation', url_citation: citation }] }, 'stop'),
      DONE,
    );
    expect(await read(answer)).toEqual([
      'message_started',
      'text_delta: Well',
      'refusal_delta: No.',
      `annotation: ${JSON.stringify({ type: 'url_citation', ...citation })}`,
      'finish: stop',
    ]);
  });

  test('log probabilities follow the text that their tokens complete', async () => {
    const entry = (token: string): object => ({ token, logprob: -1, bytes: null, id: 5 });
    const withLogprobs = (content: string, ...tokens: string[]): string =>
      sse({
        choices: [{ index: 0, delta: { content }, logprobs: { content: tokens.map(entry) } }],
      });
    const answer = streamed(
      withLogprobs('', 'a'),
      withLogprobs('ab', 'b'),
      chunk({}, 'stop'),
      DONE,
    );
    const { events } = await exchange(answer);
    expect(events).toContainEqual({
      type: 'logprobs',
      logprobs: [
        { token: 'a', logprob: -1, bytes: [97], top_logprobs: [] },
        { token: 'b', logprob: -1, bytes: [98], top_logprobs: [] },
      ],
    });
  });
});

describe('reasoning', () => {
  const FIELDS = [
    { reasoning: 'Hm' },
    { reasoning_content: 'Hm' },
    { reasoning: 'Hm', reasoning_content: 'Hm' },
    { reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] },
    { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] },
  ];
  test.each(FIELDS)('reasoning is read from %j', async (delta) => {
    const answer = streamed(chunk(delta), chunk({ content: 'Yes' }), chunk({}, 'stop'), DONE);
    expect(await read(answer)).toEqual([
      'reasoning_started',
      'reasoning_delta: Hm',
      'message_started',
      'text_delta: Yes',
      'finish: stop',
    ]);
  });

  test('reasoning after text is a block of its own', async () => {
    const answer = streamed(
      chunk({ reasoning: 'A' }),
      chunk({ content: 'B' }),
      chunk({ reasoning: 'C' }, 'stop'),
      DONE,
    );
    expect(await read(answer)).toEqual([
      'reasoning_started',
      'reasoning_delta: A',
      'message_started',
      'text_delta: B',
      'reasoning_started',
      'reasoning_delta: C',
      'finish: stop',
    ]);
  });

  const TAGGED = ['\n<thi', 'nk>\nIs it ', '</thi', 's? </th', 'ink>', '\n\n', 'It ', '<think> is'];
  test('think tags are reasoning where the profile has them, however they are split', async () => {
    const answer = streamed(
      ...TAGGED.map((content) => chunk({ content })),
      chunk({}, 'stop'),
      DONE,
    );
    expect(await read(answer, { adjustments: { thinkTags: true } })).toEqual([
      'reasoning_started',
      'reasoning_delta: Is it </this?',
      'message_started',
      'text_delta: It <think> is',
      'finish: stop',
    ]);
    expect(await read(answer)).toEqual([
      'message_started',
      `text_delta: ${TAGGED.join('')}`,
      'finish: stop',
    ]);
  });

  test('an unclosed think tag makes all of the text reasoning', async () => {
    const answer = streamed(chunk({ content: '<think>Hm </' }), chunk({}, 'length'), DONE);
    expect(await read(answer, { adjustments: { thinkTags: true } })).toEqual([
      'reasoning_started',
      'reasoning_delta: Hm </',
      'finish: length',
    ]);
  });
});

describe('the end', () => {
  const REASONS: [unknown, string][] = [
    ['stop', 'stop'],
    ['tool_calls', 'stop'],
    ['function_call', 'stop'],
    ['eos', 'stop'],
    ['', 'stop'],
    ['length', 'length'],
    ['max_tokens', 'length'],
    ['model_length', 'length'],
    ['content_filter', 'content_filter'],
    ['SAFETY', 'content_filter'],
  ];
  test.each(REASONS)('the reason %j means %s', async (reason, meaning) => {
    const answer = streamed(
      chunk({ content: 'A' }),
      sse({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }),
      DONE,
    );
    expect((await read(answer)).at(-1)).toBe(`finish: ${meaning}`);
  });

  test.each(['error', 'abort', 'whim'])(
    'the reason "%s" is a failure that names it',
    async (reason) => {
      const { events } = await exchange(streamed(chunk({ content: 'A' }), chunk({}, reason), DONE));
      expect(events.at(-1)).toMatchObject({
        failure: { kind: 'reported', message: expect.stringContaining(`"${reason}"`) },
      });
    },
  );

  test('the mark of the end without a reason completes the answer', async () => {
    expect((await read(streamed(chunk({ content: 'A' }), DONE))).at(-1)).toBe('finish: stop');
  });

  test('the end of the stream after a reason completes the answer', async () => {
    expect((await read(streamed(chunk({ content: 'A' }, 'stop')))).at(-1)).toBe('finish: stop');
    expect((await read(streamed(chunk({ content: 'A' }, 'stop'), CUT))).at(-1)).toBe(
      'finish: stop',
    );
  });

  test('the end of the stream without either is a failure after the text', async () => {
    for (const end of [[], [CUT], ['data: {"choices":[{"ind']]) {
      const { events } = await exchange(streamed(chunk({ content: 'A' }), ...end));
      expect(events).toMatchObject([
        { type: 'started' },
        { type: 'message_started' },
        { type: 'text_delta', text: 'A' },
        { type: 'failure', failure: { kind: 'cut' } },
      ]);
    }
  });

  test('an answer without a choice is malformed', async () => {
    for (const answer of [json({ choices: [] }), streamed(sse({ choices: [] }), DONE)]) {
      const { events } = await exchange(answer);
      expect(events.at(-1)).toMatchObject({ failure: { kind: 'malformed' } });
    }
  });

  test('the last usage counts, wherever it comes', async () => {
    const continuous = (content: string, figures: object): string =>
      sse({ choices: [{ index: 0, delta: { content } }], usage: figures });
    const details = {
      prompt_tokens_details: { cached_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 1 },
    };
    const answer = streamed(
      continuous('A', { prompt_tokens: 7, completion_tokens: 1 }),
      continuous('B', { ...USAGE, ...details, total_tokens: 9 }),
      sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }),
      DONE,
    );
    const { events } = await exchange(answer);
    expect(events.filter(({ type }) => type === 'usage')).toEqual([
      {
        type: 'usage',
        usage: {
          inputTokens: 7,
          cachedTokens: 3,
          cacheWriteTokens: 0,
          outputTokens: 2,
          reasoningTokens: 1,
          totalTokens: 9,
        },
      },
    ]);
  });

  test.each([
    { choices: [], usage: { ...USAGE, prompt_cache_hit_tokens: 4 } },
    { choices: [], usage: { ...USAGE, prompt_tokens_details: null }, timings: { cache_n: 4 } },
  ])('cached tokens are read from %j', async (value) => {
    const { events } = await exchange(streamed(chunk({ content: 'A' }, 'stop'), sse(value), DONE));
    expect(events).toContainEqual({
      type: 'usage',
      usage: expect.objectContaining({ cachedTokens: 4 }),
    });
  });
});
