import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  chunk,
  CUT,
  DONE,
  json,
  SILENCE,
  sse,
  streamed,
  type ScriptedAnswer,
} from '../support/model-server.ts';
import { asking, clientOf, eventsOf, exchange, summary, type Overrides } from './client.ts';

const HELLO = [chunk({ content: 'A' }), chunk({}, 'stop'), DONE];

async function failureOf(answer: ScriptedAnswer, overrides: Overrides = {}): Promise<object> {
  const { events } = await exchange(answer, asking('Hello'), overrides);
  const last = events.at(-1);
  if (last?.type !== 'failure') throw new Error(`no failure, but ${JSON.stringify(last)}`);
  return last.failure;
}

function html(status: number): ScriptedAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    steps: ['<html><title>secret gateway</title></html>'],
  };
}

describe('forms of a stream', () => {
  const TEXT = 'Grüße, 東京 🎈';

  function bytes(text: string): readonly Uint8Array[] {
    return [...Buffer.from(text)].map((byte) => Uint8Array.of(byte));
  }

  const STREAM = [chunk({ content: TEXT }), chunk({}, 'stop'), DONE].join('');
  test.each([
    ['\\n', STREAM],
    ['\\r\\n', STREAM.replaceAll('\n', '\r\n')],
    ['\\r', STREAM.replaceAll('\n', '\r')],
    ['\\n without a space after the colon', STREAM.replaceAll('data: ', 'data:')],
    ['\\n, with comments and other fields', `:\n\n: ping\n\nid: 1\nretry: 5\n${STREAM}:\n\n`],
    ['\\n, after a byte order mark', `\uFEFF${STREAM}`],
    ['\\n, with no empty line at its end', STREAM.trimEnd()],
  ])('a stream with lines ended by %s is read byte by byte', async (_name, text) => {
    const { events } = await exchange(streamed(...bytes(text)));
    expect(summary(events)).toEqual(['message_started', `text_delta: ${TEXT}`, 'finish: stop']);
  });

  test('an event may have several lines of data', async () => {
    const pretty = JSON.stringify(
      { choices: [{ index: 0, delta: { content: 'A' }, finish_reason: 'stop' }] },
      undefined,
      1,
    );
    const { events } = await exchange(streamed(sse(pretty.replaceAll('\n', '\ndata: ')), DONE));
    expect(summary(events)).toEqual(['message_started', 'text_delta: A', 'finish: stop']);
  });

  test('the type of the content is not trusted', async () => {
    const stream = { headers: { 'content-type': 'application/json' }, steps: HELLO };
    expect(summary((await exchange(stream)).events)).toContain('text_delta: A');
    const error = {
      steps: [
        '\n',
        JSON.stringify({ error: { message: 'no memory', code: 500, type: 'server_error' } }),
      ],
    };
    expect(await failureOf(error)).toEqual({
      kind: 'reported',
      message: 'no memory',
      code: 'server_error',
      retryAfterSeconds: undefined,
    });
  });
});

describe('answers that are none', () => {
  test.each<[string, ScriptedAnswer]>([
    ['HTML', html(200)],
    ['an empty body', streamed()],
    ['half of a JSON document', { steps: ['{"choices":[{"mess'] }],
    ['JSON of another shape', json([1, 2])],
    ['an event that is not JSON', streamed('data: Traceback\n\n')],
    ['an event that is not an object', streamed('data: 5\n\n')],
    [
      'compressed content',
      { headers: { 'content-encoding': 'gzip' }, steps: [Uint8Array.of(31, 139, 8)] },
    ],
  ])('%s is malformed', async (_name, answer) => {
    const failure = await failureOf(answer);
    expect(failure).toMatchObject({ kind: 'malformed' });
    expect(JSON.stringify(failure)).not.toContain('secret');
  });

  test('text before a malformed event is reported', async () => {
    const { events } = await exchange(streamed(`${chunk({ content: 'A' })}data: {"choi\n\n`));
    expect(summary(events).slice(0, 2)).toEqual(['message_started', 'text_delta: A']);
    expect(events.at(-1)).toMatchObject({ failure: { kind: 'malformed' } });
  });

  test.each([
    ['an object', { error: { message: 'out of memory', type: 'server_error', code: 500 } }],
    ['a text', { error: 'out of memory' }],
    ['a flat object', { object: 'error', message: 'out of memory', code: 40_303 }],
    ['a typed event', { type: 'error', message: 'out of memory' }],
  ])('an error that %s reports in a stream ends it', async (_name, error) => {
    const { events } = await exchange(streamed(chunk({ content: 'A' }), sse(error), DONE));
    expect(events.slice(0, 3)).toMatchObject([{}, {}, { type: 'text_delta', text: 'A' }]);
    expect(events.slice(3)).toMatchObject([
      { type: 'failure', failure: { kind: 'reported', message: 'out of memory' } },
    ]);
  });

  test('an error in a bare line of a stream ends it', async () => {
    const { events } = await exchange(
      streamed(chunk({ content: 'A' }), '{"error":{"message":"model runner stopped"}}\n'),
    );
    expect(events.at(-1)).toMatchObject({
      failure: { kind: 'reported', message: 'model runner stopped' },
    });
  });

  test('an error as the first event comes without a beginning', async () => {
    const { events } = await exchange(
      streamed(sse({ error: { message: 'prompt is too long', code: 400 } }), DONE),
    );
    expect(events).toMatchObject([{ failure: { kind: 'context_length_exceeded' } }]);
  });
});

describe('refusals', () => {
  test.each<[string, number, unknown, object]>([
    [
      'an error of OpenAI',
      400,
      { error: { message: 'bad temperature', type: 'invalid_request_error', code: 'bad_value' } },
      { kind: 'refused', status: 400, message: 'bad temperature', code: 'bad_value' },
    ],
    [
      'an error whose code is a number',
      500,
      { error: { code: 500, message: 'no image input', type: 'server_error' } },
      { kind: 'refused', status: 500, message: 'no image input', code: 'server_error' },
    ],
    [
      'an error that is a text',
      400,
      { error: 'no model loaded' },
      { kind: 'refused', status: 400, message: 'no model loaded', code: undefined },
    ],
    ['a detail', 404, { detail: 'Not Found' }, { kind: 'refused', message: 'Not Found' }],
    [
      'an unknown model',
      404,
      { error: { message: 'model "x" not found, try pulling it first', code: null } },
      { kind: 'model_not_found', status: 404 },
    ],
    [
      'a long prompt',
      400,
      {
        error: {
          message: 'request (431 tokens) exceeds',
          type: 'exceed_context_size_error',
          code: 400,
        },
      },
      { kind: 'context_length_exceeded', status: 400, code: 'exceed_context_size_error' },
    ],
  ])('%s is read', async (_name, status, body, expected) => {
    expect(await failureOf(json(body, status))).toMatchObject(expected);
  });

  test('HTML and broken JSON are not shown', async () => {
    for (const answer of [html(502), { status: 502, steps: ['{"error": {"mess'] }]) {
      expect(await failureOf(answer)).toEqual({
        kind: 'refused',
        status: 502,
        message: 'the model server answered with status 502',
        code: undefined,
        retryAfterSeconds: undefined,
      });
    }
  });

  test('plain text is shown, at most its first 500 characters', async () => {
    expect(await failureOf({ status: 404, steps: ['404 page not found'] })).toMatchObject({
      message: '404 page not found',
    });
    const failure = await failureOf({ status: 500, steps: ['x'.repeat(100_000)] });
    expect(failure).toMatchObject({ message: 'x'.repeat(500) });
  });

  test('the time after which to try again is passed on', async () => {
    const headers = { 'retry-after': '7' };
    const answer = { status: 429, headers, steps: ['{"error":{"message":"slow down"}}'] };
    expect(await failureOf(answer)).toMatchObject({ status: 429, retryAfterSeconds: 7 });
  });

  test('a redirect is not followed', async () => {
    const headers = { location: 'http://127.0.0.1:1/v1' };
    expect(await failureOf({ status: 307, headers, steps: [] })).toMatchObject({
      kind: 'refused',
      status: 307,
    });
  });
});

describe('silence and size', () => {
  test.each<[string, ScriptedAnswer]>([
    ['nothing', streamed(SILENCE)],
    ['a part of a whole answer', { headers: {}, steps: [SILENCE] }],
  ])('a server that sends %s reaches the limit of the first byte', async (_name, answer) => {
    expect(await failureOf(answer, { limits: { firstByteTimeoutMs: 50 } })).toMatchObject({
      kind: 'timeout_first_byte',
    });
  });

  test('a server that never answers with a head reaches the limit of the first byte', async () => {
    await using server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // Sound: a server that listens on TCP has such an address.
    const { port } = server.address() as AddressInfo;
    const sockets: { destroy(): void }[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    using client = clientOf(`http://127.0.0.1:${port}/v1`, { limits: { firstByteTimeoutMs: 50 } });
    expect(await eventsOf(client)).toMatchObject([{ failure: { kind: 'timeout_first_byte' } }]);
    for (const socket of sockets) socket.destroy();
  });

  test('a server that falls silent reaches the limit of silence', async () => {
    const { events } = await exchange(streamed(chunk({ content: 'A' }), SILENCE), asking('Hello'), {
      limits: { idleTimeoutMs: 50 },
    });
    expect(summary(events).slice(0, 2)).toEqual(['message_started', 'text_delta: A']);
    expect(events.at(-1)).toMatchObject({ failure: { kind: 'idle_timeout' } });
  });

  test('comments are not silence', async () => {
    const ping = [{ kind: 'pause', ms: 60 }, ':\n\n'] as const;
    const { events } = await exchange(
      streamed(':\n\n', ...ping, ...ping, ...ping, ...ping, ...HELLO),
      asking('Hello'),
      { limits: { idleTimeoutMs: 200, firstByteTimeoutMs: 200 } },
    );
    expect(summary(events).at(-1)).toBe('finish: stop');
  });

  test('a server that keeps the stream open after the reason gets no more than the grace time', async () => {
    const { events } = await exchange(
      streamed(chunk({ content: 'A' }, 'stop'), { kind: 'pause', ms: 10 }, ':\n\n', SILENCE),
      asking('Hello'),
      { limits: { usageGraceMs: 50 } },
    );
    expect(summary(events)).toEqual(['message_started', 'text_delta: A', 'finish: stop']);
  });

  test.each<[string, ScriptedAnswer]>([
    ['one line without end', streamed('data: ', { kind: 'flood', text: 'x'.repeat(65_536) })],
    ['one event without end', streamed({ kind: 'flood', text: 'data: x\n' })],
  ])('%s is too large', async (_name, answer) => {
    expect(await failureOf(answer, { limits: { maxEventLength: 100_000 } })).toMatchObject({
      kind: 'too_large',
    });
  });

  test.each<[string, ScriptedAnswer]>([
    ['comments', streamed({ kind: 'flood', text: ': ping\n\n' })],
    ['lines of no meaning', streamed({ kind: 'flood', text: 'x'.repeat(65_536) })],
    ['JSON', streamed('{"a":"', { kind: 'flood', text: 'x'.repeat(65_536) })],
    ['deltas', streamed({ kind: 'flood', text: chunk({ content: 'x'.repeat(1000) }) })],
  ])('an answer of %s without end is too large', async (_name, answer) => {
    expect(await failureOf(answer, { limits: { maxAnswerBytes: 300_000 } })).toMatchObject({
      kind: 'too_large',
    });
  });

  test('a broken connection is a cut', async () => {
    expect(await failureOf({ steps: ['{"choices":', CUT] })).toMatchObject({ kind: 'cut' });
    expect(await failureOf(streamed(CUT))).toMatchObject({ kind: 'cut' });
  });

  test('a server that is not there is unreachable', async () => {
    const { server } = await exchange(streamed(...HELLO));
    using client = clientOf(server.url);
    const [event] = await eventsOf(client);
    expect(event).toMatchObject({
      failure: { kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') },
    });
  });
});
