import { describe, expect, test } from 'vitest';
import type { ServingProcess } from '../../support/faulty.ts';
import { SILENCE, type ScriptedModelServer } from '../../support/model-server.ts';
import {
  ageLeases,
  answerTo,
  refusalOf,
  SHARED_DATABASES,
  startTwo,
  textsOf,
  type SharedDatabase,
} from '../../support/process-turns.ts';

/** The time of a lease, which leases are made older by instead of waiting for it. */
const LEASE_MS = 15_000;
const KEYED = { headers: { 'Idempotency-Key': 'the-key' } };

/** Makes the leases of keys and of turns older, as if their time had passed. */
async function ageAll(database: SharedDatabase): Promise<void> {
  await database.run(
    `UPDATE idempotency_keys SET expires_at = expires_at - ${LEASE_MS} WHERE token IS NOT NULL RETURNING id`,
  );
  await ageLeases(database, LEASE_MS);
}

/** Returns how many keys the database has, and how many of them an attempt holds. */
async function keysOf(database: SharedDatabase): Promise<readonly number[]> {
  const rows = await database.run('SELECT token FROM idempotency_keys');
  return [rows.length, rows.filter(({ token }) => token !== null).length];
}

describe.each(SHARED_DATABASES)('repetitions on %s', (name, openDatabase) => {
  test(`A repetition at another process on ${name} waits for the attempt, and has its outcome`, async () => {
    await using two = await startTwo(openDatabase);
    const { database, model, first, second, id, opened, open } = two;
    model.play((request) => answerTo(request, { before: [opened] }));
    const request = { conversation: id, input: 'hello' };
    const original = first.client.responses.create(request, KEYED);
    await expect.poll(() => model.requests.length).toBe(1);
    const repeated = second.client.responses.create(request, KEYED);
    const other = { conversation: id, input: 'another' };
    const { code } = await refusalOf(second.client.responses.create(other, KEYED));
    expect(code).toBe('idempotency_key_reused');
    await expect
      .poll(() => database.run('SELECT 1 AS one FROM idempotency_keys WHERE awaited_at > 0'))
      .toHaveLength(1);
    open();
    expect(await repeated).toEqual(await original);
    expect(model.requests).toHaveLength(1);
    expect(await textsOf(second.client, id)).toEqual(['hello', 'answer to hello']);
    expect(await keysOf(database)).toEqual([1, 0]);
  });

  test(`A repetition after the death of the process on ${name} is a new attempt, once its lease is over`, async () => {
    await using two = await startTwo(openDatabase);
    const { database, model, first, second, id, opened } = two;
    model.play(
      (request) => answerTo(request, { before: [opened] }),
      (request) => answerTo(request),
    );
    const request = { conversation: id, input: 'hello' };
    const lost = first.client.responses.create(request, KEYED);
    await expect.poll(() => model.requests.length).toBe(1);
    first.child.kill('SIGKILL');
    await expect(lost).rejects.toThrow();
    const repeated = second.client.responses.create(request, KEYED);
    await expect
      .poll(() => database.run('SELECT 1 AS one FROM idempotency_keys WHERE awaited_at > 0'))
      .toHaveLength(1);
    expect(model.requests, 'the lease of the dead process must hold').toHaveLength(1);
    await ageAll(database);
    expect((await repeated).status).toBe('completed');
    expect(await textsOf(second.client, id)).toEqual(['hello', 'answer to hello']);
  });

  test(`An attempt on ${name} that stood still past its lease stores nothing beside the one that took its place`, async () => {
    await using two = await startTwo(openDatabase);
    const { database, model, first, second, opened, open } = two;
    model.play(
      (request) => answerTo(request, { before: [opened] }),
      (request) => answerTo(request),
    );
    const request = { input: 'hello' };
    const overtaken = refusalOf(first.client.responses.create(request, KEYED));
    await expect.poll(() => model.requests.length).toBe(1);
    first.child.kill('SIGSTOP');
    await ageAll(database);
    const taken = await second.client.responses.create(request, KEYED);
    open();
    first.child.kill('SIGCONT');
    expect(await overtaken).toMatchObject({ status: 409, code: 'server_error' });
    const stored = await database.run(`SELECT id FROM responses WHERE status = 'completed'`);
    expect(stored).toEqual([{ id: taken.id }]);
    const again = await first.client.responses.create(request, KEYED);
    expect(again.id).toBe(taken.id);
    expect(model.requests).toHaveLength(2);
  });
});

const [[, openFile]] = SHARED_DATABASES;

/** Sends a request under the key, and leaves when the model has got it. */
async function sendAndLeave(
  { client }: Pick<ServingProcess, 'client'>,
  model: ScriptedModelServer,
  request: { readonly conversation: string; readonly input: string },
): Promise<void> {
  const leaving = new AbortController();
  const left = client.responses.create(request, { ...KEYED, signal: leaving.signal });
  left.catch(() => undefined);
  await expect.poll(() => model.requests.length).toBe(1);
  leaving.abort();
}

test('A response whose client has gone for good is stopped after a while, and its key is free', async () => {
  await using two = await startTwo(openFile);
  const { database, model, first, id } = two;
  model.play({ steps: [SILENCE] }, (request) => answerTo(request));
  const request = { conversation: id, input: 'hello' };
  await sendAndLeave(first, model, request);
  expect(await model.requests[0]?.abandoned).toBe(true);
  await expect.poll(() => keysOf(database)).toEqual([0, 0]);
  expect((await first.client.responses.create(request, KEYED)).status).toBe('completed');
  expect(await textsOf(first.client, id)).toEqual(['hello', 'answer to hello']);
});

test('A response that a repetition waits for goes on without its client, beyond that while', async () => {
  await using two = await startTwo(openFile);
  const { model, first, second, id, opened, open } = two;
  model.play((request) => answerTo(request, { before: [opened] }));
  const request = { conversation: id, input: 'hello' };
  await sendAndLeave(first, model, request);
  const repeated = second.client.responses.create(request, KEYED);
  setTimeout(open, 17_000);
  expect((await repeated).status).toBe('completed');
  expect(model.requests).toHaveLength(1);
});
