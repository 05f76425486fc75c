import { expect, test } from 'vitest';
import { startProxy } from '../support/proxy.ts';
import { openSession } from '../support/store.ts';
import { killBeforeCommit, killRounds } from '../support/turn-writers.ts';
import { postgresDatabase } from '../support/process-turns.ts';

const ROUNDS = 20;

test(
  `Turns on PostgreSQL are stored whole or not at all through ${ROUNDS} kill -9, and every completed one is there`,
  { timeout: 300_000 },
  async () => {
    await using database = await postgresDatabase();
    const figures = await killRounds(database, ROUNDS);
    expect(figures.completed).toBeGreaterThan(ROUNDS);
    console.info(figures);
  },
);

test('A turn whose process is killed between the last byte of the model and the commit leaves nothing in PostgreSQL', async () => {
  await using database = await postgresDatabase();
  await using proxy = await startProxy(Number(new URL(database.url).port));
  const url = Object.assign(new URL(database.url), { port: String(proxy.port) }).href;
  const texts = await killBeforeCommit(database, { url }, async () => {
    proxy.hold();
    return { [Symbol.asyncDispose]: async () => undefined };
  });
  expect(texts).toEqual([]);
});

test('A turn whose process is killed while PostgreSQL commits it is stored whole', async () => {
  await using database = await postgresDatabase();
  const texts = await killBeforeCommit(database, database, async (conversation) => {
    const session = await openSession(database.url);
    await session.run('BEGIN');
    await session.run('SELECT id FROM conversations WHERE id = $1 FOR UPDATE', [conversation]);
    return {
      [Symbol.asyncDispose]: async () => {
        await session.run('COMMIT');
        const stored = async () => (await session.run('SELECT id FROM responses')).length;
        await expect.poll(stored).toBe(1);
        await session[Symbol.asyncDispose]();
      },
    };
  });
  expect(texts).toEqual(['held', 'answer to held']);
});
