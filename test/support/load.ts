import { DatabaseSync } from 'node:sqlite';
import OpenAI from 'openai';
import { expect } from 'vitest';
import { startProcess, urlOf } from './process.ts';
import { keepWriting, type Book } from './writers.ts';

export interface Load extends AsyncDisposable {
  readonly book: Book;
  readonly client: OpenAI;
}

/** Runs `work` while four clients write. The server runs until the load is disposed of. */
export async function underLoad(databaseUrl: string, work: () => Promise<void>): Promise<Load> {
  await using stack = new AsyncDisposableStack();
  const args = ['serve', '--port', '0', '--database-url', databaseUrl];
  const server = stack.use(startProcess(args));
  const client = new OpenAI({ baseURL: urlOf(await server.firstLine()), apiKey: 'any' });
  const book: Book = new Map();
  let isOver = false;
  const writers = Array.from({ length: 4 }, (_, writer) =>
    keepWriting({
      client,
      writer,
      book,
      isOver: () => isOver,
      onFailure: (error) => {
        throw error;
      },
    }),
  );
  const settled = Promise.allSettled(writers);
  try {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await work();
  } finally {
    isOver = true;
    await settled;
  }
  await Promise.all(writers);
  const serving = stack.move();
  return { book, client, [Symbol.asyncDispose]: () => serving.disposeAsync() };
}

/**
 * Asserts that every conversation of a SQLite file has as many items as its next position counts, and returns the
 * number of items.
 */
export function assertWhole(path: string): number {
  using raw = new DatabaseSync(path);
  expect(raw.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const broken = raw
    .prepare(
      `SELECT id FROM conversations
       WHERE next_position <> (SELECT count(*) FROM items WHERE conversation_id = conversations.id)`,
    )
    .all();
  expect(broken, 'conversations with fewer or more items than positions').toEqual([]);
  return Number(raw.prepare('SELECT count(*) AS n FROM items').get()?.['n']);
}
