import { afterAll, afterEach, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import {
  chunk,
  CUT,
  json,
  sse,
  streamed,
  type ScriptedAnswer,
} from '../../support/model-server.ts';
import { eventsOf, itemsOf, MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, server, play } = turns;
afterAll(() => turns[Symbol.asyncDispose]());
// Failures of a model server are reported as errors of the server.
afterEach(() => void server.failures.splice(0));

interface Refused {
  readonly status: number;
  readonly code: string | null;
  readonly param?: string;
  readonly message: RegExp;
}

const BEFORE: [string, ScriptedAnswer, Refused][] = [
  [
    'a refusal',
    json({ error: { message: 'top_p must be positive' } }, 400),
    {
      status: 400,
      code: 'model_server_refusal',
      message: /The model server refused the request: top_p must be/,
    },
  ],
  [
    'a context that is too long',
    json(
      { error: { code: 'context_length_exceeded', message: 'maximum context length is 4096' } },
      400,
    ),
    {
      status: 400,
      code: 'context_length_exceeded',
      param: 'input',
      message: /exceeds the context window of this model.*maximum context length is 4096/,
    },
  ],
  [
    'credentials that it does not accept',
    json({ error: { message: 'Incorrect API key provided' } }, 401),
    { status: 500, code: 'server_error', message: /did not accept the credentials of this server/ },
  ],
  [
    'a status that forbids',
    json({ error: { message: 'no' } }, 403),
    { status: 500, code: 'server_error', message: /did not accept the credentials of this server/ },
  ],
  [
    'too many requests',
    { ...json({ error: { message: 'slow down' } }, 429), headers: { 'retry-after': '7' } },
    { status: 429, code: 'rate_limit_exceeded', message: /try again in 7s\. \(slow down\)/ },
  ],
  [
    'a page of HTML with a stack trace',
    { status: 500, headers: { 'content-type': 'text/html' }, steps: ['<pre>Traceback</pre>'] },
    {
      status: 500,
      code: 'server_error',
      message: /^500 The model server failed: it answered 500$/,
    },
  ],
  [
    'a model that is loading',
    json({ error: { message: 'Loading model' } }, 503),
    { status: 503, code: 'model_server_unavailable', message: /retry in 1s\. \(Loading model\)/ },
  ],
  [
    'an error as its first event',
    streamed(sse({ error: { message: 'out of memory' } })),
    { status: 500, code: 'server_error', message: /The model server failed: out of memory/ },
  ],
  [
    'nothing',
    { steps: [CUT] },
    { status: 500, code: 'server_error', message: /The model server failed/ },
  ],
];

test.each(BEFORE)(
  'a model server that begins with %s is answered with a status, and nothing is stored',
  async (_name, answer, { message, ...refusal }) => {
    const { id: conversation } = await client.conversations.create();
    play(answer);
    for (const stream of [false, true]) {
      await expect(
        client.responses.create({ model: MODEL, input: 'x', conversation, stream }),
      ).rejects.toMatchObject({ ...refusal, message: expect.stringMatching(message) });
    }
    expect(await itemsOf(client, conversation)).toEqual([]);
    play(said('hi'));
    const next = await client.responses.create(
      { model: MODEL, input: 'x', conversation },
      { headers: { 'x-colloquy-when-busy': 'reject' } },
    );
    expect(next.output_text).toBe('hi');
  },
);

test('a client is told when to try again', async () => {
  const headers = { 'retry-after': '7', 'content-type': 'application/json' };
  play({ ...json({ error: { message: 'slow down' } }, 429), headers });
  const error: unknown = await client.responses
    .create({ model: MODEL, input: 'x' })
    .catch((refused: unknown) => refused);
  expect(error).toMatchObject({ status: 429 });
  const answered = error instanceof Error && 'headers' in error ? error.headers : undefined;
  expect(answered instanceof Headers && answered.get('retry-after')).toBe('7');
});

const AFTER: [string, ScriptedAnswer, RegExp][] = [
  [
    'reports an error',
    streamed(chunk({ content: 'half' }), sse({ error: { message: 'out of memory', code: 13 } })),
    /out of memory/,
  ],
  [
    'reports an error as a text',
    streamed(chunk({ content: 'half' }), sse({ error: 'broken' }), sse('[DONE]')),
    /broken/,
  ],
  [
    'ends without a reason and without the mark of the end',
    streamed(chunk({ content: 'half' })),
    /closed the stream before the end/,
  ],
  ['breaks the connection', streamed(chunk({ content: 'half' }), CUT), /The model server failed/],
  [
    'sends what is no JSON',
    streamed(chunk({ content: 'half' }), 'data: {"choi\n\n'),
    /The model server failed/,
  ],
  [
    'ends for an unknown reason',
    streamed(chunk({ content: 'half' }), chunk({}, 'whim'), sse('[DONE]')),
    /"whim"/,
  ],
];

test.each(AFTER)(
  'a stream ends with response.failed alone when the model server %s',
  async (_name, answer, message) => {
    const { id: conversation } = await client.conversations.create();
    play(answer);
    const request = { model: MODEL, input: 'x', conversation };
    const events = await eventsOf(await client.responses.create({ ...request, stream: true }));
    expect(events.map(({ type }) => type)).toContain('response.output_text.delta');
    expect(events.map(({ type }) => type)).not.toContain('error');
    const last = events.at(-1);
    if (last?.type !== 'response.failed') throw new Error('the stream must end with its failure');
    expect(last.response).toMatchObject({
      status: 'failed',
      completed_at: null,
      error: { code: 'server_error', message: expect.stringMatching(message) },
    });
    expect(await client.responses.retrieve(last.response.id)).toMatchObject(last.response);
    expect(await itemsOf(client, conversation)).toEqual([]);
    play(said('hi'));
    expect((await client.responses.create(request)).output_text).toBe('hi');
    expect(await itemsOf(client, conversation)).toHaveLength(2);
  },
);

test.each(AFTER)(
  'a request without a stream is answered with a status when the model server %s',
  async (_name, answer, message) => {
    const { id: conversation } = await client.conversations.create();
    play(answer);
    await expect(
      client.responses.create({ model: MODEL, input: 'x', conversation }),
    ).rejects.toMatchObject({
      status: 500,
      code: 'server_error',
      message: expect.stringMatching(message),
    });
    expect(await itemsOf(client, conversation)).toEqual([]);
  },
);

test('the items that were whole before a failure are in the failed response, and in no conversation', async () => {
  const { id: conversation } = await client.conversations.create();
  play(
    streamed(
      chunk({ reasoning_content: 'hm' }),
      chunk({ content: 'half' }),
      sse({ error: { message: 'out of memory' } }),
    ),
  );
  const final = await client.responses
    .stream({ model: MODEL, input: 'x', conversation })
    .finalResponse();
  expect(final.output.map(({ type }) => type)).toEqual(['reasoning']);
  const stored = await client.responses.retrieve(final.id);
  expect(stored.output).toMatchObject(final.output);
  expect(await itemsOf(client, conversation)).toEqual([]);
});
