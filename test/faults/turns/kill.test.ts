import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { killBeforeCommit, killRounds } from '../../support/turn-writers.ts';
import { sqliteFile } from '../../support/process-turns.ts';

const ROUNDS = 30;

test(
  `Turns on SQLite are stored whole or not at all through ${ROUNDS} kill -9, and every completed one is there`,
  { timeout: 300_000 },
  async () => {
    await using database = await sqliteFile();
    const figures = await killRounds(database, ROUNDS);
    expect(figures.completed).toBeGreaterThan(ROUNDS);
    console.info(figures);
  },
);

test('A turn whose process is killed between the last byte of the model and the commit leaves nothing in SQLite', async () => {
  await using database = await sqliteFile();
  const texts = await killBeforeCommit(database, database, async () => {
    const other = new DatabaseSync(database.url.replace('sqlite:', ''));
    other.exec('BEGIN IMMEDIATE');
    return { [Symbol.asyncDispose]: async () => other.close() };
  });
  expect(texts).toEqual([]);
});
