import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { expect } from 'vitest';
import { startModelServer } from './model-server.ts';
import {
  answerText,
  answerTo,
  assertDense,
  beginTurn,
  serveTurns,
  textOf,
  textsOf,
  type SharedDatabase,
} from './process-turns.ts';

/** A turn as its client has seen it. */
interface SeenTurn {
  readonly text: string;
  /** Set once the stream has begun. */
  responseId: string | undefined;
  isCompleted: boolean;
}

/** Turns of one history, in order. Only the last one may be incomplete. */
interface Chapter {
  /** `undefined` for turns that continue each other's response. */
  readonly conversation: string | undefined;
  readonly turns: SeenTurn[];
}

export interface KillFigures {
  readonly rounds: number;
  readonly completed: number;
  /** Turns whose client had not seen the end, and that were stored whole. */
  readonly storedUnseen: number;
  /** Turns whose client had not seen the end, and that were not stored. */
  readonly absent: number;
}

const WRITERS = 4;
const TURNS_A_CHAPTER = 5;

/** Runs turns against a process that is killed at a random moment, again and again, and checks what each life has left. */
export async function killRounds(database: SharedDatabase, rounds: number): Promise<KillFigures> {
  await using model = await startModelServer((request) =>
    answerTo(request, { between: [{ kind: 'pause', ms: Math.random() * 4 }] }),
  );
  const figures = { rounds, completed: 0, storedUnseen: 0, absent: 0 };
  let chapters: readonly Chapter[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await using server = await serveTurns(database, model);
    await verify(server.client, chapters, figures);
    chapters = await oneLife(server, round);
  }
  await using server = await serveTurns(database, model);
  await verify(server.client, chapters, figures);
  await assertDense(database);
  const halves = await database.run(`
    SELECT id FROM conversations
    WHERE next_position <> 2 * (SELECT count(*) FROM responses WHERE conversation_id = conversations.id)`);
  expect(halves, 'items without their response, or the reverse').toEqual([]);
  return figures;
}

type Server = Awaited<ReturnType<typeof serveTurns>>;

/** Writes until the process is killed. */
async function oneLife(server: Server, round: number): Promise<readonly Chapter[]> {
  const chapters: Chapter[] = [];
  let isDead = false;
  const begun = Promise.withResolvers<void>();
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let number = 0; !isDead; number += 1) {
      try {
        await writeChapter(server.client, chapters, `${round}/${writer}/${number}`, begun.resolve);
      } catch (error) {
        if (error instanceof OpenAI.APIError && !(error instanceof OpenAI.APIConnectionError)) {
          throw error;
        }
        isDead = true;
      }
    }
  });
  await begun.promise;
  await sleep(Math.random() * 120);
  server.child.kill('SIGKILL');
  await Promise.all(writers);
  expect((await server.finished()).signal).toBe('SIGKILL');
  return chapters;
}

async function writeChapter(
  client: OpenAI,
  chapters: Chapter[],
  name: string,
  onBegun: () => void,
): Promise<void> {
  const isHidden = name.endsWith('1');
  const conversation = isHidden ? undefined : (await client.conversations.create()).id;
  const turns: SeenTurn[] = [];
  chapters.push({ conversation, turns });
  for (let number = 0; number < TURNS_A_CHAPTER; number += 1) {
    const turn: SeenTurn = { text: `${name}/${number}`, responseId: undefined, isCompleted: false };
    const previous = turns.at(-1)?.responseId;
    turns.push(turn);
    const stream = await client.responses.create({
      input: turn.text,
      stream: true,
      ...(conversation === undefined
        ? { previous_response_id: previous ?? null }
        : { conversation }),
    });
    for await (const event of stream) {
      onBegun();
      if (event.type === 'response.created') turn.responseId = event.response.id;
      if (event.type === 'response.completed') turn.isCompleted = true;
      if (event.type === 'response.failed') throw new Error(`${turn.text} has failed`);
    }
    if (!turn.isCompleted) throw new Error('the stream was cut off');
  }
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

async function verify(
  client: OpenAI,
  chapters: readonly Chapter[],
  figures: Mutable<KillFigures>,
): Promise<void> {
  for (const { conversation, turns } of chapters) {
    let history: string[] = [];
    for (const { text, responseId, isCompleted } of turns) {
      const pair = [text, answerText(text)];
      const stored = responseId === undefined ? undefined : await find(client, responseId);
      if (stored !== undefined) {
        expect(stored.status).toBe('completed');
        expect(textOf(stored.output[0] ?? { type: '' })).toBe(answerText(text));
        const shown = client.responses.inputItems.list(stored.id, { order: 'asc', limit: 100 });
        const texts: string[] = [];
        for await (const item of shown) texts.push(textOf(item));
        expect(texts).toEqual([...history, text]);
        history = [...history, ...pair];
      }
      if (isCompleted) expect(stored, `${text} was completed, and is lost`).toBeDefined();
      if (isCompleted) figures.completed += 1;
      else if (stored === undefined) figures.absent += 1;
      else figures.storedUnseen += 1;
    }
    if (conversation === undefined) continue;
    const texts = await textsOf(client, conversation);
    const last = turns.at(-1);
    const hasUnknown = last !== undefined && !last.isCompleted && last.responseId === undefined;
    const unseen = hasUnknown ? [last.text, answerText(last.text)] : [];
    // A turn of which the client knows nothing is stored whole, or not at all.
    expect(texts).toEqual(texts.length > history.length ? [...history, ...unseen] : history);
  }
}

async function find(client: OpenAI, id: string) {
  try {
    return await client.responses.retrieve(id);
  } catch (error) {
    if (error instanceof OpenAI.NotFoundError) return undefined;
    throw error;
  }
}

/**
 * Kills a process between the last byte of its model and the end of its commit, which `hold` delays, and returns what
 * the next process has of the turn. `through` is the database as the killed process reaches it.
 */
export async function killBeforeCommit(
  database: SharedDatabase,
  through: Pick<SharedDatabase, 'url'>,
  hold: (conversation: string) => Promise<AsyncDisposable>,
): Promise<readonly string[]> {
  await using model = await startModelServer((request) => answerTo(request));
  await using server = await serveTurns(through, model);
  const { id } = await server.client.conversations.create();
  const held = Promise.withResolvers<AsyncDisposable>();
  model.play((request) => {
    const locked = hold(id);
    locked.then(held.resolve, held.reject);
    return answerTo(request, { before: [locked] });
  });
  const turn = await beginTurn(server.client, { conversation: id, input: 'held' });
  const lock = await held.promise;
  expect(await model.requests[0]?.abandoned).toBe(false);
  await turn.reached('response.output_item.done');
  server.child.kill('SIGKILL');
  await server.finished();
  await expect(turn.ended).rejects.toThrow();
  expect(turn.events.map(({ type }) => type)).not.toContain('response.completed');
  await lock[Symbol.asyncDispose]();
  await using next = await serveTurns(database, model);
  const texts = await textsOf(next.client, id);
  const responses = await database.run('SELECT id FROM responses');
  expect(responses, 'a response without its items, or the reverse').toHaveLength(texts.length / 2);
  await assertDense(database);
  return texts;
}
