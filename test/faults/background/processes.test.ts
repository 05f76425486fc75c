import { describe, expect, test } from 'vitest';
import { chunk, DONE, SILENCE, streamed } from '../../support/model-server.ts';
import {
  ageLeases,
  answerTo,
  beginTurn,
  refusalOf,
  responseIdOf,
  SHARED_DATABASES,
  serveTurns,
  startTwo,
  textsOf,
} from '../../support/process-turns.ts';

const LEASE_MS = 15_000;
const ENDLESS = streamed(chunk({ content: 'well' }), SILENCE);
const CANCELLED = { status: 'cancelled', output: [], error: null };
const INTERRUPT = { headers: { 'x-colloquy-when-busy': 'interrupt' } };
/** Settings of a process that queues responses and makes none. */
const MAKES_NONE = ['--background-limit', '0'];

describe.each(SHARED_DATABASES)('two processes on %s', (name, openDatabase) => {
  test(`A response of a killed process on ${name} is made by another one, when no model was asked`, async () => {
    await using two = await startTwo(openDatabase, ...MAKES_NONE);
    const { database, model, first, second, id: conversation } = two;
    model.play((request) => answerTo(request));
    first.child.kill('SIGKILL');
    const request = { input: 'asked', conversation, background: true } as const;
    const { id } = await second.client.responses.create(request);
    expect((await second.client.responses.retrieve(id)).status).toBe('queued');
    second.child.kill('SIGKILL');
    await using third = await serveTurns(database, model);
    await expect
      .poll(() => third.client.responses.retrieve(id))
      .toMatchObject({ status: 'completed', output_text: 'answer to asked' });
    expect(model.requests).toHaveLength(1);
    expect(await textsOf(third.client, conversation)).toEqual(['asked', 'answer to asked']);
  });

  test(`A response of a killed process on ${name} fails with a reason, when a model was asked`, async () => {
    await using two = await startTwo(openDatabase, ...MAKES_NONE);
    const { database, model, first, second, id: conversation } = two;
    model.play(ENDLESS, (request) => answerTo(request));
    const request = { input: 'lost', conversation, background: true, stream: true } as const;
    const turn = await beginTurn(first.client, request);
    const id = await responseIdOf(turn);
    await turn.reached('response.output_text.delta');
    first.child.kill('SIGKILL');
    await using third = await serveTurns(database, model);
    expect((await second.client.responses.retrieve(id)).status).toBe('in_progress');
    await ageLeases(database, LEASE_MS);
    const message = expect.stringMatching(/^The process that made the response has stopped/);
    await expect
      .poll(() => second.client.responses.retrieve(id))
      .toMatchObject({ status: 'failed', error: { code: 'server_error', message } });
    expect(model.requests).toHaveLength(1);
    const after = turn.events.at(-1)?.sequence_number ?? -1;
    const rest = [];
    const query = { stream: true, starting_after: after } as const;
    for await (const event of await third.client.responses.retrieve(id, query)) rest.push(event);
    expect(rest.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { error: { message } },
    });
    expect(rest.map((event) => event.sequence_number)).toEqual(
      rest.map((_, index) => after + 1 + index),
    );
    await third.client.responses.create({ input: 'next', conversation });
    expect(await textsOf(third.client, conversation)).toEqual(['next', 'answer to next']);
  });

  test(`A response on ${name} is cancelled through another process, which frees its conversation at once`, async () => {
    await using two = await startTwo(openDatabase, ...MAKES_NONE);
    const { model, first, second, id: conversation } = two;
    model.play(ENDLESS, (request) => answerTo(request));
    const request = { input: 'long', conversation, background: true } as const;
    const { id } = await first.client.responses.create(request);
    await expect.poll(() => model.requests.length).toBe(1);
    expect(await second.client.responses.cancel(id)).toMatchObject(CANCELLED);
    await second.client.responses.create({ input: 'next', conversation });
    expect(await model.requests[0]?.abandoned, 'the model server must be left').toBe(true);
    expect(await first.client.responses.retrieve(id)).toMatchObject(CANCELLED);
    expect(await textsOf(first.client, conversation)).toEqual(['next', 'answer to next']);
  });

  test(`A turn on ${name} is interrupted through another process, and stored as cancelled`, async () => {
    await using two = await startTwo(openDatabase);
    const { model, first, second, id: conversation } = two;
    model.play(ENDLESS, (request) => answerTo(request));
    const turn = await beginTurn(first.client, { input: 'long', conversation });
    const id = await responseIdOf(turn);
    await second.client.responses.create({ input: 'next', conversation }, INTERRUPT);
    expect(await turn.ended).toMatchObject({ type: 'response.failed', response: CANCELLED });
    expect(await model.requests[0]?.abandoned, 'the model server must be left').toBe(true);
    expect(await second.client.responses.retrieve(id)).toMatchObject(CANCELLED);
    expect(await textsOf(first.client, conversation)).toEqual(['next', 'answer to next']);
  });

  test(`A turn on ${name} that ends after its interruption by another process stores nothing`, async () => {
    await using two = await startTwo(openDatabase);
    const { model, first, second, id: conversation, opened, open } = two;
    model.play(
      (request) => answerTo(request, { before: [opened] }),
      (request) => answerTo(request),
    );
    const turn = await beginTurn(first.client, { input: 'late', conversation });
    await second.client.responses.create({ input: 'next', conversation }, INTERRUPT);
    open();
    expect(await turn.ended).toMatchObject({ type: 'response.failed', response: CANCELLED });
    expect(await textsOf(first.client, conversation)).toEqual(['next', 'answer to next']);
  });

  test(`A process on ${name} that stood still makes no response a second time`, async () => {
    await using two = await startTwo(openDatabase);
    const { database, model, first, second, id: conversation, opened, open } = two;
    model.play((request) => answerTo(request, { before: [opened] }));
    second.child.kill('SIGSTOP');
    const request = { input: 'asked', conversation, background: true } as const;
    const { id } = await first.client.responses.create(request);
    await expect.poll(() => model.requests.length).toBe(1);
    first.child.kill('SIGSTOP');
    await ageLeases(database, LEASE_MS);
    second.child.kill('SIGCONT');
    await expect
      .poll(() => second.client.responses.retrieve(id))
      .toMatchObject({ status: 'failed' });
    open();
    first.child.kill('SIGCONT');
    expect(await model.requests[0]?.abandoned).toBe(false);
    expect(await first.client.responses.retrieve(id)).toMatchObject({ status: 'failed' });
    expect(await textsOf(first.client, conversation)).toEqual([]);
    expect(model.requests).toHaveLength(1);
  });

  test(`A process on ${name} that stops gives running responses its drain time, and leaves the others`, async () => {
    await using two = await startTwo(openDatabase, ...MAKES_NONE);
    const { database, model, first, second, id: conversation, opened, open } = two;
    model.play(
      (request) => answerTo(request, { before: [opened] }),
      (request) => answerTo(request),
    );
    const request = { conversation, background: true } as const;
    const running = await first.client.responses.create({ ...request, input: 'one' });
    await expect.poll(() => model.requests.length).toBe(1);
    const waiting = await first.client.responses.create({ ...request, input: 'two' });
    first.child.kill('SIGTERM');
    await first.errorText(/stopping/);
    open();
    expect((await first.finished()).code).toBe(0);
    expect((await second.client.responses.retrieve(running.id)).status).toBe('completed');
    expect((await second.client.responses.retrieve(waiting.id)).status).toBe('queued');
    await using third = await serveTurns(database, model);
    await expect
      .poll(() => third.client.responses.retrieve(waiting.id))
      .toMatchObject({ status: 'completed' });
  });

  test(`A response on ${name} that takes longer than the drain time fails with a reason`, async () => {
    await using two = await startTwo(openDatabase, '--drain-timeout', '0');
    const { model, first, second, id: conversation } = two;
    first.child.kill('SIGKILL');
    model.play(streamed(chunk({ content: 'well' }), SILENCE, DONE));
    const request = { input: 'long', conversation, background: true } as const;
    const { id } = await second.client.responses.create(request);
    await expect.poll(() => model.requests.length).toBe(1);
    second.child.kill('SIGTERM');
    expect((await second.finished()).code).toBe(0);
    await using third = await serveTurns(two.database, model);
    expect(await third.client.responses.retrieve(id)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringMatching(/^The response was stopped/) },
    });
    const refused = refusalOf(third.client.responses.cancel(id));
    expect((await refused).message).toBe('400 Cannot cancel a failed response.');
  });
});
