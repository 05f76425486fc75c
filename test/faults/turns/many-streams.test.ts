import { expect, test } from 'vitest';
import { startModelServer } from '../../support/model-server.ts';
import {
  answerText,
  answerTo,
  assertDense,
  beginTurn,
  gate,
  serveTurns,
  sqliteFile,
  textsOf,
} from '../../support/process-turns.ts';

const STREAMS = 300;

test(`${STREAMS} streams that are open at once all end, each with its own events`, async () => {
  await using database = await sqliteFile();
  await using model = await startModelServer();
  await using server = await serveTurns(database, model);
  const { client } = server;
  const { opened, open } = gate();
  model.play((request) => answerTo(request, { between: [opened] }));
  const turns = await Promise.all(
    Array.from({ length: STREAMS }, async (_, index) => {
      const input = `stream ${index}`;
      const { id: conversation } = await client.conversations.create();
      return { input, conversation, turn: await beginTurn(client, { conversation, input }) };
    }),
  );
  // All are open, and none has its second word.
  expect(model.requests).toHaveLength(STREAMS);
  expect(await server.vitals()).toEqual([200, 200]);
  open();
  for (const { input, conversation, turn } of turns) {
    const last = await turn.ended;
    if (last.type !== 'response.completed') throw new Error(JSON.stringify(last));
    const text = answerText(input);
    expect(last.response.output).toMatchObject([{ content: [{ text }] }]);
    const deltas = turn.events.flatMap((event) =>
      event.type === 'response.output_text.delta' ? [event.delta] : [],
    );
    expect(deltas.join('')).toBe(text);
    expect(turn.events.map((event) => 'sequence_number' in event && event.sequence_number)).toEqual(
      turn.events.map((_, index) => index),
    );
    expect(await textsOf(client, conversation)).toEqual([input, text]);
  }
  await assertDense(database);
});
