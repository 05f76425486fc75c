import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProcess, urlOf } from '../support/process.ts';
import { attributesOf, traceReceiver } from '../support/trace-receiver.ts';

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
