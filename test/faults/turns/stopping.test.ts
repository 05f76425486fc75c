import { describe, expect, test } from 'vitest';
import { stop, type ServingProcess } from '../../support/faulty.ts';
import {
  startModelServer,
  type AnswerTo,
  type ScriptedModelServer,
} from '../../support/model-server.ts';
import {
  answerTo,
  beginTurn,
  gate,
  refusalOf,
  responseIdOf,
  serveTurns,
  sqliteFile,
  textsOf,
  type SharedDatabase,
} from '../../support/process-turns.ts';

const FINISH = ['--on-disconnect', 'finish'];
const NO_TIME = ['--drain-timeout', '1'];

/** Starts a server with a model server and a conversation. */
async function start(...settings: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await sqliteFile());
  const model = stack.use(await startModelServer());
  const server = stack.use(await serveTurns(database, model, ...settings));
  const { id: conversation } = await server.client.conversations.create();
  const owned = stack.move();
  return {
    ...gate(),
    database,
    model,
    server,
    conversation,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Sends a request whose client leaves it, and resolves when the server has noticed. */
async function sendAndLeave(
  server: ServingProcess,
  model: ScriptedModelServer,
  request: { readonly conversation: string; readonly stream: boolean },
  isBegun: boolean,
): Promise<void> {
  const leaving = new AbortController();
  const options = { signal: leaving.signal };
  const sent = server.client.responses.create({ ...request, input: 'asked' }, options);
  sent.catch(() => undefined);
  await expect.poll(() => model.requests.length).toBe(1);
  if (isBegun && request.stream) await sent;
  leaving.abort();
  await server.errorText(/client_gone/);
}

async function statusesIn(database: SharedDatabase): Promise<readonly unknown[]> {
  return (await database.run('SELECT status FROM responses')).map(({ status }) => status);
}

/** Fails unless another process finds these texts, and a conversation that is free. */
async function assertLeft(
  database: SharedDatabase,
  conversation: string,
  texts: readonly string[],
): Promise<void> {
  await using model = await startModelServer((request) => answerTo(request));
  await using server = await serveTurns(database, model);
  expect(await textsOf(server.client, conversation)).toEqual(texts);
  const headers = { 'x-colloquy-when-busy': 'reject' };
  await server.client.responses.create({ conversation, input: 'next' }, { headers });
}

describe.each([[true], [false]])('with stream: %s', (stream) => {
  test(`A turn that ends within the drain time of its server is stored and delivered, with stream: ${stream}`, async () => {
    await using started = await start();
    const { database, model, server, conversation, opened, open } = started;
    model.play((request) => answerTo(request, { between: [opened] }));
    const request = { conversation, input: 'asked' };
    const end = stream
      ? beginTurn(server.client, request).then(async ({ ended }) => (await ended).type)
      : server.client.responses.create(request).then(({ status }) => `response.${status}`);
    await expect.poll(() => model.requests.length).toBe(1);
    server.child.kill('SIGTERM');
    await server.errorText(/stopping/);
    open();
    expect(await end).toBe('response.completed');
    expect((await server.finished()).code).toBe(0);
    await assertLeft(database, conversation, ['asked', 'answer to asked']);
  });

  test(`A turn whose client is gone and that ends within the drain time is stored, with stream: ${stream}`, async () => {
    await using started = await start(...FINISH);
    const { database, model, server, conversation, opened, open } = started;
    model.play((request) => answerTo(request, { between: [opened] }));
    await sendAndLeave(server, model, { conversation, stream }, true);
    server.child.kill('SIGTERM');
    await server.errorText(/stopping/);
    open();
    expect((await server.finished()).code).toBe(0);
    expect(await statusesIn(database)).toEqual(['completed']);
    await assertLeft(database, conversation, ['asked', 'answer to asked']);
  });
});

test('A stream that goes on past the drain time ends with one failure, and appends nothing', async () => {
  await using started = await start(...NO_TIME);
  const { database, model, server, conversation, opened } = started;
  model.play((request) => answerTo(request, { between: [opened] }));
  const turn = await beginTurn(server.client, { conversation, input: 'asked' });
  const id = await responseIdOf(turn);
  await turn.reached('response.output_text.delta');
  expect(await stop(server)).toBe(0);
  const last = await turn.ended;
  expect(turn.events.filter(({ type }) => type === 'response.failed')).toEqual([last]);
  expect(await model.requests[0]?.abandoned).toBe(true);
  if (last.type !== 'response.failed') throw new Error('the last event is another one');
  expect(last.response).toMatchObject({ id, status: 'failed', error: { code: 'server_error' } });
  await using next = await serveTurns(database, model);
  const stored = await next.client.responses.retrieve(id);
  expect(stored).toMatchObject({ status: 'failed', error: last.response.error });
  await assertLeft(database, conversation, []);
});

/** Answers that stop at a gate. */
const SILENT: readonly (readonly [string, boolean, (opened: Promise<void>) => AnswerTo])[] = [
  ['after the first byte', true, (opened) => (request) => answerTo(request, { between: [opened] })],
  ['before the first byte', false, (opened) => () => ({ steps: [opened] })],
];

describe.each(SILENT)('a model that is silent %s', (place, isBegun, answer) => {
  test(`A response without a stream whose model is silent ${place} is refused when the drain time is over`, async () => {
    await using started = await start(...NO_TIME);
    const { database, model, server, conversation, opened } = started;
    model.play(answer(opened));
    const refused = refusalOf(server.client.responses.create({ conversation, input: 'asked' }));
    await expect.poll(() => model.requests.length).toBe(1);
    expect(await stop(server)).toBe(0);
    expect((await refused).status).toBe(503);
    expect(await statusesIn(database)).toEqual(isBegun ? ['failed'] : []);
    await assertLeft(database, conversation, []);
  });

  test.each([[true], [false]])(
    `A turn without its client whose model is silent ${place} fails when the drain time is over, with stream: %s`,
    async (stream) => {
      await using started = await start(...NO_TIME, ...FINISH);
      const { database, model, server, conversation, opened } = started;
      model.play(answer(opened));
      await sendAndLeave(server, model, { conversation, stream }, isBegun);
      expect(await stop(server)).toBe(0);
      expect(await model.requests[0]?.abandoned).toBe(true);
      expect(await statusesIn(database)).toEqual(['failed']);
      await assertLeft(database, conversation, []);
    },
  );
});

test('A request that waits for its turn is refused when its server stops', async () => {
  await using started = await start(...NO_TIME, '--turn-wait', '600');
  const { database, model, server, conversation, opened } = started;
  model.play((request) => answerTo(request, { between: [opened] }));
  const held = await beginTurn(server.client, { conversation, input: 'asked' });
  const request = { conversation, input: 'waits', stream: true } as const;
  const waiting = refusalOf(server.client.responses.create(request));
  await server.client.conversations.retrieve(conversation);
  expect(await stop(server)).toBe(0);
  expect((await held.ended).type).toBe('response.failed');
  expect((await waiting).status).toBe(503);
  expect(model.requests).toHaveLength(1);
  await assertLeft(database, conversation, []);
});
