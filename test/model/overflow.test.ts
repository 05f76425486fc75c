import { expect, test } from 'vitest';
import { json } from '../support/model-server.ts';
import { exchange } from './client.ts';

/** Messages of model servers, with the tokens of the context and of the request in them. */
const MESSAGES: readonly (readonly [string, string, number | undefined, number | undefined])[] = [
  [
    'llama.cpp',
    'request (40030 tokens) exceeds the available context size (4096 tokens), try increasing it',
    4096,
    40_030,
  ],
  [
    'vLLM',
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion). Please reduce the length of the messages or completion.",
    4096,
    4500,
  ],
  [
    'a newer vLLM',
    "This model's maximum context length is 4096 tokens. However, your request has 4500 input tokens. Please reduce the length of the input messages.",
    4096,
    4500,
  ],
  [
    'the engine of vLLM',
    'The decoder prompt (length 4500) is longer than the maximum model length of 4096.',
    4096,
    4500,
  ],
  [
    'SGLang',
    "The input (4500 tokens) is longer than the model's context length (4096 tokens).",
    4096,
    4500,
  ],
  [
    'LM Studio',
    'Trying to keep the first 4500 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens.',
    4096,
    4500,
  ],
  [
    'OpenAI',
    "This model's maximum context length is 128,000 tokens. However, your messages resulted in 130,001 tokens.",
    128_000,
    130_001,
  ],
  ['a hosted service', 'prompt is too long: 210000 tokens > 200000 maximum', 200_000, 210_000],
  [
    'a server without figures',
    'Your input exceeds the context window of this model.',
    undefined,
    undefined,
  ],
];

test.each(MESSAGES)(
  'the figures of an overflow are read from the message of %s',
  async (_name, message, contextTokens, requestTokens) => {
    const { events } = await exchange(json({ error: { message } }, 400));
    expect(events).toMatchObject([
      {
        type: 'failure',
        failure: { kind: 'context_length_exceeded', message, contextTokens, requestTokens },
      },
    ]);
  },
);
