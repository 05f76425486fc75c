import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServingProcess } from '../../support/faulty.ts';
import { SILENCE, startModelServer, type ScriptedModelServer } from '../../support/model-server.ts';
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

const WHOLE = ['asked', 'answer to asked'];
const REJECT = { headers: { 'x-colloquy-when-busy': 'reject' } };

let database: SharedDatabase;
let model: ScriptedModelServer;
let cancelling: ServingProcess;
let finishing: ServingProcess;

beforeAll(async () => {
  database = await sqliteFile();
  model = await startModelServer();
  cancelling = await serveTurns(database, model);
  finishing = await serveTurns(database, model, '--on-disconnect', 'finish');
});

afterAll(async () => {
  for (const each of [cancelling, finishing, model, database]) await each[Symbol.asyncDispose]();
});

async function conversationOf({ client }: ServingProcess): Promise<string> {
  return (await client.conversations.create()).id;
}

/** Begins a turn in a new conversation, whose answer ends when it is opened. */
async function holdTurn(server: ServingProcess) {
  const conversation = await conversationOf(server);
  const { opened, open } = gate();
  model.play((request) => answerTo(request, { before: [opened] }));
  const turn = await beginTurn(server.client, { conversation, input: 'asked' });
  return { conversation, open, turn };
}

/** Fails unless a turn can begin in the conversation at once. */
async function assertFree({ client }: ServingProcess, conversation: string): Promise<void> {
  const length = (await textsOf(client, conversation)).length;
  model.play((request) => answerTo(request));
  await client.responses.create({ conversation, input: 'next' }, REJECT);
  expect(await textsOf(client, conversation)).toHaveLength(length + 2);
}

/** Sends a request whose client leaves when the model server has it, or later. */
async function sendAndLeave(
  client: OpenAI,
  request: { readonly conversation: string; readonly stream: boolean },
  moment: () => Promise<unknown>,
): Promise<void> {
  const known = model.requests.length;
  const leaving = new AbortController();
  const sent = client.responses.create({ ...request, input: 'asked' }, { signal: leaving.signal });
  sent.catch(() => undefined);
  await expect.poll(() => model.requests.length).toBe(known + 1);
  await moment();
  leaving.abort();
  await expect(sent).rejects.toThrow('aborted');
}

async function statusesOf(conversation: string): Promise<readonly unknown[]> {
  const rows = await database.run(
    `SELECT status FROM responses WHERE conversation_id = '${conversation}'`,
  );
  return rows.map(({ status }) => status);
}

function turnsIn(conversation: string): Promise<readonly object[]> {
  return database.run(`SELECT token FROM turns WHERE conversation_id = '${conversation}'`);
}

describe.each([[true], [false]])('with stream: %s', (stream) => {
  test(`A client that leaves before the first byte closes the model server's connection, with stream: ${stream}`, async () => {
    const conversation = await conversationOf(cancelling);
    model.play({ steps: [SILENCE] });
    await sendAndLeave(cancelling.client, { conversation, stream }, async () => undefined);
    expect(await model.requests.at(-1)?.abandoned).toBe(true);
    await expect.poll(() => turnsIn(conversation)).toEqual([]);
    expect(await textsOf(cancelling.client, conversation)).toEqual([]);
    await assertFree(cancelling, conversation);
  });

  test(`A turn whose client has left before the first byte is stored as completed with finish, with stream: ${stream}`, async () => {
    const conversation = await conversationOf(finishing);
    const { opened, open } = gate();
    model.play((request) => ({ steps: [opened, ...answerTo(request).steps] }));
    await sendAndLeave(finishing.client, { conversation, stream }, async () => undefined);
    const request = { conversation, input: 'refused' };
    const { code } = await refusalOf(finishing.client.responses.create(request, REJECT));
    expect(code).toBe('conversation_locked');
    open();
    await expect.poll(() => textsOf(finishing.client, conversation)).toEqual(WHOLE);
    expect(await statusesOf(conversation)).toEqual(['completed']);
    await assertFree(finishing, conversation);
  });

  test(`A client that leaves while it waits for its turn leaves nothing behind, with stream: ${stream}`, async () => {
    for (const server of [cancelling, finishing]) {
      const { conversation, open, turn: held } = await holdTurn(server);
      const known = model.requests.length;
      const leaving = new AbortController();
      const request = { conversation, input: 'left', stream };
      const requestId = `left_${conversation}_${stream}`;
      const headers = { 'x-request-id': requestId };
      const sent = server.client.responses.create(request, { signal: leaving.signal, headers });
      sent.catch(() => undefined);
      await sleep(200);
      leaving.abort();
      await expect(sent).rejects.toThrow('aborted');
      await server.errorText(new RegExp(`${requestId}.*"status":499`));
      open();
      expect((await held.ended).type).toBe('response.completed');
      await assertFree(server, conversation);
      expect(model.requests).toHaveLength(known + 1);
      expect(await textsOf(server.client, conversation)).toEqual([
        ...WHOLE,
        'next',
        'answer to next',
      ]);
    }
  });
});

/** The moment, and the steps of the model server around which it is. */
const MOMENTS = [
  ['in the middle of the answer', 'response.output_text.delta', 'between'],
  ['after the last piece of the answer', 'response.output_text.delta', 'before'],
] as const;

describe.each(MOMENTS)('a client that leaves %s', (moment, type, place) => {
  test(`A client that leaves ${moment} cancels the response, and nothing is appended`, async () => {
    const conversation = await conversationOf(cancelling);
    model.play((request) => answerTo(request, { [place]: [SILENCE] }));
    const turn = await beginTurn(cancelling.client, { conversation, input: 'asked' });
    const id = await responseIdOf(turn);
    await turn.reached(type);
    turn.leave();
    expect(await model.requests.at(-1)?.abandoned).toBe(true);
    await expect.poll(() => statusesOf(conversation)).toEqual(['cancelled']);
    const stored = await cancelling.client.responses.retrieve(id);
    expect(stored).toMatchObject({ status: 'cancelled', output: [], error: null });
    expect(await textsOf(cancelling.client, conversation)).toEqual([]);
    await assertFree(cancelling, conversation);
  });

  test(`A turn whose client has left ${moment} is stored as completed with finish`, async () => {
    const conversation = await conversationOf(finishing);
    const { opened, open } = gate();
    model.play((request) => answerTo(request, { [place]: [opened] }));
    const turn = await beginTurn(finishing.client, { conversation, input: 'asked' });
    const id = await responseIdOf(turn);
    await turn.reached(type);
    turn.leave();
    open();
    await expect.poll(() => statusesOf(conversation)).toEqual(['completed']);
    expect((await finishing.client.responses.retrieve(id)).output_text).toBe('answer to asked');
    expect(await textsOf(finishing.client, conversation)).toEqual(WHOLE);
    await assertFree(finishing, conversation);
  });
});

test('A client that leaves a response without a conversation cancels it, and it cannot be continued', async () => {
  model.play((request) => answerTo(request, { between: [SILENCE] }));
  const turn = await beginTurn(cancelling.client, { input: 'asked' });
  const id = await responseIdOf(turn);
  turn.leave();
  const find = () =>
    cancelling.client.responses.retrieve(id).then(
      ({ status }) => status,
      () => '',
    );
  await expect.poll(find).toBe('cancelled');
  const next = cancelling.client.responses.create({ previous_response_id: id, input: 'next' });
  expect((await refusalOf(next)).code).toBe('previous_response_not_found');
});

test('A turn whose client leaves during its commit is stored whole, or cancelled whole', async () => {
  for (const server of [cancelling, finishing]) {
    const { conversation, open, turn } = await holdTurn(server);
    await turn.reached('response.output_text.delta');
    {
      using other = new DatabaseSync(database.url.replace('sqlite:', ''));
      other.exec('BEGIN IMMEDIATE');
      open();
      await turn.reached('response.output_item.done');
      turn.leave();
      await turn.ended;
      expect(await statusesOf(conversation)).toEqual([]);
      other.exec('COMMIT');
    }
    await expect.poll(() => statusesOf(conversation)).toHaveLength(1);
    const [status] = await statusesOf(conversation);
    if (server === finishing) expect(status).toBe('completed');
    const texts = status === 'completed' ? WHOLE : [];
    expect(await textsOf(server.client, conversation)).toEqual(texts);
    await expect
      .poll(() => database.run(`SELECT token FROM turns WHERE conversation_id = '${conversation}'`))
      .toEqual([]);
    await assertFree(server, conversation);
  }
});
