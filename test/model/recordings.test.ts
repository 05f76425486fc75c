import { describe, expect, test } from 'vitest';
import { startModelServer } from '../support/model-server.ts';
import { recorded, RECORDED } from '../support/recorded-answers.ts';
import { asking, clientOf, exchange, summary } from './client.ts';

describe.each(RECORDED)('the recording %s', (name, expected) => {
  const { profile, protocol, maxOutputTokens, events } = expected;
  const overrides = { profile, protocol };
  const request = asking('Hello', { maxOutputTokens });

  test('a recorded answer yields its events', async () => {
    const answer = recorded(name);
    expect(summary((await exchange(answer, request, overrides)).events)).toEqual(events);
  });

  test('a recorded answer yields the same events when it comes in small pieces', async () => {
    const answer = recorded(name, (body) => {
      const bytes = Buffer.from(body);
      return Array.from({ length: Math.ceil(bytes.length / 7) }, (_step, index) =>
        bytes.subarray(index * 7, index * 7 + 7),
      );
    });
    expect(summary((await exchange(answer, request, overrides)).events)).toEqual(events);
  });
});

test.each([
  ['llamacpp-qwen', { id: 'qwen', ownedBy: 'llamacpp', contextLength: 4096 }],
  ['ollama-qwen', { id: 'qwen:latest', ownedBy: 'library', contextLength: undefined }],
])('the recorded models of %s are listed', async (server, model) => {
  await using played = await startModelServer(recorded(`${server}/models`));
  using client = clientOf(played.url);
  expect(await client.listModels(new AbortController().signal)).toContainEqual(model);
});
