import { expect, test } from 'vitest';
import { getRequest, openConnection, type Connection } from '../../support/connection.ts';
import {
  event,
  streamingServer,
  type Produce,
  type StreamingServer,
} from '../../support/streaming-server.ts';

const CHUNK = event('toy.first', { text: 'x'.repeat(100_000) });
const COUNT = 300;

/** A producer of more than any system's buffers hold, which counts what is pulled. */
function large(): {
  readonly seen: { pulled: number; isClosed: boolean };
  readonly produce: Produce;
} {
  const seen = { pulled: 0, isClosed: false };
  return {
    seen,
    produce: async function* () {
      try {
        while (seen.pulled < COUNT) {
          seen.pulled += 1;
          yield CHUNK;
        }
        return event('toy.done');
      } finally {
        seen.isClosed = true;
      }
    },
  };
}

/** Requests the stream on a connection that reads nothing. */
async function unreadStream({ origin }: StreamingServer): Promise<Connection> {
  const connection = await openConnection(origin);
  connection.socket.pause();
  connection.socket.write(getRequest('/stream'));
  return connection;
}

test('The producer is not pulled while the client does not read, and goes on when it does', async () => {
  const { seen, produce } = large();
  await using server = await streamingServer(produce);
  using connection = await unreadStream(server);
  await expect.poll(() => seen.pulled).toBeGreaterThan(1);
  // Answers on other connections show that the server had time to pull more.
  for (let n = 0; n < 20; n += 1) await (await fetch(`${server.origin}/text`)).text();
  expect(seen.pulled).toBeLessThan(COUNT / 2);
  connection.socket.resume();
  await connection.received('event: toy.done');
  expect(connection.text().match(/event: toy\.first/g)).toHaveLength(COUNT);
});

test('A client that never reads is hung up on after the idle time', async () => {
  const { seen, produce } = large();
  await using server = await streamingServer(produce, { idleTimeoutMs: 100 });
  using _connection = await unreadStream(server);
  const report = await server.ended();
  expect(report.stream).toMatchObject({ outcome: 'client_gone' });
  expect(seen.isClosed).toBe(true);
  expect(seen.pulled).toBeLessThan(COUNT / 2);
});

test('A client that never reads is hung up on after the deadline', async () => {
  const { seen, produce } = large();
  await using server = await streamingServer(produce, {
    callLimits: { deadlineMs: 50, graceMs: 20 },
  });
  using _connection = await unreadStream(server);
  const report = await server.ended();
  expect(report.stream).toMatchObject({ outcome: 'deadline' });
  expect(seen.isClosed).toBe(true);
});

test('A client that takes nothing but the first event has not had the whole stream', async () => {
  await using server = await streamingServer(
    async function* () {
      yield event('toy.first');
      return CHUNK.repeat(COUNT);
    },
    { idleTimeoutMs: 100 },
  );
  using _connection = await unreadStream(server);
  expect((await server.ended()).stream).toMatchObject({ outcome: 'client_gone' });
  expect(server.audited, 'The call itself was completed.').toMatchObject([{ outcome: 'done' }]);
});

test('A client that does not read gets no comments', async () => {
  const { seen, produce } = large();
  await using server = await streamingServer(produce, {
    idleTimeoutMs: 200,
    callLimits: { keepAliveMs: 5 },
  });
  using _connection = await unreadStream(server);
  const { bytesOut } = await server.ended();
  expect(bytesOut).toBe(seen.pulled * Buffer.byteLength(CHUNK));
});
