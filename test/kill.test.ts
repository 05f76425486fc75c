import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { startProcess, urlOf } from './support/process.ts';

const KILLS = 20;
const WRITERS = 4;

/** Everything a writer was told is stored, by conversation, in order. */
type Acknowledged = Map<string, { texts: string[]; ids: string[]; pending: string[] | undefined }>;

/** Writes until the server is gone, keeping book of every answer. */
async function write(client: OpenAI, writer: number, book: Acknowledged): Promise<void> {
  try {
    const { id } = await client.conversations.create();
    const entry = {
      texts: [] as string[],
      ids: [] as string[],
      pending: undefined as string[] | undefined,
    };
    book.set(id, entry);
    for (let turn = 0; ; turn += 1) {
      const texts = Array.from(
        { length: 1 + (turn % 3) },
        (_, index) => `${writer}/${turn}/${index} ${'π'.repeat(200)}`,
      );
      entry.pending = texts;
      const { data } = await client.conversations.items.create(id, {
        items: texts.map((content) => ({ role: 'user' as const, content })),
      });
      entry.texts.push(...texts);
      entry.ids.push(...data.map((item) => item.id ?? ''));
      entry.pending = undefined;
    }
  } catch (error) {
    if (!(error instanceof OpenAI.APIConnectionError)) throw error;
  }
}

async function verify(client: OpenAI, book: Acknowledged): Promise<number> {
  let items = 0;
  for (const [id, { texts, ids, pending }] of book) {
    const stored: { id: string; text: string }[] = [];
    for await (const item of client.conversations.items.list(id, { order: 'asc', limit: 100 })) {
      if (item.type !== 'message' || item.content[0]?.type !== 'input_text') throw new Error('odd');
      stored.push({ id: item.id, text: item.content[0].text });
    }
    expect(stored.slice(0, texts.length)).toEqual(
      texts.map((text, index) => ({ id: ids[index], text })),
    );
    // What was not answered is there whole or not at all.
    const rest = stored.slice(texts.length).map(({ text }) => text);
    if (rest.length > 0) expect(rest).toEqual(pending);
    items += texts.length;
  }
  return items;
}

test(`every answered write survives ${KILLS} kill -9, in order and byte for byte`, async () => {
  await using folder = await temporaryFolder();
  const args = ['serve', '--port', '0', '--database-url', `sqlite:${folder.path('kill.db')}`];
  const books: Acknowledged[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await using server = startProcess(args);
    const client = new OpenAI({
      baseURL: urlOf(await server.firstLine()),
      apiKey: 'any',
      maxRetries: 0,
    });
    // What the last life of the server answered is there.
    const last = books.at(-1);
    if (last !== undefined) await verify(client, last);
    const book: Acknowledged = new Map();
    books.push(book);
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(client, writer, book));
    setTimeout(() => server.child.kill('SIGKILL'), 20 + Math.random() * 150);
    await Promise.all(writers);
    expect((await server.finished()).signal).toBe('SIGKILL');
  }
  await using server = startProcess(args);
  const client = new OpenAI({ baseURL: urlOf(await server.firstLine()), apiKey: 'any' });
  let items = 0;
  for (const book of books) items += await verify(client, book);
  expect(items).toBeGreaterThan(KILLS);
});
