import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { getRequest, openConnection } from '../../support/connection.ts';
import { aborted, stubborn } from '../../support/producers.ts';
import {
  event,
  openStream,
  streamingServer,
  terminalsOf,
  type StreamingServer,
} from '../../support/streaming-server.ts';

const COMMENT = ': keep-alive\n\n';

/** Resolves when a connection that began now has been idle for too long. */
async function idleTimePassed({ origin }: StreamingServer): Promise<void> {
  using idle = await openConnection(origin);
  idle.socket.write('GET');
  await idle.closed;
}

test('A silent stream carries comments until its next event', async () => {
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce, { callLimits: { keepAliveMs: 5 } });
  using connection = await openStream(server);
  await expect.poll(() => connection.text().split(COMMENT).length).toBeGreaterThan(2);
  release();
  await connection.received('event: toy.done');
  expect(connection.text().endsWith('0\r\n\r\n')).toBe(true);
  expect(connection.text().lastIndexOf(COMMENT)).toBeLessThan(
    connection.text().indexOf('event: toy.done'),
  );
  const { bytesOut } = await server.ended();
  const comments = connection.text().split(COMMENT).length - 1;
  const events = event('toy.first') + event('toy.done');
  expect(bytesOut).toBe(Buffer.byteLength(events) + comments * COMMENT.length);
});

test('The official client sees no comments', async () => {
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce, { callLimits: { keepAliveMs: 1 } });
  const client = new OpenAI({ baseURL: server.origin, apiKey: 'any', maxRetries: 0 });
  const stream = await client.get<AsyncIterable<{ type: string }>>('/stream', { stream: true });
  const types: string[] = [];
  setTimeout(release, 50);
  for await (const { type } of stream) types.push(type);
  expect(types).toEqual(['toy.first', 'toy.done']);
  expect((await server.ended()).bytesOut).toBeGreaterThan(
    Buffer.byteLength(event('toy.first') + event('toy.done')),
  );
});

test('A silent stream outlives the idle time of connections', async () => {
  const { release, produce } = stubborn();
  await using server = await streamingServer(produce, { idleTimeoutMs: 50 });
  using connection = await openStream(server);
  await idleTimePassed(server);
  release();
  await connection.received('event: toy.done');
  expect((await server.ended()).stream).toMatchObject({ outcome: 'complete' });
});

test('A stream that waits for its first event outlives the idle time of connections', async () => {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  await using server = await streamingServer(
    // oxlint-disable-next-line require-yield
    async function* () {
      started.resolve();
      await gate.promise;
      return event('toy.done');
    },
    { idleTimeoutMs: 50 },
  );
  using connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/stream'));
  await started.promise;
  await idleTimePassed(server);
  gate.resolve();
  await connection.received('event: toy.done');
  expect(terminalsOf(connection.text())).toEqual(['toy.done']);
});

test('A text that is made without the signal is cut off after the idle time', async () => {
  const gate = Promise.withResolvers<string>();
  await using server = await streamingServer(stubborn().produce, {
    idleTimeoutMs: 50,
    text: () => gate.promise,
  });
  using connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/text'));
  await connection.closed;
  expect(connection.text()).toBe('');
  gate.resolve('{}');
  await server.ended();
});

test('A text that is made with the signal outlives the idle time, and stops with its client', async () => {
  const stopped = Promise.withResolvers<unknown>();
  await using server = await streamingServer(stubborn().produce, {
    idleTimeoutMs: 50,
    text: async ({ signal }) => {
      try {
        return await aborted(signal);
      } catch (error) {
        stopped.resolve(error);
        throw error;
      }
    },
  });
  using connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/text'));
  await idleTimePassed(server);
  expect(connection.socket.closed).toBe(false);
  connection.socket.destroy();
  expect(await stopped.promise).toMatchObject({ name: 'CallStopped', reason: 'client_gone' });
  expect(await server.ended()).toMatchObject({ status: 499, error: 'client_gone' });
});
