import { expect, test } from 'vitest';
import type { Call } from '../../../src/wire/http/call.ts';
import { getRequest, openConnection } from '../../support/connection.ts';
import { aborted, obedient, stubborn } from '../../support/producers.ts';
import {
  event,
  openStream,
  streamingServer,
  type StreamingServer,
} from '../../support/streaming-server.ts';

test.each([
  ['hangs up', 'destroy'],
  ['closes its side of the connection', 'end'],
] as const)('A client that %s stops the producer, and its clean-up is awaited', async (_, way) => {
  const { seen, produce } = obedient();
  await using server = await streamingServer(produce);
  using connection = await openStream(server);
  connection.socket[way]();
  const report = await server.ended();
  expect(seen).toEqual({ reason: 'client_gone', isClosed: true });
  expect(report).toMatchObject({ error: undefined, stream: { outcome: 'client_gone' } });
  expect(server.audited).toMatchObject([{ outcome: 'client_gone' }]);
  expect(server.failures).toEqual([]);
});

test('The report of a stream that its client left waits for the clean-up', async () => {
  const { seen, release, produce } = stubborn();
  const left = Promise.withResolvers<void>();
  await using server = await streamingServer((call) => {
    call.signal.addEventListener('abort', () => left.resolve());
    return produce(call);
  });
  using connection = await openStream(server);
  connection.socket.destroy();
  await left.promise;
  // An answer on another connection gives the server time for a report.
  expect((await fetch(`${server.origin}/text`)).status).toBe(200);
  expect(server.answered.filter(({ stream }) => stream !== undefined)).toEqual([]);
  release();
  await expect.poll(() => server.answered.at(-1)?.stream?.outcome).toBe('client_gone');
  expect(seen.isClosed).toBe(true);
});

/** Requests the stream, leaves when the handler has started, and checks that the server reports it. */
async function leaveEarly(server: StreamingServer, started: Promise<void>): Promise<void> {
  using connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/stream'));
  await started;
  connection.socket.destroy();
  expect(await server.ended()).toMatchObject({ status: 499, error: 'client_gone' });
}

test('A client that leaves before the first event stops the producer too', async () => {
  const started = Promise.withResolvers<void>();
  let isClosed = false;
  // oxlint-disable-next-line require-yield
  await using server = await streamingServer(async function* ({ signal }) {
    try {
      started.resolve();
      return await aborted(signal);
    } finally {
      isClosed = true;
    }
  });
  await leaveEarly(server, started.promise);
  expect(isClosed).toBe(true);
  expect(server.audited).toMatchObject([{ outcome: 'client_gone' }]);
  expect(server.failures).toEqual([]);
});

test('A stream that its handler returns after the client has left is not pulled', async () => {
  const started = Promise.withResolvers<void>();
  let pulled = 0;
  await using server = await streamingServer(async ({ signal }) => {
    started.resolve();
    await aborted(signal).catch(() => undefined);
    return (async function* () {
      // Never waits, so that nothing else could run once it is pulled.
      for (; pulled < 1_000; pulled += 1) yield event('toy.first');
      return event('toy.done');
    })();
  });
  await leaveEarly(server, started.promise);
  expect(pulled).toBe(0);
});

test('A producer that waits for room is stopped when its client leaves', async () => {
  let [yielded, isClosed] = [0, false];
  await using server = await streamingServer(async function* () {
    try {
      for (;;) {
        yielded += 1;
        yield event('toy.first', { text: 'x'.repeat(1_000_000) });
      }
    } finally {
      isClosed = true;
    }
  });
  using connection = await openConnection(server.origin);
  connection.socket.pause();
  connection.socket.write(getRequest('/stream'));
  await expect.poll(() => yielded).toBeGreaterThan(0);
  connection.socket.destroy();
  expect((await server.ended()).stream).toMatchObject({ outcome: 'client_gone' });
  expect(isClosed).toBe(true);
});

/** A producer that fails in its clean-up when it is stopped. */
async function* careless({ signal }: Call<unknown>): AsyncGenerator<string, string, void> {
  try {
    yield event('toy.first');
    return await aborted(signal);
  } finally {
    // oxlint-disable-next-line no-unsafe-finally
    throw new Error('clean-up failed');
  }
}

test('An error in the clean-up of a stopped producer is reported', async () => {
  await using server = await streamingServer(careless);
  using connection = await openStream(server);
  connection.socket.destroy();
  expect((await server.ended()).stream).toMatchObject({ outcome: 'client_gone' });
  expect(server.failures).toEqual([new Error('clean-up failed')]);
});

test('A program that throws when it receives an error does not lose the report of the request', async () => {
  const warned = new Promise((resolve) => {
    process.once('warning', resolve);
  });
  await using server = await streamingServer(careless, {
    onServerError: () => {
      throw new Error('program failed');
    },
  });
  using connection = await openStream(server);
  connection.socket.destroy();
  expect((await server.ended()).stream).toMatchObject({ outcome: 'client_gone' });
  expect(await warned).toEqual(new Error('program failed'));
});
