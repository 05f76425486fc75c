import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startModelServer } from '../../support/model-server.ts';
import {
  answerText,
  answerTo,
  assertDense,
  beginTurn,
  gate,
  refusalOf,
  serveTurns,
  SHARED_DATABASES,
  shownTexts,
  textsOf,
  startTwo,
} from '../../support/process-turns.ts';

const TURNS = 20;
const LOCKED = {
  status: 400,
  code: 'conversation_locked',
  message:
    '400 Another process is currently operating on this conversation. Please retry in a few seconds.',
};
const REJECT = { headers: { 'x-colloquy-when-busy': 'reject' } };

describe.each(SHARED_DATABASES)('two processes on %s', (name, openDatabase) => {
  test(`${TURNS} turns that race in one conversation through two processes on ${name} make one serial history`, async () => {
    await using database = await openDatabase();
    await using model = await startModelServer((request) =>
      answerTo(request, { between: [{ kind: 'pause', ms: 2 }] }),
    );
    const settings = [database, model, '--turn-wait', '300'] as const;
    await using first = await serveTurns(...settings);
    await using second = await serveTurns(...settings);
    const { id } = await first.client.conversations.create();
    const inputs = Array.from({ length: TURNS }, (_, index) => `question ${index}`);
    const ends = await Promise.all(
      inputs.map(async (input, index) => {
        const { client } = index % 2 === 0 ? first : second;
        return (await beginTurn(client, { conversation: id, input })).ended;
      }),
    );
    expect(new Set(ends.map(({ type }) => type))).toEqual(new Set(['response.completed']));
    const order = model.requests.map((request) => shownTexts(request).at(-1) ?? '');
    expect(new Set(order)).toEqual(new Set(inputs));
    expect(order).toHaveLength(inputs.length);
    const history: string[] = [];
    for (const request of model.requests) {
      const input = shownTexts(request).at(-1) ?? '';
      expect(shownTexts(request), 'a turn is shown exactly those before it').toEqual([
        ...history,
        input,
      ]);
      history.push(input, answerText(input));
    }
    expect(await textsOf(second.client, id)).toEqual(history);
    await assertDense(database);
  });

  test(`A turn on ${name} waits for the one of another process, and is refused when that takes too long`, async () => {
    await using two = await startTwo(openDatabase, '--turn-wait', '600');
    const { database, model, first, second: patient, id, opened, open } = two;
    await using impatient = await serveTurns(database, model, '--turn-wait', '1');
    model.play(
      (request) => answerTo(request, { before: [opened] }),
      (request) => answerTo(request),
    );
    const held = await beginTurn(first.client, { conversation: id, input: 'first' });
    const waiting = beginTurn(patient.client, { conversation: id, input: 'second' });
    const request = { conversation: id, input: 'never' };
    for (const { client } of [patient, first]) {
      expect(await refusalOf(client.responses.create(request, REJECT))).toEqual(LOCKED);
      const streamed = client.responses.create({ ...request, stream: true }, REJECT);
      expect(await refusalOf(streamed)).toEqual(LOCKED);
    }
    expect(await refusalOf(impatient.client.responses.create(request))).toEqual(LOCKED);
    expect(model.requests).toHaveLength(1);
    open();
    expect((await held.ended).type).toBe('response.completed');
    expect((await (await waiting).ended).type).toBe('response.completed');
    const texts = ['first', 'answer to first', 'second', 'answer to second'];
    expect(await textsOf(first.client, id)).toEqual(texts);
  });

  test(`Items that are posted during a turn on ${name} are never held up, and stand before those of the turn`, async () => {
    await using two = await startTwo(openDatabase);
    const { model, first, second, id, opened, open } = two;
    model.play((request) => answerTo(request, { between: [opened] }));
    const turn = await beginTurn(first.client, { conversation: id, input: 'asked' });
    for (const [index, { client }] of [first, second, first].entries()) {
      await client.conversations.items.create(id, {
        items: [{ role: 'user', content: `posted ${index}` }],
      });
    }
    const [, , removed] = (await second.client.conversations.items.list(id, { order: 'asc' })).data;
    await second.client.conversations.items.delete(removed?.id ?? '', { conversation_id: id });
    await first.client.conversations.update(id, { metadata: { during: 'the turn' } });
    open();
    expect((await turn.ended).type).toBe('response.completed');
    const texts = ['posted 0', 'posted 1', 'asked', 'answer to asked'];
    expect(await textsOf(second.client, id)).toEqual(texts);
    expect(shownTexts(model.requests[0] ?? { body: undefined })).toEqual(['asked']);
  });
});

test('Turns of one conversation run in the order in which they have arrived at their process', async () => {
  const [, openDatabase] = SHARED_DATABASES[0];
  await using database = await openDatabase();
  await using model = await startModelServer();
  await using server = await serveTurns(database, model);
  const { id } = await server.client.conversations.create();
  const { opened, open } = gate();
  model.play((request) => answerTo(request, { before: [opened] }));
  const inputs = Array.from({ length: 8 }, (_, index) => `turn ${index}`);
  const turns: Promise<string>[] = [];
  for (const input of inputs) {
    const request = { conversation: id, input };
    turns.push(
      server.client.responses.create(request).then(({ status }) => status ?? 'without a status'),
    );
    // The others come together.
    if (turns.length === 1) await expect.poll(() => model.requests.length).toBe(1);
    else if (turns.length > 3) await sleep(30);
  }
  open();
  expect(new Set(await Promise.all(turns))).toEqual(new Set(['completed']));
  const order = model.requests.map((request) => shownTexts(request).at(-1));
  expect(order.slice(4)).toEqual(inputs.slice(4));
  expect(new Set(order)).toEqual(new Set(inputs));
  expect(order).toHaveLength(inputs.length);
});
