import { afterAll, beforeAll, expect, test } from 'vitest';
import { assertCommitIsLost } from '../support/lost-commit.ts';
import { createDatabase, startPostgres, type PostgresServer } from '../support/postgres.ts';
import { answerTo, assertDense, beginTurn, startTwo, textsOf } from '../support/process-turns.ts';

/** A PostgreSQL of this file's own, which the tests stop. */
let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

test('A turn whose PostgreSQL is away at its commit fails and says so, and the next one works when it is back', async () => {
  await using two = await startTwo(() => createDatabase(postgres.url));
  await assertCommitIsLost(two, {
    begin: () => postgres.stop('SIGINT'),
    during: () => two.first.errorText(/"cause":"/),
    end: () => postgres.start(),
  });
});

test('A turn during which PostgreSQL restarts is stored whole', async () => {
  await using two = await startTwo(() => createDatabase(postgres.url));
  const { database, model, first, id, opened } = two;
  model.play((request) => answerTo(request, { between: [opened] }));
  const turn = await beginTurn(first.client, { conversation: id, input: 'asked' });
  await turn.reached('response.output_text.delta');
  await postgres.stop('SIGINT');
  await postgres.start();
  two.open();
  expect((await turn.ended).type).toBe('response.completed');
  expect(await textsOf(first.client, id)).toEqual(['asked', 'answer to asked']);
  await assertDense(database);
});
