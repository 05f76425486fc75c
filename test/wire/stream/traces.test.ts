import { expect, test } from 'vitest';
import { event, streamingServer } from '../../support/streaming-server.ts';
import { attributesOf, traceReceiver } from '../../support/trace-receiver.ts';

test('A stream is a span up to its end, with its first byte as an event', async () => {
  using sink = await traceReceiver();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = sink.url;
  await import('../../../src/telemetry/opentelemetry.ts');
  await using server = await streamingServer(async function* () {
    yield event('toy.first');
    throw new Error('broken');
  });
  await (await fetch(server.url)).text();
  const report = await server.ended();
  await expect.poll(() => sink.spans.some(({ name }) => name === 'GET /stream')).toBe(true);
  const span = sink.spans.find(({ name }) => name === 'GET /stream');
  expect(attributesOf(span)).toMatchObject({
    'http.route': '/stream',
    'error.type': 'internal',
    'colloquy.stream_outcome': 'failed',
  });
  expect(span?.status, 'The span has the status of an error.').toEqual({ code: 2 });
  const [first] = span?.events ?? [];
  expect(first?.name).toBe('first byte');
  const began = BigInt(span?.startTimeUnixNano ?? 0);
  const firstByteMs = (report.stream?.firstByte ?? 0) - report.began;
  const elapsedNs = Number(BigInt(first?.timeUnixNano ?? 0) - began);
  expect(elapsedNs / 1e6).toBeCloseTo(firstByteMs, 0);
});
