import type OpenAI from 'openai';
import { expect } from 'vitest';

/** Items that the server has confirmed to the writers, in order, by conversation. */
export type Book = Map<
  string,
  {
    texts: string[];
    ids: string[];
    /** Texts that were sent and not answered. */
    pending: string[] | undefined;
  }
>;

export interface Writing {
  readonly client: OpenAI;
  readonly writer: number;
  readonly book: Book;
  readonly isOver: () => boolean;
  /** Receives every failure, and throws those that the test does not expect. */
  readonly onFailure: (error: unknown) => Promise<void> | void;
  /** Runs between two appends. */
  readonly alsoDo?: (conversationId: string) => Promise<unknown>;
}

/** Writes conversations until it is over, and records every answer. After a failure it begins another one. */
export async function keepWriting(writing: Writing): Promise<void> {
  while (!writing.isOver()) {
    try {
      await writeOne(writing);
    } catch (error) {
      await writing.onFailure(error);
    }
  }
}

async function writeOne({ client, writer, book, isOver, alsoDo }: Writing): Promise<void> {
  const { id } = await client.conversations.create();
  const entry = {
    texts: [] as string[],
    ids: [] as string[],
    pending: undefined as string[] | undefined,
  };
  book.set(id, entry);
  for (let round = 0; !isOver(); round += 1) {
    const texts = Array.from(
      { length: 1 + (round % 3) },
      (_, index) => `${writer}/${round}/${index} ${'π'.repeat(200)}`,
    );
    entry.pending = texts;
    const { data } = await client.conversations.items.create(id, {
      items: texts.map((content) => ({ role: 'user' as const, content })),
    });
    entry.texts.push(...texts);
    entry.ids.push(...data.map((item) => item.id ?? ''));
    entry.pending = undefined;
    await alsoDo?.(id);
  }
}

/** Fails unless every confirmed item is stored, and returns the number of confirmed items. */
export async function verifyBook(client: OpenAI, book: Book): Promise<number> {
  let items = 0;
  for (const [id, { texts, ids, pending }] of book) {
    const stored: { id: string; text: string }[] = [];
    for await (const item of client.conversations.items.list(id, { order: 'asc', limit: 100 })) {
      if (item.type !== 'message' || item.content[0]?.type !== 'input_text')
        throw new Error(`the item ${item.id} is not one that the writers sent`);
      stored.push({ id: item.id, text: item.content[0].text });
    }
    expect(stored.slice(0, texts.length)).toEqual(
      texts.map((text, index) => ({ id: ids[index], text })),
    );
    // Items without an answer are stored once and together, or not at all.
    const rest = stored.slice(texts.length).map(({ text }) => text);
    if (rest.length > 0) expect(rest).toEqual(pending);
    items += texts.length;
  }
  return items;
}
