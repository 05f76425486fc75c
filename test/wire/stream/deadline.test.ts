import { expect, test } from 'vitest';
import { aborted, obedient, stubborn } from '../../support/producers.ts';
import { event, streamingServer, terminalsOf } from '../../support/streaming-server.ts';

test('A producer that obeys its deadline ends with the error event of the deadline', async () => {
  const { seen, produce } = obedient();
  await using server = await streamingServer(produce, { callLimits: { deadlineMs: 50 } });
  const response = await fetch(server.url);
  const text = await response.text();
  expect(terminalsOf(text)).toEqual(['error']);
  expect(text).toContain('"code":"deadline_exceeded"');
  expect(seen).toEqual({ reason: 'deadline', isClosed: true });
  expect(await server.ended()).toMatchObject({
    error: 'deadline_exceeded',
    stream: { outcome: 'deadline' },
  });
  expect(server.audited).toMatchObject([{ outcome: 'deadline' }]);
  expect(server.failures, 'A deadline is not a failure of the server.').toEqual([]);
});

test('A producer that ignores its deadline is abandoned after the grace time', async () => {
  const { seen, release, produce } = stubborn();
  await using server = await streamingServer(produce, {
    callLimits: { deadlineMs: 20, graceMs: 20 },
  });
  const text = await (await fetch(server.url)).text();
  expect(terminalsOf(text)).toEqual(['error']);
  expect(seen.isClosed, 'The client does not wait for the clean-up.').toBe(false);
  expect(server.answered, 'The report waits for the clean-up.').toEqual([]);
  release();
  expect((await server.ended()).stream).toMatchObject({ outcome: 'deadline' });
  expect(seen.isClosed).toBe(true);
});

test('A producer that completes within the grace time has completed', async () => {
  await using server = await streamingServer(
    async function* ({ signal }) {
      yield event('toy.first');
      await aborted(signal).catch(() => undefined);
      // Storing what there is takes a moment.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return event('toy.done');
    },
    { callLimits: { deadlineMs: 20 } },
  );
  expect(terminalsOf(await (await fetch(server.url)).text())).toEqual(['toy.done']);
  expect((await server.ended()).stream).toMatchObject({ outcome: 'complete' });
  expect(server.audited).toMatchObject([{ outcome: 'done' }]);
});

test.each([
  ['obeys', obedient],
  ['ignores', stubborn],
] as const)(
  'A deadline before the first event that the producer %s is a 504 with the error as JSON',
  async (_, make) => {
    const { seen, release, produce } = make();
    await using server = await streamingServer(
      (call) => {
        const inner = produce(call);
        // Swallows the first event, so that the producer is stopped before there is one.
        return (async function* () {
          await inner.next();
          return yield* inner;
        })();
      },
      { callLimits: { deadlineMs: 20, graceMs: 20 } },
    );
    const response = await fetch(server.url);
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ error: { code: 'deadline_exceeded' } });
    release();
    expect(await server.ended()).toMatchObject({ status: 504, error: 'deadline_exceeded' });
    await expect.poll(() => seen.isClosed).toBe(true);
    expect(server.audited).toMatchObject([{ outcome: 'deadline' }]);
  },
);

test('A producer that is abandoned before its first event is closed when it yields one', async () => {
  const gate = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  await using server = await streamingServer(
    async function* () {
      try {
        await gate.promise;
        yield event('toy.first');
        return event('toy.done');
      } finally {
        closed.resolve();
      }
    },
    { callLimits: { deadlineMs: 20, graceMs: 20 } },
  );
  expect((await fetch(server.url)).status).toBe(504);
  gate.resolve();
  await closed.promise;
});
