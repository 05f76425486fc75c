import { renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { assertCommitIsLost } from '../../support/lost-commit.ts';
import {
  answerTo,
  beginTurn,
  refusalOf,
  responseIdOf,
  SHARED_DATABASES,
  sqliteFile,
  startTwo,
} from '../../support/process-turns.ts';

/** Longer than a turn goes without being renewed. */
const RENEWED_MS = 6_000;

describe.each(SHARED_DATABASES)(
  'conversations on %s that are deleted during a turn',
  (name, open) => {
    test.each([
      ['at once', 0],
      ['long after the deletion', RENEWED_MS],
    ])(
      `An answer in a conversation on ${name} that was deleted meanwhile is delivered %s, and not stored`,
      async (_when, ms) => {
        await using two = await startTwo(open);
        const { database, model, first, second, id, opened } = two;
        model.play((request) => answerTo(request, { between: [opened] }));
        const turn = await beginTurn(first.client, { conversation: id, input: 'asked' });
        const responseId = await responseIdOf(turn);
        await second.client.conversations.delete(id);
        await sleep(ms);
        two.open();
        const last = await turn.ended;
        if (last.type !== 'response.completed') throw new Error(JSON.stringify(last));
        expect(last.response.output).toHaveLength(1);
        const { status } = await refusalOf(second.client.responses.retrieve(responseId));
        expect(status).toBe(404);
        for (const table of ['items', 'responses', 'turns', 'conversations']) {
          expect(await database.run(`SELECT * FROM ${table}`), table).toEqual([]);
        }
      },
    );

    test(`A response without a stream in a conversation on ${name} that is deleted before the first byte is delivered`, async () => {
      await using two = await startTwo(open);
      const { database, model, first, second, id, opened } = two;
      model.play((request) => ({ steps: [opened, ...answerTo(request).steps] }));
      const answer = first.client.responses.create({ conversation: id, input: 'asked' });
      await expect.poll(() => model.requests.length).toBe(1);
      await second.client.conversations.delete(id);
      two.open();
      expect(await answer).toMatchObject({ status: 'completed', output_text: 'answer to asked' });
      expect(await database.run('SELECT id FROM responses')).toEqual([]);
      expect(await database.run('SELECT id FROM items')).toEqual([]);
    });
  },
);

test('A turn whose database is away at its commit fails and says so, and the next one works when it is back', async () => {
  await using two = await startTwo(sqliteFile);
  const { first, id } = two;
  const path = two.database.url.replace('sqlite:', '');
  await assertCommitIsLost(two, {
    begin: async () => renameSync(path, `${path}.away`),
    during: async () => {
      await first.errorText(/"cause":"the database file is gone from its place"/);
      const request = { conversation: id, input: 'x' };
      const { status } = await refusalOf(first.client.responses.create(request));
      expect(status).toBe(503);
    },
    end: async () => renameSync(`${path}.away`, path),
  });
});
