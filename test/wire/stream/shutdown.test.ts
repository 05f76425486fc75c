import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/index.ts';
import type { Components } from '../../../src/server/components.ts';
import { RunningServer } from '../../../src/server/server.ts';
import { Telemetry } from '../../../src/telemetry/telemetry.ts';
import { obedient, stubborn } from '../../support/producers.ts';
import { event, openStream, streamingServer, terminalsOf } from '../../support/streaming-server.ts';

test('A server that closes lets an open stream end by itself', async () => {
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce);
  using connection = await openStream(server);
  const closing = server.http.close();
  expect(server.answered).toEqual([]);
  release();
  await closing;
  await connection.closed;
  expect(terminalsOf(connection.text())).toEqual(['toy.done']);
  expect((await server.ended()).stream).toMatchObject({ outcome: 'complete' });
});

test('A server that hangs up ends an open stream with its error event', async () => {
  const { seen, produce } = obedient();
  await using server = await streamingServer(produce);
  using connection = await openStream(server);
  await server.http.hangUp();
  await connection.closed;
  expect(terminalsOf(connection.text())).toEqual(['error']);
  expect(connection.text()).toContain('The server is not ready: it is about to stop.');
  expect(connection.text().endsWith('0\r\n\r\n'), 'The body must be whole.').toBe(true);
  expect(seen).toEqual({ reason: 'shutdown', isClosed: true });
  expect(await server.ended()).toMatchObject({
    error: 'not_ready',
    stream: { outcome: 'shutdown' },
  });
  expect(server.audited).toMatchObject([{ outcome: 'shutdown' }]);
  expect(server.failures, 'A shutdown is not a failure of the server.').toEqual([]);
});

test('A server that hangs up abandons a producer that ignores it', async () => {
  const { seen, release, produce } = stubborn();
  await using server = await streamingServer(produce, { callLimits: { graceMs: 20 } });
  using connection = await openStream(server);
  await server.http.hangUp();
  await connection.closed;
  expect(terminalsOf(connection.text())).toEqual(['error']);
  release();
  expect((await server.ended()).stream).toMatchObject({ outcome: 'shutdown' });
  expect(seen.isClosed).toBe(true);
});

test('A server that hangs up does not wait for a client that reads nothing', async () => {
  await using server = await streamingServer(
    async function* () {
      for (;;) yield event('toy.first', { text: 'x'.repeat(1_000_000) });
    },
    { callLimits: { graceMs: 20 } },
  );
  using connection = await openStream(server);
  connection.socket.pause();
  await server.http.hangUp();
  expect((await server.ended()).stream).toMatchObject({ outcome: 'shutdown' });
});

test('A server that hangs up stops the calls that begin meanwhile', async () => {
  const [first, second] = [stubborn(), obedient()];
  const producers = [first, second];
  await using server = await streamingServer((call) => (producers.shift() ?? second).produce(call));
  using _connection = await openStream(server);
  const hungUp = server.http.hangUp();
  const text = await (await fetch(server.url)).text();
  expect(terminalsOf(text)).toEqual(['error']);
  expect(text).toContain('"code":"not_ready"');
  first.release();
  await hungUp;
  await expect
    .poll(() => server.answered.map(({ stream }) => stream?.outcome))
    .toEqual(['shutdown', 'complete']);
});

test('A server sends terminal events at the end of its drain time, before it hangs up', async () => {
  const { produce } = obedient();
  await using server = await streamingServer(produce);
  const config = await loadConfig({ settings: { drainTimeout: 0 } });
  const telemetry = await Telemetry.open(config, undefined, config.database.kind);
  const responses = { stopTaking: () => undefined };
  const keyedResponses = { close: async () => undefined };
  const jobs = { close: async () => undefined };
  const indexer = { stop: () => undefined };
  // Sound: closing a server uses no other component, and there are no turns.
  const components = {
    telemetry,
    responses,
    keyedResponses,
    jobs,
    indexer,
    state: { isClosing: false },
  } as unknown as Components;
  const listeners = { api: server.http, counters: undefined };
  const running = new RunningServer(config, components, listeners, new AsyncDisposableStack());
  using connection = await openStream(server);
  await running.close();
  await connection.closed;
  expect(terminalsOf(connection.text())).toEqual(['error']);
});
