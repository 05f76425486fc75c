import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { called, said } from '../support/chat-answers.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunk, CUT, json, streamed, type ScriptedAnswer } from '../support/model-server.ts';
import { startObservedServer, type Line, type ObservedServer } from '../support/observed-server.ts';

const MODEL = 'qwen3:8b';
const OF_MODEL = `server="default",model="${MODEL}"`;

type Fields = Readonly<Record<string, unknown>>;

/** Requests a response, reads it to its end, and returns its body. */
async function ask(
  { url }: ObservedServer,
  fields: Fields = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await fetch(`${url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: MODEL, input: 'Hello', ...fields }),
  });
  return answer.text();
}

async function newConversation({ client }: ObservedServer): Promise<string> {
  return (await client.conversations.create({})).id;
}

/** Makes an answer that says a word, and the rest when it is released. */
function held(): { readonly answer: ScriptedAnswer; readonly release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { steps } = said('Hel', 'lo');
  return {
    answer: streamed(...steps.slice(0, 2), promise, ...steps.slice(2)),
    release: resolve,
  };
}

/** Waits until so many turns are in a state. */
function inState(server: ObservedServer, state: string, count: number): Promise<void> {
  const sample = () => server.sample(`colloquy_open_turns{state="${state}"}`);
  return expect.poll(sample, { message: `turns that are ${state}` }).toBe(count);
}

/** Begins a turn that the model holds, and a second one that waits for it. */
async function twoTurns(server: ObservedServer) {
  const conversation = await newConversation(server);
  const { answer, release } = held();
  server.model.play(answer, said('Done'));
  const first = ask(server, { conversation });
  await inState(server, 'running', 1);
  const second = ask(server, { conversation });
  await inState(server, 'waiting', 1);
  return { release, ended: Promise.all([first, second]) };
}

/** Streams a response, and goes away after the first piece of its text. */
async function leave({ client }: ObservedServer): Promise<void> {
  const stream = await client.responses.create({ model: MODEL, input: 'Hello', stream: true });
  for await (const { type } of stream) if (type === 'response.output_text.delta') break;
}

function times(line: Line | undefined, ...names: readonly string[]): readonly number[] {
  return names.map((name) => Number(line?.[`${name}_ms`]));
}

test('The line of a turn has its model server, its status, its phases and its tokens', async () => {
  await using server = await startObservedServer();
  server.model.play(said('Hel', 'lo'));
  await ask(server, { conversation: await newConversation(server) });
  const [line] = await server.turnLines();
  const number = expect.any(Number);
  expect(line).toEqual({
    level: 'info',
    time: expect.any(String),
    msg: 'request',
    request_id: expect.stringMatching(/^req_/),
    method: 'POST',
    route: '/v1/responses',
    status: 200,
    duration_ms: number,
    tenant: 'default',
    subject_hash: expect.any(String),
    bytes_in: number,
    bytes_out: number,
    model_server: 'default',
    model: MODEL,
    turn_status: 'completed',
    wait_ms: number,
    history_ms: number,
    model_ms: number,
    commit_ms: number,
    model_first_byte_ms: number,
    first_token_ms: number,
    tokens_in: 24,
    tokens_cached: 8,
    tokens_out: 5,
    tokens_reasoning: 2,
  });
  const phases = times(line, 'wait', 'history', 'model', 'commit');
  const sum = phases.reduce((total, ms) => total + ms, 0);
  const [duration = 0, firstByte = 0, firstToken = 0, model = 0] = times(
    line,
    'duration',
    'model_first_byte',
    'first_token',
    'model',
  );
  expect(sum, 'the phases of a turn are parts of its request').toBeLessThanOrEqual(duration + 0.1);
  expect(firstToken).toBeGreaterThanOrEqual(firstByte);
  expect(model).toBeGreaterThanOrEqual(firstToken);
});

test('The metrics count turns by model and status, their tokens by kind, and their items by type', async () => {
  await using server = await startObservedServer();
  server.model.play(said('Hel', 'lo'), called(['f', '{"a":1}', 'call_1']));
  await ask(server, { conversation: await newConversation(server) });
  await ask(server, { stream: true, tools: [{ type: 'function', name: 'f', parameters: null }] });
  await server.turnLines(2);
  const metrics = await server.metrics();
  expect(metrics).toContain(`colloquy_turns_total{${OF_MODEL},status="completed"} 2`);
  expect(metrics, 'only one has a conversation').toContain('colloquy_turn_wait_seconds_count 1');
  expect(metrics).toContain(`colloquy_turn_first_token_seconds_count{${OF_MODEL}} 2`);
  expect(metrics).toContain(`colloquy_turn_duration_seconds_count{${OF_MODEL}} 2`);
  const counts = { input: 48, cached: 16, output: 10, reasoning: 4 };
  for (const [kind, count] of Object.entries(counts)) {
    expect(metrics).toContain(`colloquy_turn_tokens_total{${OF_MODEL},kind="${kind}"} ${count}`);
  }
  expect(metrics).toContain('colloquy_items_total{direction="written",type="message"} 3');
  expect(metrics).toContain('colloquy_items_total{direction="written",type="function_call"} 1');
});

test('A turn is counted as waiting, as running, and then not at all', async () => {
  await using server = await startObservedServer();
  const { release, ended } = await twoTurns(server);
  await inState(server, 'running', 1);
  release();
  await ended;
  await inState(server, 'waiting', 0);
  await inState(server, 'running', 0);
});

test('A turn that finds its conversation busy is refused, and has no model time', async () => {
  await using server = await startObservedServer();
  const conversation = await newConversation(server);
  const { answer, release } = held();
  server.model.play(answer);
  const first = ask(server, { conversation });
  await inState(server, 'running', 1);
  await ask(server, { conversation }, { 'x-colloquy-when-busy': 'reject' });
  const [line] = await server.turnLines();
  expect(line).toMatchObject({ error: 'conversation_locked', turn_status: 'refused' });
  expect(line).not.toHaveProperty('model_ms');
  const metrics = await server.metrics();
  expect(metrics).toContain('status="refused"} 1');
  expect(metrics).not.toContain('colloquy_turn_duration_seconds_count{');
  await inState(server, 'waiting', 0);
  release();
  await first;
});

test.each([
  ['a status', json({ error: { message: 'slow down' } }, 429), false, 'refused'],
  ['the end of the connection', streamed(chunk({ content: 'Hel' }), CUT), false, 'cut'],
  ['the end of the connection', streamed(chunk({ content: 'Hel' }), CUT), true, 'cut'],
])(
  'A model server that fails by %s is counted and logged (%#)',
  async (_, answer, stream, kind) => {
    await using server = await startObservedServer();
    server.model.play(answer);
    await ask(server, { stream });
    const error = kind === 'cut' ? 'model_server_failed' : 'model_server_busy';
    const [line] = await server.turnLines();
    expect(line).toMatchObject({ error, turn_status: 'failed', model_failure: kind });
    expect(line?.['outcome']).toBe(stream ? 'failed' : undefined);
    const failures = `colloquy_model_failures_total{server="default",kind="${kind}"}`;
    expect(await server.sample(failures)).toBe(1);
    const metrics = await server.metrics();
    expect(metrics).toMatch(/colloquy_turns_total\{.*status="failed"\} 1/);
    await inState(server, 'running', 0);
  },
);

test('A response that fails while it is streamed is failed in the audit log', async () => {
  await using folder = await temporaryFolder();
  const log = folder.path('audit.jsonl');
  await using server = await startObservedServer('--audit-log', log);
  server.model.play(streamed(chunk({ content: 'Hel' }), CUT));
  await ask(server, { stream: true });
  const entry = JSON.parse(readFileSync(log, 'utf8')) as Line;
  expect(entry).toMatchObject({ operation: 'createResponse', action: 'create', outcome: 'failed' });
});

test('A model server that cannot list its models is counted as failing', async () => {
  await using server = await startObservedServer();
  server.model.play(json({}, 500));
  await fetch(`${server.url}/models`);
  expect(
    await server.sample('colloquy_model_failures_total{server="default",kind="refused"}'),
  ).toBe(1);
});

test('A turn whose client goes away is cancelled', async () => {
  await using server = await startObservedServer();
  const { answer } = held();
  server.model.play(answer);
  await leave(server);
  const [line] = await server.turnLines();
  expect(line).toMatchObject({ outcome: 'client_gone', turn_status: 'cancelled' });
  expect(await server.metrics()).toContain(`colloquy_turns_total{${OF_MODEL},status="cancelled"}`);
  await inState(server, 'running', 0);
});

test('A turn that goes on without its client has a line of its own when it ends', async () => {
  await using server = await startObservedServer('--on-disconnect', 'finish');
  const { promise, resolve } = Promise.withResolvers<void>();
  const { steps } = said('Hello');
  // A turn notices at its next step that its client has gone.
  const pieces = Array.from({ length: 500 }, () => [
    chunk({ content: '.' }),
    { kind: 'pause', ms: 10 } as const,
  ]);
  server.model.play(streamed(...pieces.flat(), promise, ...steps));
  await leave(server);
  const [request] = await server.turnLines();
  expect(request).toMatchObject({ outcome: 'client_gone', turn_status: 'detached' });
  await inState(server, 'detached', 1);
  await inState(server, 'running', 0);
  resolve();
  const detached = () => server.lines.find(({ msg }) => msg === 'detached turn');
  await expect.poll(detached).toMatchObject({
    level: 'info',
    request_id: request?.['request_id'],
    model: MODEL,
    turn_status: 'completed',
    tokens_out: 5,
  });
  await inState(server, 'detached', 0);
});

test('The time of a model does not make a request slow, and a wait for another turn does', async () => {
  await using server = await startObservedServer('--slow-request', '60000');
  const { release, ended } = await twoTurns(server);
  const now = performance.now.bind(performance);
  // From here on the clock is far ahead.
  performance.now = () => now() + 100_000;
  try {
    release();
    await ended;
  } finally {
    performance.now = now;
  }
  const [one, other] = await server.turnLines(2);
  expect(one).toMatchObject({ msg: 'request', turn_status: 'completed' });
  expect(one?.['model_ms']).toBeGreaterThan(90_000);
  expect(other).toMatchObject({ msg: 'slow request', phase: 'wait' });
  const phases = other?.['phases_ms'] as Record<string, number>;
  expect(phases['wait']).toBeGreaterThan(90_000);
  const sum = Object.values(phases).reduce((total, ms) => total + ms, 0);
  expect(sum).toBeCloseTo(Number(other?.['duration_ms']), 0);
});

test('A turn that has asked its model is a line at the level debug', async () => {
  await using server = await startObservedServer('--log-level', 'debug');
  const { answer, release } = held();
  server.model.play(answer);
  const asked = ask(server);
  await expect
    .poll(() => server.lines.find(({ msg }) => msg === 'model asked'))
    .toMatchObject({
      level: 'debug',
      request_id: expect.stringMatching(/^req_/),
      model_server: 'default',
      turn_status: 'running',
      wait_ms: expect.any(Number),
      history_ms: expect.any(Number),
    });
  release();
  await asked;
});

test('A name of a model that no server has answered for is in no label and no line', async () => {
  await using server = await startObservedServer();
  server.model.play(json({ error: { code: 'model_not_found', message: 'no' } }, 404));
  await ask(server, { model: 'made-up' });
  await server.turnLines();
  const metrics = await server.metrics();
  expect(metrics).toContain('colloquy_turns_total{server="default",model="other",status="failed"}');
  expect(metrics + JSON.stringify(server.lines)).not.toContain('made-up');
});

test('The first fifty models have labels, and those that the operator has named', async () => {
  await using server = await startObservedServer('--default-model', 'named');
  server.model.play(said('Hello'));
  for (let n = 0; n < 55; n += 1) await ask(server, { model: `model-${n}` });
  await ask(server, { model: 'named' });
  await ask(server, { model: 'not a name, but some words' });
  await server.turnLines(57);
  const metrics = await server.metrics();
  const labels = metrics.matchAll(/colloquy_turns_total\{server="default",model="(.*?)",/g);
  const names = [...labels].map(([, name]) => name);
  expect(names).toHaveLength(52);
  expect(names).toEqual(expect.arrayContaining(['model-0', 'model-49', 'named', 'other']));
  expect(metrics).toContain(
    'colloquy_turns_total{server="default",model="other",status="completed"} 6',
  );
  expect(JSON.stringify(server.lines)).not.toContain('some words');
});
