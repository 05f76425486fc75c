import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { said } from '../support/chat-answers.ts';
import { chunk, json, startModelServer, streamed } from '../support/model-server.ts';
import { startProcess, urlOf } from '../support/process.ts';
import { attributesOf, traceReceiver, type Span } from '../support/trace-receiver.ts';

const PRELOAD = fileURLToPath(new URL('../../src/telemetry/opentelemetry.ts', import.meta.url));

test('A server ends well although its trace receiver is out of reach', async () => {
  await using server = startProcess(['serve', '--port', '0', '--database-url', 'sqlite::memory:'], {
    environment: {
      NODE_OPTIONS: `--import ${PRELOAD}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    },
  });
  await fetch(`${urlOf(await server.firstLine())}/conversations`);
  server.child.kill('SIGTERM');
  expect((await server.finished()).code).toBe(0);
});

test('A request is a span with its phases as children, and continues the caller’s trace', async () => {
  using sink = await traceReceiver();
  await using server = startProcess(['serve', '--port', '0', '--database-url', 'sqlite::memory:'], {
    environment: {
      NODE_OPTIONS: `--import ${PRELOAD}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    },
  });
  const url = urlOf(await server.firstLine());
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await fetch(`${url}/conversations`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify({ items: [{ role: 'user', content: 'hush-hush' }] }),
  });
  server.child.kill('SIGTERM');
  await server.finished();
  const [root] = sink.spans.filter(({ name }) => name === 'POST /v1/conversations');
  expect(root).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', kind: 2 });
  expect(attributesOf(root)).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/v1/conversations',
    'http.response.status_code': 200,
    'url.path': '/v1/conversations',
  });
  const below = sink.spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
  expect(below.map(({ name }) => name).toSorted()).toEqual(['authorise', 'parse', 'store write']);
  for (const span of below) {
    expect(span.traceId).toBe(traceId);
    expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(
      BigInt(root?.startTimeUnixNano ?? 0),
    );
    expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root?.endTimeUnixNano ?? 0));
  }
  const store = below.find(({ name }) => name === 'store write');
  expect(store?.kind).toBe(3);
  expect(store?.attributes).toContainEqual({
    key: 'db.system.name',
    value: { stringValue: 'sqlite' },
  });
  expect(JSON.stringify(sink.spans)).not.toContain('hush-hush');
});

/** Starts a server whose spans go to a receiver, and runs the requests. Returns the spans when it has ended. */
async function tracedTurns(
  modelUrl: string,
  settings: readonly string[],
  requests: (url: string) => Promise<void>,
): Promise<readonly Span[]> {
  using sink = await traceReceiver();
  const database = ['--database-url', 'sqlite::memory:', '--model-url', modelUrl];
  await using server = startProcess(['serve', '--port', '0', ...database, ...settings], {
    environment: {
      NODE_OPTIONS: `--import ${PRELOAD}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    },
  });
  await requests(urlOf(await server.firstLine()));
  server.child.kill('SIGTERM');
  await server.finished();
  return [...sink.spans];
}

function post(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

test('The call of a model is a span by the conventions for GenAI, without any content', async () => {
  await using model = await startModelServer(
    said('hush-hush'),
    json({ error: { message: 'hush-hush' } }, 500),
  );
  let conversation = '';
  const profile = ['--model-profile', 'vllm'];
  const spans = await tracedTurns(model.url, profile, async (url) => {
    conversation = ((await (await post(`${url}/conversations`, {})).json()) as { id: string }).id;
    const body = { model: 'qwen3', conversation, input: 'hush-hush', instructions: 'hush-hush' };
    expect((await post(`${url}/responses`, body)).status).toBe(200);
    expect((await post(`${url}/responses`, body)).status).toBe(500);
  });
  const roots = spans.filter(({ name }) => name === 'POST /v1/responses');
  expect(roots.map((root) => attributesOf(root)['http.response.status_code'])).toEqual([200, 500]);
  const [done, failed] = spans.filter(({ name }) => name === 'chat qwen3');
  expect(done).toMatchObject({ kind: 3, parentSpanId: roots[0]?.spanId });
  expect(attributesOf(done)).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'vllm',
    'gen_ai.request.model': 'qwen3',
    'gen_ai.conversation.id': conversation,
    'gen_ai.response.finish_reasons': { values: [{ stringValue: 'stop' }] },
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
    'gen_ai.usage.input_tokens': 24,
    'gen_ai.usage.cache_read.input_tokens': 8,
    'gen_ai.usage.output_tokens': 5,
    'gen_ai.usage.reasoning.output_tokens': 2,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(model.url).port),
    'colloquy.model_server': 'default',
    'colloquy.response_id': expect.stringMatching(/^resp_/),
  });
  expect(done?.events?.map(({ name }) => name)).toEqual(['first token']);
  expect(failed).toMatchObject({ parentSpanId: roots[1]?.spanId, status: { code: 2 } });
  expect(attributesOf(failed)).toMatchObject({ 'error.type': 'refused' });
  const below = spans.filter(({ parentSpanId }) => parentSpanId === roots[0]?.spanId);
  expect(new Set(below.map(({ name }) => name))).toEqual(
    new Set(['authorise', 'parse', 'wait', 'chat qwen3', 'store read', 'store write']),
  );
  expect(JSON.stringify(spans)).not.toContain('hush-hush');
});

test('A turn that goes on without its client is a span of its request', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const pieces = Array.from({ length: 200 }, () => [
    chunk({ content: '.' }),
    { kind: 'pause', ms: 10 } as const,
  ]);
  await using model = await startModelServer(
    streamed(...pieces.flat(), promise, ...said('Done').steps),
  );
  const settings = ['--on-disconnect', 'finish'];
  const spans = await tracedTurns(model.url, settings, async (url) => {
    const client = new AbortController();
    const body = { model: 'qwen3', input: 'Hello', stream: true };
    const answer = await post(`${url}/responses`, body, client.signal);
    await answer.body?.getReader().read();
    client.abort();
    const metrics = url.replace('/v1', '/metrics');
    await expect
      .poll(async () => (await fetch(metrics)).text())
      .toContain('colloquy_open_turns{state="detached"} 1');
    resolve();
  });
  const [root] = spans.filter(({ name }) => name === 'POST /v1/responses');
  const calls = spans.filter(({ name }) => name === 'chat qwen3');
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({ parentSpanId: root?.spanId, traceId: root?.traceId });
  expect(attributesOf(calls[0])).toMatchObject({ 'gen_ai.usage.output_tokens': 5 });
  expect(BigInt(calls[0]?.endTimeUnixNano ?? 0)).toBeGreaterThan(
    BigInt(root?.endTimeUnixNano ?? 0),
  );
});
