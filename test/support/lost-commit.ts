import { expect } from 'vitest';
import { answerTo, assertDense, beginTurn, textsOf, type startTwo } from './process-turns.ts';

type Two = Awaited<ReturnType<typeof startTwo>>;

/** What a test does to the database of two processes. */
export interface Outage {
  readonly begin: () => Promise<void>;
  /** Checks what the first process does meanwhile. */
  readonly during: () => Promise<unknown>;
  readonly end: () => Promise<void>;
}

/** Fails unless a turn whose commit meets an outage fails and says so, and the next turn after it is stored. */
export async function assertCommitIsLost(two: Two, outage: Outage): Promise<void> {
  const { database, model, first, id, opened } = two;
  model.play(
    (request) => answerTo(request, { between: [opened] }),
    (request) => answerTo(request),
  );
  const turn = await beginTurn(first.client, { conversation: id, input: 'asked' });
  await turn.reached('response.output_text.delta');
  await outage.begin();
  two.open();
  expect(await turn.ended).toMatchObject({
    type: 'response.failed',
    response: {
      status: 'failed',
      error: { code: 'server_error', message: expect.stringMatching(/could not be stored/) },
    },
  });
  await outage.during();
  await outage.end();
  const next = await first.client.responses.create({ conversation: id, input: 'next' });
  expect(next.status).toBe('completed');
  expect(await textsOf(first.client, id)).toEqual(['next', 'answer to next']);
  await assertDense(database);
}
