import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, type ServingProcess } from '../../support/faulty.ts';
import {
  chunk,
  CUT,
  DONE,
  json,
  SILENCE,
  sse,
  startModelServer,
  streamed,
  type ScriptedAnswer,
  type ScriptedModelServer,
} from '../../support/model-server.ts';
import { freePort } from '../../support/postgres.ts';
import {
  answerTo,
  assertDense,
  beginTurn,
  refusalOf,
  serveTurns,
  sqliteFile,
  textsOf,
  type SharedDatabase,
} from '../../support/process-turns.ts';

/** The key of the model server, which repeats it wherever it can. */
const KEY = 'sk-model-0123456789abcdef';
const REPEATED = { error: { message: `the key ${KEY} is wrong`, type: 'x', code: null } };
const TIMEOUTS = ['--model-timeout', '2', '--model-idle-timeout', '2'];

let database: SharedDatabase;
let model: ScriptedModelServer;
let server: ServingProcess;

beforeAll(async () => {
  database = await sqliteFile();
  model = await startModelServer();
  server = await serve(
    database.url.replace('sqlite:', ''),
    { environment: { COLLOQUY_MODEL_KEY: KEY } },
    '--model-url',
    model.url,
    '--default-model',
    'm',
    ...TIMEOUTS,
  );
});

afterAll(async () => {
  const requested = model.requests.map(({ headers }) => headers.authorization);
  expect(new Set(requested)).toEqual(new Set([`Bearer ${KEY}`]));
  server.child.kill('SIGTERM');
  const { stderr, code } = await server.finished();
  expect(code).toBe(0);
  expect(stderr).not.toContain(KEY);
  expect(stderr).toContain('request failed');
  await assertDense(database);
  for (const each of [model, server, database]) await each[Symbol.asyncDispose]();
});

function html(status: number): ScriptedAnswer {
  const headers = { 'content-type': 'text/html' };
  return { status, headers, steps: [`<html><title>${KEY}</title></html>`] };
}

function as(contentType: string, answer: ScriptedAnswer): ScriptedAnswer {
  return { ...answer, headers: { 'content-type': contentType } };
}

async function statusesIn(conversation: string): Promise<readonly unknown[]> {
  const rows = await database.run(
    `SELECT status FROM responses WHERE conversation_id = '${conversation}' ORDER BY created_at`,
  );
  return rows.map(({ status }) => status);
}

/** Fails unless nothing but these responses is stored, and a turn can begin at once. */
async function assertUntouched(conversation: string, statuses: readonly string[]): Promise<void> {
  expect(await textsOf(server.client, conversation)).toEqual([]);
  expect(await statusesIn(conversation)).toEqual(statuses);
  model.play((request) => answerTo(request));
  const headers = { 'x-colloquy-when-busy': 'reject' };
  await server.client.responses.create({ conversation, input: 'next' }, { headers });
  expect(await textsOf(server.client, conversation)).toEqual(['next', 'answer to next']);
}

/** The answer of the model server, and the status and code of ours. */
const BEFORE: readonly (readonly [string, ScriptedAnswer, number, string | null])[] = [
  ['status 400', json(REPEATED, 400), 400, 'model_server_refusal'],
  ['status 401', json(REPEATED, 401), 500, 'server_error'],
  ['status 403', json(REPEATED, 403), 500, 'server_error'],
  ['status 404 without a word about the model', json(REPEATED, 404), 404, 'model_server_refusal'],
  [
    'status 404 for the model',
    json({ error: { message: "model 'm' not found", code: 'model_not_found' } }, 404),
    404,
    'model_not_found',
  ],
  ['status 413', json(REPEATED, 413), 413, 'model_server_refusal'],
  ['status 422', json(REPEATED, 422), 422, 'model_server_refusal'],
  ['status 429', json(REPEATED, 429), 429, 'rate_limit_exceeded'],
  ['status 500', json(REPEATED, 500), 500, 'server_error'],
  ['status 502 in HTML', html(502), 500, 'server_error'],
  ['status 503', json(REPEATED, 503), 503, 'model_server_unavailable'],
  ['a page of HTML', html(200), 500, 'server_error'],
  ['an empty body', { steps: [] }, 500, 'server_error'],
  [
    'half of a JSON text',
    as('application/json', streamed('{"choices":[{"mess')),
    500,
    'server_error',
  ],
  ['a JSON text that is cut off', streamed('{"choices":[{"mess', CUT), 500, 'server_error'],
  ['a JSON text of another form', json({ ok: true }), 500, 'server_error'],
  ['an error under status 200', json(REPEATED), 500, 'server_error'],
  ['an error in place of a stream', as('text/event-stream', json(REPEATED)), 500, 'server_error'],
  ['an error as its first event', streamed(sse(REPEATED), DONE), 500, 'server_error'],
  ['an event that is no JSON', streamed('data: {"choi\n\n'), 500, 'server_error'],
  ['a broken connection', streamed(CUT), 500, 'server_error'],
  ['silence', streamed(SILENCE), 503, 'model_server_unavailable'],
  [
    'a line without end',
    streamed('data: {"choices":"', { kind: 'flood', text: 'x'.repeat(65_536) }),
    500,
    'server_error',
  ],
];

describe.each(BEFORE)('a model server that begins with %s', (name, answer, status, code) => {
  test(`A model server that begins with ${name} is answered with status ${status}, with and without a stream`, async () => {
    const { id: conversation } = await server.client.conversations.create();
    for (const stream of [true, false]) {
      model.play(answer);
      const request = { conversation, input: 'asked', stream };
      const refusal = await refusalOf(server.client.responses.create(request));
      expect(refusal).toMatchObject({ status, code });
      expect(refusal.message).not.toContain(KEY);
      expect(refusal.message).not.toContain('<');
    }
    await assertUntouched(conversation, []);
  });
});

const HALF = chunk({ content: 'half ' });

/** The answer of the model server after its first piece. */
const AFTER: readonly (readonly [string, ScriptedAnswer])[] = [
  ['reports an error', streamed(HALF, sse(REPEATED))],
  ['reports an error and ends well', streamed(HALF, sse(REPEATED), DONE)],
  ['reports an error as a bare line', streamed(HALF, `${JSON.stringify(REPEATED)}\n\n`)],
  ['ends without a reason', streamed(HALF)],
  ['breaks the connection', streamed(HALF, CUT)],
  ['breaks the connection in an event', streamed(HALF, 'data: {"choices":[{"del', CUT)],
  ['is silent', streamed(HALF, SILENCE)],
  ['sends an event that is no JSON', streamed(HALF, 'data: {"choi\n\n', DONE)],
  ['goes on with HTML', streamed(HALF, `data: <html>${KEY}</html>\n\n`)],
  [
    'sends a line without end',
    streamed(HALF, 'data: {"x":"', { kind: 'flood', text: 'x'.repeat(65_536) }),
  ],
  ['ends for a reason that is an error', streamed(HALF, chunk({}, 'error'), DONE)],
];

describe.each(AFTER)('a model server that %s after its first piece', (name, answer) => {
  test(`A model server that ${name} after its first piece ends the stream with response.failed alone`, async () => {
    const { id: conversation } = await server.client.conversations.create();
    model.play(answer);
    const turn = await beginTurn(server.client, { conversation, input: 'asked' });
    const last = await turn.ended;
    const types = turn.events.map(({ type }) => type);
    expect(types).toContain('response.output_text.delta');
    expect(types).not.toContain('error');
    expect(types.filter((type) => /failed|completed|incomplete/.test(type))).toEqual([
      'response.failed',
    ]);
    if (last.type !== 'response.failed') throw new Error('the failure must come last');
    expect(last.response.error?.code).toBe('server_error');
    const { error } = await server.client.responses.retrieve(last.response.id);
    expect(error).toEqual(last.response.error);
    expect(JSON.stringify(turn.events)).not.toContain(KEY);
    await assertUntouched(conversation, ['failed']);
  });

  test(`A model server that ${name} after its first piece is answered with a status without a stream`, async () => {
    const { id: conversation } = await server.client.conversations.create();
    model.play(answer);
    const refusal = await refusalOf(server.client.responses.create({ conversation, input: 'x' }));
    expect(refusal).toMatchObject({ status: 500, code: 'server_error' });
    expect(refusal.message).not.toContain(KEY);
    await assertUntouched(conversation, ['failed']);
  });
});

test('The time to wait of a busy model server is passed on', async () => {
  const headers = { 'content-type': 'application/json', 'retry-after': '7' };
  model.play({ ...json(REPEATED, 429), headers });
  const answer = await fetch(`${server.client.baseURL}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'asked', stream: true }),
  });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  expect(answer.headers.get('content-type')).toBe('application/json');
});

test('A key that stands at the end of the longest message is left out, and no part of it is shown', async () => {
  const message = 'x'.repeat(490) + KEY;
  model.play(json({ error: { message } }, 400));
  const refusal = await refusalOf(server.client.responses.create({ input: 'asked' }));
  expect(refusal.message).toContain('xxx');
  expect(refusal.message).not.toContain(KEY.slice(0, 4));
});

test('A model server that cannot be reached is answered with 503, with and without a stream', async () => {
  await using empty = await sqliteFile();
  const url = `http://127.0.0.1:${await freePort()}/v1`;
  await using lonely = await serveTurns(empty, { url });
  const { id: conversation } = await lonely.client.conversations.create();
  for (const stream of [true, false]) {
    const request = { conversation, input: 'asked', stream };
    const { status, code } = await refusalOf(lonely.client.responses.create(request));
    expect([status, code]).toEqual([503, 'model_server_unavailable']);
  }
  expect(await empty.run('SELECT id FROM responses')).toEqual([]);
  expect(await empty.run('SELECT token FROM turns')).toEqual([]);
});

const TEXT = streamed(chunk({ content: 'fine' }), chunk({}, 'stop'), DONE);
const WHOLE = { choices: [{ message: { content: 'fine' }, finish_reason: 'stop' }] };

test.each([
  ['a stream', 'application/json', TEXT],
  ['a stream', 'text/html', TEXT],
  ['a whole answer', 'text/event-stream', json(WHOLE)],
  ['a whole answer', 'text/plain', json(WHOLE)],
])('%s of a model server under the type %s is understood', async (_form, type, answer) => {
  model.play(as(type, answer));
  const turn = await beginTurn(server.client, { input: 'asked' });
  expect((await turn.ended).type).toBe('response.completed');
  const { output_text: text } = await server.client.responses.create({ input: 'asked' });
  expect(text).toBe('fine');
});

test('Ten calls at once, with their arguments in turns, are stored, and go on with their outputs', async () => {
  const { id: conversation } = await server.client.conversations.create();
  const indexes = Array.from({ length: 10 }, (_, index) => index);
  const head = (index: number) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name: 'look', arguments: '{"place":' },
  });
  const rest = (index: number) => ({ index, function: { arguments: `${index}}` } });
  const pieces = [...indexes.map(head), ...indexes.map(rest)];
  model.play(
    streamed(...pieces.map((call) => chunk({ tool_calls: [call] })), chunk({}, 'tool_calls'), DONE),
    (request) => answerTo({ ...request, body: { messages: [{ content: 'ten' }] } }),
  );
  const turn = await beginTurn(server.client, { conversation, input: 'asked' });
  const last = await turn.ended;
  if (last.type !== 'response.completed') throw new Error(JSON.stringify(last));
  expect(last.response.output).toMatchObject(
    indexes.map((index) => ({ call_id: `call_${index}`, arguments: `{"place":${index}}` })),
  );
  const outputs = indexes.map((index) => ({
    type: 'function_call_output' as const,
    call_id: `call_${index}`,
    output: 'seen',
  }));
  const next = await server.client.responses.create({ conversation, input: outputs });
  expect(next.output_text).toBe('answer to ten');
  expect(await textsOf(server.client, conversation)).toHaveLength(1 + 10 + 10 + 1);
});
