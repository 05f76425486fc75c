import { describe, expect, test } from 'vitest';
import type { ModelProfileName, ModelProtocol } from '../../src/options/model-server.ts';
import { startModelServer, type ScriptedAnswer, type Step } from '../support/model-server.ts';
import { readText } from '../support/repository.ts';
import { asking, clientOf, exchange, summary } from './client.ts';

const FOLDER = 'test/fixtures/model-traffic';

interface Expected {
  readonly profile: ModelProfileName;
  readonly protocol: ModelProtocol;
  readonly maxOutputTokens?: number;
  readonly events: readonly string[];
}

// Sound: the file is part of the tests.
const EXPECTED = JSON.parse(readText(`${FOLDER}/expected.json`)) as Readonly<
  Record<string, Expected>
>;

/** Reads a recorded answer: a line with its status, one with its type, an empty one, and its body. */
function recorded(name: string, split: (body: string) => readonly Step[]): ScriptedAnswer {
  const text = readText(`${FOLDER}/${name}.answer`);
  const [head = '', ...rest] = text.split('\n\n');
  const [status, type = ''] = head.split('\n');
  return {
    status: Number(status),
    headers: { 'content-type': type.replace('content-type: ', '') },
    steps: split(rest.join('\n\n')),
  };
}

describe.each(Object.entries(EXPECTED))('the recording %s', (name, expected) => {
  const { profile, protocol, maxOutputTokens, events } = expected;
  const overrides = { profile, protocol };
  const request = asking('Hello', { maxOutputTokens });

  test('a recorded answer yields its events', async () => {
    const answer = recorded(name, (body) => [body]);
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
  await using played = await startModelServer(recorded(`${server}/models`, (body) => [body]));
  using client = clientOf(played.url);
  expect(await client.listModels(new AbortController().signal)).toContainEqual(model);
});
