import { afterAll, expect, test } from 'vitest';
import { boundedModel } from '../../support/bounded-model.ts';
import { said } from '../../support/chat-answers.ts';
import { eventsOf, MODEL, startTurnServer, type TurnServer } from '../../support/turns.ts';

const turns = await startTurnServer('--history', 'repair');
afterAll(() => turns[Symbol.asyncDispose]());

interface Report {
  readonly output_position: number;
  readonly end_position: number;
  readonly time_to_first_token_ms: number | null;
  readonly duration_ms: number | null;
  readonly repairs: Readonly<Record<string, number>> | null;
}

interface Reported {
  readonly id: string;
  readonly status: string;
  readonly output: readonly unknown[];
  readonly instructions: unknown;
  readonly tools: readonly unknown[];
  readonly report?: Report | null;
}

async function get({ server }: TurnServer, path: string): Promise<unknown> {
  const { status, body } = await server.request(`/v1/responses${path}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Returns the responses of a conversation, the oldest first, each with its report, as it is served alone too. */
async function reportsOf(of: TurnServer, conversation: string): Promise<readonly Reported[]> {
  const query = `?conversation=${conversation}&order=asc&include[]=report`;
  // Sound: the answer was checked against the document.
  const { data } = (await get(of, query)) as { readonly data: readonly Reported[] };
  for (const response of data) {
    expect(await get(of, `/${response.id}?include[]=report`)).toEqual(response);
  }
  return data;
}

async function newConversation({ client }: TurnServer): Promise<string> {
  return (await client.conversations.create()).id;
}

const TIMES = { time_to_first_token_ms: expect.any(Number), duration_ms: expect.any(Number) };

test('the report of a response has its times and its place, streamed or whole', async () => {
  const { client, play } = turns;
  play(said('hi'));
  const conversation = await newConversation(turns);
  await client.responses.create({ model: MODEL, input: 'whole', conversation });
  await eventsOf(
    await client.responses.create({ model: MODEL, input: 'streamed', conversation, stream: true }),
  );
  const found = await reportsOf(turns, conversation);
  expect(found.map(({ report }) => report)).toEqual([
    { output_position: 1, end_position: 2, ...TIMES, repairs: {} },
    { output_position: 3, end_position: 4, ...TIMES, repairs: {} },
  ]);
  for (const { report } of found) {
    expect(report?.duration_ms).toBeGreaterThanOrEqual(report?.time_to_first_token_ms ?? Infinity);
  }
});

test('a response has no report without asking for it', async () => {
  const { client, play } = turns;
  play(said('hi'));
  const { id } = await client.responses.create({ model: MODEL, input: 'x' });
  expect(await get(turns, `/${id}`)).not.toHaveProperty('report');
});

test('a response in the background has a report when it has ended', async () => {
  const { client, play } = turns;
  let go = (): void => undefined;
  const promise = new Promise<void>((resolve) => (go = resolve));
  const answer = said('hi');
  play({ ...answer, steps: [{ kind: 'until', promise }, ...answer.steps] });
  const conversation = await newConversation(turns);
  const { id } = await client.responses.create({
    model: MODEL,
    input: 'x',
    conversation,
    background: true,
  });
  expect(await get(turns, `/${id}?include[]=report`)).toMatchObject({ report: null });
  go();
  await expect
    .poll(async () => ((await get(turns, `/${id}`)) as Reported).status)
    .toBe('completed');
  const [{ report } = {}] = await reportsOf(turns, conversation);
  expect(report).toEqual({ output_position: 1, end_position: 2, ...TIMES, repairs: {} });
});

test('a response that has failed stands behind the last item, with the time that it took', async () => {
  const { client, play } = turns;
  const answer = said('hi');
  play(answer, { ...answer, steps: [...answer.steps.slice(0, 1), { kind: 'cut' }] });
  const conversation = await newConversation(turns);
  await client.responses.create({ model: MODEL, input: 'x', conversation });
  const failing = client.responses.create({ model: MODEL, input: 'y', conversation });
  await expect(failing).rejects.toThrow();
  expect(turns.server.failures.splice(0).map(String)).toEqual([expect.stringContaining('broke')]);
  const [, failed] = await reportsOf(turns, conversation);
  expect(failed).toMatchObject({
    status: 'failed',
    report: { output_position: 2, end_position: 2, duration_ms: expect.any(Number), repairs: {} },
  });
});

test('the report counts what was repaired', async () => {
  const { client, play } = turns;
  play(said('hi'));
  const conversation = await newConversation(turns);
  const output = { type: 'function_call_output' as const, call_id: 'call_none', output: 'x' };
  const input = [output, { role: 'user' as const, content: 'y' }];
  await client.responses.create({ model: MODEL, input, conversation });
  const [response] = await reportsOf(turns, conversation);
  expect(response?.report?.repairs).toEqual({ output_without_call: 1 });
});

test('the report counts turns that were left out, and items that a summary stood for', async () => {
  await using bounded = await startTurnServer();
  const { client, model } = bounded;
  model.play(boundedModel({ contextTokens: 2_000 }));
  const conversation = await newConversation(bounded);
  const old = Array.from({ length: 20 }, (_, n) => [
    { role: 'user' as const, content: `${n}`.padEnd(800, 'x') },
    { role: 'assistant' as const, content: `${n}`.padEnd(800, 'x') },
  ]);
  await client.conversations.items.create(conversation, { items: old.flat().slice(0, 20) });
  await client.conversations.items.create(conversation, { items: old.flat().slice(20) });
  const request = { model: MODEL, conversation, input: 'now' };
  await client.responses.create({ ...request, truncation: 'auto' });
  await client.responses.create({
    ...request,
    context_management: [{ type: 'compaction', compact_threshold: 1_000 }],
  });
  const [truncated, compacted] = await reportsOf(bounded, conversation);
  expect(Object.keys(truncated?.report?.repairs ?? {})).toEqual(['truncated_turn']);
  expect(Object.keys(compacted?.report?.repairs ?? {})).toContain('compacted_item');
});

test('large fields are left out on request', async () => {
  const { client, play } = turns;
  play(said('hi'));
  const conversation = await newConversation(turns);
  const tools = [{ type: 'function' as const, name: 'look', parameters: {}, strict: false }];
  const { id } = await client.responses.create({
    model: MODEL,
    input: 'x',
    conversation,
    instructions: 'Be brief',
    tools,
  });
  const without = 'exclude[]=output&exclude[]=instructions&exclude[]=tools';
  const empty = { id, output: [], instructions: null, tools: [] };
  expect(await get(turns, `/${id}?${without}`)).toMatchObject(empty);
  expect(await get(turns, `?conversation=${conversation}&${without}`)).toMatchObject({
    data: [empty],
  });
  expect(await get(turns, `/${id}?exclude[]=output`)).toMatchObject({
    output: [],
    instructions: 'Be brief',
    tools: [{ name: 'look' }],
  });
});

test('a page of responses begins at the position of an item', async () => {
  const { client, play } = turns;
  play(said('hi'));
  const conversation = await newConversation(turns);
  const ids: string[] = [];
  for (const input of ['a', 'b', 'c']) {
    ids.push((await client.responses.create({ model: MODEL, input, conversation })).id);
  }
  const from = async (query: string) => {
    const { data } = (await get(turns, `?conversation=${conversation}&${query}`)) as {
      readonly data: readonly Reported[];
    };
    return data.map(({ id }) => id);
  };
  expect(await from('order=asc&position=3')).toEqual([ids[1], ids[2]]);
  expect(await from('order=asc&position=2')).toEqual([ids[1], ids[2]]);
  expect(await from('order=desc&position=3')).toEqual([ids[1], ids[0]]);
  expect(await from('order=desc&position=2')).toEqual([ids[0]]);
  expect(await from('order=asc&position=6')).toEqual([]);
});
