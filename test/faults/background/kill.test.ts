import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { startModelServer } from '../../support/model-server.ts';
import {
  ageLeases,
  answerTo,
  assertDense,
  serveTurns,
  SHARED_DATABASES,
  shownTexts,
  textsOf,
  answerText,
} from '../../support/process-turns.ts';

/** Responses of the test. `COLLOQUY_TEST_BACKGROUND=200` is its long form, with a kill each second. */
const RESPONSES = Number(process.env['COLLOQUY_TEST_BACKGROUND'] ?? 24);
const CONVERSATIONS = 4;
const PROCESSES = 3;
const KILL_AFTER_MS = 1_000;
const LEASE_MS = 15_000;
const ENDED = ['completed', 'failed'];

interface Asked {
  readonly id: string;
  readonly input: string;
  readonly conversation: string;
}

test.each(SHARED_DATABASES)(
  'responses in the background on %s end once each, while one process after the other is killed',
  { timeout: 600_000 },
  async (_name, openDatabase) => {
    await using database = await openDatabase();
    await using model = await startModelServer((request) =>
      answerTo(request, { between: [{ kind: 'pause', ms: 20 + Math.random() * 200 }] }),
    );
    await using stack = new AsyncDisposableStack();
    const start = async () => stack.use(await serveTurns(database, model));
    const servers = await Promise.all(Array.from({ length: PROCESSES }, start));
    const alive = () => servers[0]?.client as OpenAI;
    const conversations = await Promise.all(
      Array.from({ length: CONVERSATIONS }, async () => (await alive().conversations.create()).id),
    );
    const asked: Asked[] = [];
    const statusOf = async ({ id }: Asked) => (await alive().responses.retrieve(id)).status;
    const queue = async (): Promise<void> => {
      const input = `question ${asked.length}`;
      const conversation = conversations[asked.length % CONVERSATIONS] ?? '';
      const request = { input, conversation, background: true, stream: false } as const;
      const { id } = await alive().responses.create(request);
      asked.push({ id, input, conversation });
    };
    let kills = 0;
    let open: Asked[] = [];
    while (asked.length < RESPONSES || open.length > 0) {
      for (let n = 0; n < RESPONSES / 3 && asked.length < RESPONSES; n += 1) await queue();
      await sleep(KILL_AFTER_MS);
      if (asked.length < RESPONSES || kills < 3) {
        kills += 1;
        servers.shift()?.child.kill('SIGKILL');
        servers.push(await start());
      }
      // Instead of waiting until the leases of the killed process are over.
      await ageLeases(database, LEASE_MS);
      const statuses = await Promise.all(asked.map(statusOf));
      open = asked.filter((_, index) => !ENDED.includes(statuses[index] ?? ''));
    }
    const responses = await Promise.all(asked.map(({ id }) => alive().responses.retrieve(id)));
    const completed = asked.filter((_, index) => responses[index]?.status === 'completed');
    for (const { status, error } of responses) {
      if (status !== 'completed') expect(error?.message).toMatch(/send the request again/);
    }
    for (const conversation of conversations) {
      const inputs = completed.filter((each) => each.conversation === conversation);
      const expected = inputs.flatMap(({ input }) => [input, answerText(input)]);
      const texts = await textsOf(alive(), conversation);
      expect(texts.toSorted(), 'an item is missing, or there twice').toEqual(expected.toSorted());
    }
    const inputs = model.requests.map((request) => shownTexts(request).at(-1));
    for (const { input } of asked) {
      expect(inputs.filter((each) => each === input).length, input).toBeLessThanOrEqual(1);
    }
    await assertDense(database);
    expect(await database.run('SELECT id FROM background_responses')).toEqual([]);
    console.info({ responses: asked.length, completed: completed.length, kills });
    expect(completed.length).toBeGreaterThan(0);
  },
);
