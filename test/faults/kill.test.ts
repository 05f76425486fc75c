import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { startProcess, urlOf } from '../support/process.ts';
import { keepWriting, verifyBook, type Book } from '../support/writers.ts';

const KILLS = 20;
const WRITERS = 4;

test(`every answered write survives ${KILLS} kill -9, in order and byte for byte`, async () => {
  await using folder = await temporaryFolder();
  const args = ['serve', '--port', '0', '--database-url', `sqlite:${folder.path('kill.db')}`];
  const books: Book[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await using server = startProcess(args);
    const client = new OpenAI({
      baseURL: urlOf(await server.firstLine()),
      apiKey: 'any',
      maxRetries: 0,
    });
    // What the last life of the server answered is there.
    const last = books.at(-1);
    if (last !== undefined) await verifyBook(client, last);
    const book: Book = new Map();
    books.push(book);
    let isDead = false;
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      keepWriting({
        client,
        writer,
        book,
        isOver: () => isDead,
        onFailure: (error) => {
          if (!(error instanceof OpenAI.APIConnectionError)) throw error;
          isDead = true;
        },
      }),
    );
    setTimeout(() => server.child.kill('SIGKILL'), 20 + Math.random() * 150);
    await Promise.all(writers);
    expect((await server.finished()).signal).toBe('SIGKILL');
  }
  await using server = startProcess(args);
  const client = new OpenAI({ baseURL: urlOf(await server.firstLine()), apiKey: 'any' });
  let items = 0;
  for (const book of books) items += await verifyBook(client, book);
  expect(items).toBeGreaterThan(KILLS);
});
