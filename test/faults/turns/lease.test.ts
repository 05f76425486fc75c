import { describe, expect, test } from 'vitest';
import { startModelServer } from '../../support/model-server.ts';
import {
  ageLeases,
  answerTo,
  assertDense,
  beginTurn,
  gate,
  refusalOf,
  responseIdOf,
  serveTurns,
  SHARED_DATABASES,
  textsOf,
  type SharedDatabase,
  startTwo,
} from '../../support/process-turns.ts';

/** The time of a lease, which leases are made older by instead of waiting for it. */
const LEASE_MS = 15_000;
const OVERTAKEN =
  'The turn of this response has ended before it: the conversation was deleted for a moment, or this server was silent for too long and another response has begun. Please send the request again.';

async function expiryOf(database: SharedDatabase): Promise<number> {
  const [turn] = await database.run('SELECT expires_at FROM turns');
  return Number(turn?.['expires_at'] ?? 0);
}

describe.each(SHARED_DATABASES)('leases on %s', (name, openDatabase) => {
  test(`A process on ${name} that stood still past its lease writes no item when it goes on`, async () => {
    await using two = await startTwo(openDatabase);
    const { database, model, first, second, id, opened, open } = two;
    model.play(
      (request) => answerTo(request, { between: [opened] }),
      (request) => answerTo(request),
    );
    const overtaken = await beginTurn(first.client, { conversation: id, input: 'overtaken' });
    const responseId = await responseIdOf(overtaken);
    first.child.kill('SIGSTOP');
    await ageLeases(database, LEASE_MS);
    const other = await beginTurn(second.client, { conversation: id, input: 'other' });
    expect((await other.ended).type).toBe('response.completed');
    open();
    first.child.kill('SIGCONT');
    const error = { code: 'server_error', message: OVERTAKEN };
    const last = await overtaken.ended;
    expect(last).toMatchObject({ type: 'response.failed', response: { error } });
    expect(overtaken.events.filter(({ type }) => type === 'response.failed')).toHaveLength(1);
    const stored = await second.client.responses.retrieve(responseId);
    expect(stored).toMatchObject({ status: 'failed', error });
    expect(await textsOf(second.client, id)).toEqual(['other', 'answer to other']);
    // The process that was overtaken takes its next turn as any other.
    await first.client.responses.create({ conversation: id, input: 'next' });
    expect(await textsOf(second.client, id)).toHaveLength(4);
    await assertDense(database);
  });

  test(`A turn on ${name} that is overtaken before the first byte of its answer is refused with a status`, async () => {
    await using two = await startTwo(openDatabase);
    const { database, model, first, second, id, opened, open } = two;
    model.play(
      () => ({ steps: [opened] }),
      (request) => answerTo(request, { between: [opened] }),
    );
    const streamed = refusalOf(
      first.client.responses.create({ conversation: id, input: 'overtaken', stream: true }),
    );
    await expect.poll(() => model.requests.length).toBe(1);
    first.child.kill('SIGSTOP');
    await ageLeases(database, LEASE_MS);
    const other = await beginTurn(second.client, { conversation: id, input: 'other' });
    first.child.kill('SIGCONT');
    expect(await streamed).toEqual({
      status: 409,
      code: 'server_error',
      message: `409 ${OVERTAKEN}`,
    });
    open();
    expect((await other.ended).type).toBe('response.completed');
    expect(await textsOf(first.client, id)).toEqual(['other', 'answer to other']);
  });

  test(`A process on ${name} that was killed frees its conversation when its lease is over`, async () => {
    await using two = await startTwo(openDatabase, '--turn-wait', '600');
    const { database, model, first, second, id, opened, open } = two;
    model.play(
      (request) => answerTo(request, { before: [opened] }),
      (request) => answerTo(request),
    );
    const lost = await beginTurn(first.client, { conversation: id, input: 'lost' });
    first.child.kill('SIGKILL');
    await expect(lost.ended).rejects.toThrow();
    open();
    expect(await expiryOf(database)).toBeLessThanOrEqual(Date.now() + LEASE_MS);
    const request = { conversation: id, input: 'next' };
    const headers = { 'x-colloquy-when-busy': 'reject' };
    const { code } = await refusalOf(second.client.responses.create(request, { headers }));
    expect(code).toBe('conversation_locked');
    const waiting = second.client.responses.create(request);
    await ageLeases(database, LEASE_MS - 1_000);
    expect((await waiting).status).toBe('completed');
    expect(await textsOf(second.client, id)).toEqual(['next', 'answer to next']);
  });

  test(`A turn on ${name} that takes longer than its lease is renewed, and keeps others out`, async () => {
    await using database = await openDatabase();
    await using model = await startModelServer();
    await using first = await serveTurns(database, model);
    const { id } = await first.client.conversations.create();
    const { opened, open } = gate();
    model.play((request) => answerTo(request, { before: [opened] }));
    const turn = await beginTurn(first.client, { conversation: id, input: 'long' });
    await ageLeases(database, LEASE_MS - 6_000);
    const before = await expiryOf(database);
    await expect.poll(() => expiryOf(database)).toBeGreaterThan(before + 5_000);
    open();
    expect((await turn.ended).type).toBe('response.completed');
    expect(await database.run('SELECT token FROM turns')).toEqual([]);
  });
});
