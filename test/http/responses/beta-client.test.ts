import { expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { MODEL, startTurnServer } from '../../support/turns.ts';

test('The client’s operations in beta, with their query, are those without it', async () => {
  await using turns = await startTurnServer();
  const { client, play } = turns;
  play(said('hello'));
  const { responses } = client.beta;
  const { id } = await responses.create({ model: MODEL, input: 'hi' });
  const stored = await responses.retrieve(id);
  expect(await client.responses.retrieve(id)).toMatchObject(stored);
  const { data } = await responses.inputItems.list(id);
  expect(data).toHaveLength(1);
  await responses.delete(id);
  await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
});
