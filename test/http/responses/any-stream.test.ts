import fc from 'fast-check';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import type { ScriptedAnswer } from '../../support/model-server.ts';
import { chatAnswer, responsesAnswer } from '../../support/random-answers.ts';
import { RECORDED, recorded } from '../../support/recorded-answers.ts';
import { itemsOf, MODEL, startTurnServer, type TurnServer } from '../../support/turns.ts';

const INCLUDE: OpenAI.Responses.ResponseIncludable[] = [
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
];

type Tools = NonNullable<OpenAI.Responses.ResponseCreateParams['tools']>;

const tools: Tools = [
  { type: 'function', name: 'look', parameters: null, strict: null },
  { type: 'custom', name: 'run' },
];

/** Returns a response without the fields that the helpers of the client add. */
function bare(response: object): unknown {
  const added = ['output_text', 'output_parsed', 'parsed', 'parsed_arguments'];
  return JSON.parse(
    JSON.stringify(response, (key, value: unknown) => (added.includes(key) ? undefined : value)),
  );
}

/**
 * Streams an answer through the client's helper, which throws for events that it cannot accumulate, and holds all
 * events, the stored response and the conversation against each other.
 */
async function check({ client, play }: TurnServer, answer: ScriptedAnswer): Promise<void> {
  const { id: conversation } = await client.conversations.create();
  play(answer);
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  const stream = client.responses.stream({
    model: MODEL,
    input: 'x',
    conversation,
    include: INCLUDE,
    tools,
  });
  stream.on('event', (event) => events.push(event));
  const final = await stream.finalResponse().catch((error: unknown) => {
    if (error instanceof OpenAI.APIError && Number(error.status) >= 400) return undefined;
    throw error;
  });
  const items = await itemsOf(client, conversation);
  if (final === undefined) {
    expect(events).toEqual([]);
    expect(items).toEqual([]);
    return;
  }
  const last = events.at(-1);
  const ended = last !== undefined && 'response' in last ? last.response : undefined;
  expect(bare(final)).toEqual(bare(ended ?? {}));
  const stored = await client.responses.retrieve(final.id, { include: INCLUDE });
  expect(bare(stored)).toEqual(bare(final));
  const done = events.flatMap((event) =>
    event.type === 'response.output_item.done' ? [event.item] : [],
  );
  expect(bare(done)).toEqual(bare(final.output));
  const places = events.flatMap((event) =>
    event.type === 'response.output_item.added' ? [event.output_index] : [],
  );
  expect(places.slice(0, done.length)).toEqual([...done.keys()]);
  const isKept = final.status !== 'failed';
  const kept = final.output.filter(
    (item) => !(item.type.endsWith('_call') && 'status' in item && item.status === 'incomplete'),
  );
  const texts = isKept ? kept.map(({ id }) => id) : [];
  expect(items.slice(1).map(({ id }) => id)).toEqual(texts);
  if (isKept) {
    const speaks = final.output.some(({ type }) => type !== 'reasoning');
    expect(speaks, 'an answer must have a message or a call').toBe(true);
  }
}

test.each([
  ['Chat Completions', 'chat', chatAnswer],
  ['a Responses API', 'responses', responsesAnswer],
] as const)(
  'any stream of %s becomes one that the client’s helper accumulates to what is stored',
  async (_name, protocol, answers) => {
    await using turns = await startTurnServer('--model-protocol', protocol);
    await fc.assert(
      fc.asyncProperty(answers, (answer) => check(turns, answer)),
      { numRuns: 150, seed: 47 },
    );
    turns.server.failures.splice(0);
  },
);

test.each(RECORDED)(
  'the recorded answer %s becomes a stream that the client’s helper accumulates',
  async (name, { profile, protocol }) => {
    await using turns = await startTurnServer(
      '--model-profile',
      profile,
      '--model-protocol',
      protocol,
    );
    await check(turns, recorded(name));
    turns.server.failures.splice(0);
  },
);
