import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, startPostgres, type PostgresServer } from '../support/postgres.ts';
import { startProcess, urlOf } from '../support/process.ts';
import { append, key, minted, newConversation, openOn } from '../support/store.ts';
import { assertUnavailable } from '../support/unavailable.ts';
import { keepWriting, verifyBook, type Book } from '../support/writers.ts';

/** A PostgreSQL of this file's own, which the tests stop. */
let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

async function readiness(url: string): Promise<number> {
  return (await fetch(url.replace('/v1', '/ready'))).status;
}

test('a server keeps all answered writes and goes on when PostgreSQL stops and crashes under load', async () => {
  await using database = await createDatabase(postgres.url);
  await using server = startProcess(['serve', '--port', '0', '--database-url', database.url]);
  const url = urlOf(await server.firstLine());
  const client = new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 });
  const book: Book = new Map();
  let isOver = false;
  const writers = Array.from({ length: 6 }, (_, writer) =>
    keepWriting({
      client,
      writer,
      book,
      isOver: () => isOver,
      onFailure: async (error) => {
        assertUnavailable(error);
        await sleep(50);
      },
    }),
  );
  // SIGINT ends the connections in order; SIGQUIT is a crash, after which PostgreSQL recovers.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    await sleep(500);
    expect(await readiness(url)).toBe(200);
    await postgres.stop(signal);
    expect(await readiness(url)).toBe(503);
    await sleep(500);
    await postgres.start();
    await expect.poll(() => readiness(url)).toBe(200);
  }
  await sleep(500);
  isOver = true;
  await Promise.all(writers);
  expect(await verifyBook(client, book)).toBeGreaterThan(50);
  expect(server.child.exitCode, 'the server must not have ended').toBeNull();
});

test('calls during a restart of PostgreSQL of 300 ms wait and succeed', async () => {
  await using database = await createDatabase(postgres.url);
  await using store = await openOn(database.url);
  await store.conversations.create(newConversation('c'));
  await postgres.stop('SIGINT');
  const calls = Promise.all([
    append(store, 'c', minted('a', 'b')),
    store.conversations.update({ ...key('c'), metadata: '{"a":"b"}' }),
    store.conversations.get(key('c')),
    store.conversations.deleteItem({ ...key('c'), itemId: 'none' }),
  ]);
  await sleep(300);
  await postgres.start();
  expect(await calls).toMatchObject([
    { items: [{}, {}] },
    { conversation: { id: 'c' } },
    { id: 'c' },
    {},
  ]);
});
