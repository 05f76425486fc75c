import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { startProcess, urlOf, type RunningProcess } from '../support/process.ts';
import { keepWriting, verifyBook, type Book } from '../support/writers.ts';

const PROCESSES = 4;
const WRITERS_EACH = 3;
const SECONDS = 20;

interface Member {
  server: RunningProcess;
  client: OpenAI;
}

/** Starts a process that serves the database until the stack is disposed of. */
async function join(databaseUrl: string, stack: AsyncDisposableStack): Promise<Member> {
  const settings = ['--database-url', databaseUrl, '--database-pool-size', '5'];
  const server = stack.use(startProcess(['serve', '--port', '0', ...settings]));
  const client = new OpenAI({
    baseURL: urlOf(await server.firstLine()),
    apiKey: 'any',
    maxRetries: 0,
  });
  return { server, client };
}

test(
  `${PROCESSES} processes on one database keep all answered writes while one is killed each second for ${SECONDS} seconds`,
  { timeout: 240_000 },
  async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using stack = new AsyncDisposableStack();
    const members = await Promise.all(
      Array.from({ length: PROCESSES }, () => join(database.url, stack)),
    );
    const books: Book[] = [];
    let isOver = false;
    const writers = members.flatMap((member) =>
      Array.from({ length: WRITERS_EACH }, (_, writer) => {
        const book: Book = new Map();
        books.push(book);
        return keepWriting({
          // The process that has replaced the last one.
          get client() {
            return member.client;
          },
          writer,
          book,
          isOver: () => isOver,
          onFailure: async (error) => {
            if (!(error instanceof OpenAI.APIConnectionError)) throw error;
            await sleep(20);
          },
          alsoDo: async (id) => {
            const { conversations } = member.client;
            const { data } = await conversations.items.list(id, { limit: 20 });
            await conversations.items.retrieve(data[0]?.id ?? '', { conversation_id: id });
            await conversations.update(id, { metadata: { last: data[0]?.id ?? '' } });
          },
        });
      }),
    );
    const settled = Promise.allSettled(writers);
    try {
      for (let second = 0; second < SECONDS; second += 1) {
        await sleep(1000);
        const member = members[Math.floor(Math.random() * PROCESSES)];
        if (member === undefined) continue;
        member.server.child.kill('SIGKILL');
        await member.server.finished();
        Object.assign(member, await join(database.url, stack));
      }
    } finally {
      isOver = true;
      await settled;
    }
    await Promise.all(writers);
    const [first] = members;
    if (first === undefined) throw new Error('no process is left');
    let items = 0;
    for (const book of books) items += await verifyBook(first.client, book);
    expect(items).toBeGreaterThan(SECONDS * PROCESSES);
    const gaps = await database.run(`
      SELECT conversation_id FROM items GROUP BY conversation_id
      HAVING min(position) <> 0 OR max(position) + 1 <> count(*)`);
    expect(gaps).toEqual([]);
    console.info(
      `${items} answered items in ${books.reduce((sum, { size }) => sum + size, 0)} conversations survived ${SECONDS} kills`,
    );
  },
);
