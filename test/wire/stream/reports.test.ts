import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { apiError } from '../../../src/contract/errors/registry.ts';
import type { PublishedRequest } from '../../../src/index.ts';
import type { LogOptions } from '../../../src/telemetry/log.ts';
import { Telemetry } from '../../../src/telemetry/telemetry.ts';
import { obedient, stubborn } from '../../support/producers.ts';
import { event, openStream, streamingServer } from '../../support/streaming-server.ts';

type Line = Readonly<Record<string, unknown>>;

/** The log and the metrics of a server. */
async function observed(options: Partial<LogOptions> = {}) {
  const lines: Line[] = [];
  const log = { logLevel: 'debug', logFormat: 'json', slowRequestMs: 0, ...options } as const;
  const write = (line: string): void => void lines.push(JSON.parse(line) as Line);
  const telemetry = await Telemetry.open(log, { write }, 'sqlite');
  await telemetry.measure({
    gauges: () => ({ queued: 0, connections: undefined }),
    databaseBytes: async () => 0,
    openConnections: async () => 0,
    openTurns: () => ({ waiting: 0, running: 0, detached: 0, background: 0 }),
  });
  return {
    telemetry,
    lines,
    line: async (msg: string): Promise<Line | undefined> => {
      await expect.poll(() => lines.some((line) => line['msg'] === msg)).toBe(true);
      return lines.find((line) => line['msg'] === msg);
    },
    sample: async (name: string): Promise<number | undefined> => {
      const text = await telemetry.metricsText();
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    },
  };
}

const TOTAL = (outcome: string) =>
  `colloquy_http_streams_total{route="/stream",outcome="${outcome}"}`;

test('An open stream is logged and counted as begun, and not yet as a request', async () => {
  const { release, produce } = stubborn();
  const { telemetry, lines, line, sample } = await observed();
  await using server = await streamingServer(produce, { observer: telemetry });
  using connection = await openStream(server);
  expect(await line('stream began')).toEqual({
    level: 'debug',
    time: expect.any(String),
    msg: 'stream began',
    request_id: expect.stringMatching(/^req_/),
    method: 'GET',
    route: '/stream',
    first_byte_ms: expect.any(Number),
  });
  expect(lines).toHaveLength(1);
  expect(await sample('colloquy_http_open_streams')).toBe(1);
  release();
  await connection.received('event: toy.done');
  const ended = await line('request');
  expect(ended).toEqual({
    level: 'info',
    time: expect.any(String),
    msg: 'request',
    request_id: lines[0]?.['request_id'],
    method: 'GET',
    route: '/stream',
    status: 200,
    duration_ms: expect.any(Number),
    first_byte_ms: lines[0]?.['first_byte_ms'],
    outcome: 'complete',
    tenant: expect.any(String),
    subject_hash: expect.any(String),
    bytes_in: 0,
    bytes_out: Buffer.byteLength(event('toy.first') + event('toy.done')),
  });
  expect(await sample('colloquy_http_open_streams')).toBe(0);
  expect(await sample(TOTAL('complete'))).toBe(1);
  expect(await sample('colloquy_http_stream_first_byte_seconds_count{route="/stream"}')).toBe(1);
});

test('A stream that a client leaves is no longer counted as open', async () => {
  const { telemetry, line, sample } = await observed();
  await using server = await streamingServer(obedient().produce, { observer: telemetry });
  using connection = await openStream(server);
  connection.socket.destroy();
  expect(await line('request')).toMatchObject({ status: 200, outcome: 'client_gone' });
  expect(await sample('colloquy_http_open_streams')).toBe(0);
  expect(await sample(TOTAL('client_gone'))).toBe(1);
});

test('A stream that fails is logged with its error', async () => {
  const { telemetry, line, sample } = await observed();
  await using server = await streamingServer(
    async function* () {
      yield event('toy.first');
      throw apiError('conversation_not_found', { id: 'conv_1' });
    },
    { observer: telemetry },
  );
  await (await fetch(server.url)).text();
  expect(await line('request')).toMatchObject({
    status: 200,
    error: 'conversation_not_found',
    outcome: 'failed',
  });
  expect(await sample(TOTAL('failed'))).toBe(1);
});

test('A stream is slow when its first byte is late, however long the rest takes', async () => {
  const { release, produce } = stubborn();
  const { telemetry, line } = await observed({ slowRequestMs: 1_000 });
  await using server = await streamingServer(produce, { observer: telemetry });
  using connection = await openStream(server);
  const now = performance.now.bind(performance);
  // From here on the clock is ten seconds ahead.
  performance.now = () => now() + 10_000;
  try {
    release();
    await connection.received('event: toy.done');
    const ended = await line('request');
    expect(ended?.['duration_ms']).toBeGreaterThan(9_000);
  } finally {
    performance.now = now;
  }
});

test('A stream whose first byte is late is logged as slow, with its phases until then', async () => {
  const { telemetry, line } = await observed({ slowRequestMs: 1 });
  await using server = await streamingServer(
    async function* () {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield event('toy.first');
      return event('toy.done');
    },
    { observer: telemetry },
  );
  await (await fetch(server.url)).text();
  const slow = await line('slow request');
  const phases = Object.values(slow?.['phases_ms'] as Record<string, number>);
  const sum = phases.reduce((total, ms) => total + ms, 0);
  expect(sum).toBeCloseTo(Number(slow?.['first_byte_ms']), 0);
});

test('A completed stream of a changing operation is audited as done', async () => {
  await using server = await streamingServer(async function* () {
    yield event('toy.first');
    expect(server.audited, 'The end is recorded, not the begin.').toEqual([]);
    return event('toy.done');
  });
  await (await fetch(server.url)).text();
  await server.ended();
  expect(server.failures).toEqual([]);
  expect(server.audited).toMatchObject([{ operation: 'stream', outcome: 'done' }]);
});

test('The end of a stream is recorded before its terminal event is sent', async () => {
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce);
  using connection = await openStream(server);
  connection.socket.on('data', (chunk: Buffer) => {
    if (chunk.includes('toy.done')) expect(server.audited).toHaveLength(1);
  });
  release();
  await connection.received('event: toy.done');
});

test('The diagnostics channel gets one message a stream, when it has ended', async () => {
  const messages: PublishedRequest[] = [];
  const listener = (message: unknown): void => void messages.push(message as PublishedRequest);
  subscribe('colloquy:request', listener);
  try {
    const { release, produce } = stubborn();
    await using server = await streamingServer(produce);
    using connection = await openStream(server);
    expect(messages).toEqual([]);
    release();
    await connection.received('event: toy.done');
    await server.ended();
    expect(messages).toMatchObject([{ path: '/stream', stream: { outcome: 'complete' } }]);
    const [{ began, ended, stream } = { began: 0, ended: 0, stream: undefined }] = messages;
    expect(stream?.firstByte).toBeGreaterThanOrEqual(began);
    expect(ended).toBeGreaterThanOrEqual(stream?.firstByte ?? Infinity);
  } finally {
    unsubscribe('colloquy:request', listener);
  }
});

test('An observer that throws does not harm the stream', async () => {
  const fail = (): never => {
    throw new Error('observer failed');
  };
  const warnings: unknown[] = [];
  process.on('warning', (warning) => warnings.push(warning));
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce, {
    observer: { began: fail, answered: fail },
  });
  using connection = await openStream(server);
  release();
  await connection.received('event: toy.done');
  await expect.poll(() => warnings.length).toBe(2);
  process.removeAllListeners('warning');
});
