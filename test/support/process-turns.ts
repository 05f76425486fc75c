/** Turns of real processes: model servers that answer what they are shown, and databases that several processes open. */

import { DatabaseSync } from 'node:sqlite';
import OpenAI from 'openai';
import { expect, inject } from 'vitest';
import { serve, type ServingProcess } from './faulty.ts';
import { temporaryFolder } from './folder.ts';
import {
  chunk,
  DONE,
  startModelServer,
  streamed,
  type ReceivedRequest,
  type ScriptedAnswer,
  type ScriptedModelServer,
  type Step,
} from './model-server.ts';
import { createDatabase } from './postgres.ts';

type StreamEvent = OpenAI.Responses.ResponseStreamEvent;

type Row = Record<string, unknown>;

/** A database that any number of processes, and the test itself, can open. */
export interface SharedDatabase extends AsyncDisposable {
  /** Value for `--database-url`. */
  readonly url: string;
  /** Runs one statement and returns its rows. */
  run(sql: string): Promise<readonly Row[]>;
}

export async function sqliteFile(): Promise<SharedDatabase> {
  const folder = await temporaryFolder();
  const path = folder.path('turns.db');
  return {
    url: `sqlite:${path}`,
    run: async (sql) => {
      using database = new DatabaseSync(path, { timeout: 5_000 });
      return database.prepare(sql).all();
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

export function postgresDatabase(): Promise<SharedDatabase> {
  return createDatabase(inject('postgresUrl'));
}

/** The kinds of databases that processes share, by name. */
export const SHARED_DATABASES = [
  ['SQLite', sqliteFile],
  ['PostgreSQL', postgresDatabase],
] as const;

/** Starts the program on a database with a model server. */
export function serveTurns(
  database: Pick<SharedDatabase, 'url'>,
  model: Pick<ScriptedModelServer, 'url'>,
  ...settings: readonly string[]
): Promise<ServingProcess> {
  const at = database.url.replace(/^sqlite:/, '');
  return serve(at, {}, '--model-url', model.url, '--default-model', 'm', ...settings);
}

/** Starts two processes on one database, with a model server, a conversation and a gate. The settings are those of the second. */
export async function startTwo(
  openDatabase: () => Promise<SharedDatabase>,
  ...settings: readonly string[]
) {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await openDatabase());
  const model = stack.use(await startModelServer());
  const first = stack.use(await serveTurns(database, model));
  const second = stack.use(await serveTurns(database, model, ...settings));
  const { id } = await first.client.conversations.create();
  const opened = stack.move();
  return {
    ...gate(),
    database,
    model,
    first,
    second,
    id,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Returns the texts of the messages that a model server was shown. */
export function shownTexts({ body }: Pick<ReceivedRequest, 'body'>): readonly string[] {
  // Sound: the body of Chat Completions.
  const { messages } = body as { readonly messages: readonly { readonly content: string }[] };
  return messages.map(({ content }) => content);
}

export function answerText(input: string): string {
  return `answer to ${input}`;
}

/** Makes an answer to the last message, with steps between its words and before its end. */
export function answerTo(
  request: Pick<ReceivedRequest, 'body'>,
  { between = [], before = [] }: { between?: readonly Step[]; before?: readonly Step[] } = {},
): ScriptedAnswer {
  const words = answerText(shownTexts(request).at(-1) ?? '').split(/(?<= )/);
  const steps = words.flatMap((content) => [chunk({ content }), ...between]);
  return streamed(...steps, ...before, chunk({}, 'stop'), DONE);
}

/** A step that is waited for until the test opens it. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** Returns the texts of all items, in their order. */
export async function textsOf(client: OpenAI, conversation: string): Promise<readonly string[]> {
  const texts: string[] = [];
  const items = client.conversations.items.list(conversation, { order: 'asc', limit: 100 });
  for await (const item of items) texts.push(textOf(item));
  return texts;
}

/** Returns the text of a message with one part. */
export function textOf(item: { readonly type: string }): string {
  // Sound: a message of the tests has one part with a text.
  const { content } = item as { readonly content?: readonly { readonly text?: string }[] };
  return content?.[0]?.text ?? '';
}

export interface StreamedTurn {
  /** Events so far. */
  readonly events: readonly StreamEvent[];
  /** Resolves with the terminal event. */
  readonly ended: Promise<StreamEvent>;
  /** Resolves when an event of this type has arrived. */
  reached(type: StreamEvent['type']): Promise<void>;
  /** Closes the connection. */
  leave(): void;
}

type TurnRequest = Omit<OpenAI.Responses.ResponseCreateParamsStreaming, 'stream'>;

/** Begins a turn, and resolves when its stream has begun. Rejects when it is refused. */
export async function beginTurn(client: OpenAI, request: TurnRequest): Promise<StreamedTurn> {
  const stream = await client.responses.create({ ...request, stream: true });
  const events: StreamEvent[] = [];
  const ended = (async () => {
    for await (const event of stream) events.push(event);
    const last = events.at(-1);
    if (last === undefined) throw new Error('the stream had no events');
    return last;
  })();
  ended.catch(() => undefined);
  const types = (): readonly string[] => events.map(({ type }) => type);
  return {
    events,
    ended,
    reached: (type) => expect.poll(types).toContain(type),
    leave: () => stream.controller.abort(),
  };
}

/** Returns the id of the response of a turn that has begun. */
export async function responseIdOf(turn: StreamedTurn): Promise<string> {
  await turn.reached('response.created');
  const [first] = turn.events;
  if (first?.type !== 'response.created') throw new Error('the first event is another one');
  return first.response.id;
}

/** Fails unless the positions of every conversation are those of its items, from 0 on, each once. */
export async function assertDense(database: SharedDatabase): Promise<void> {
  const wrong = await database.run(`
    SELECT id FROM conversations
    WHERE next_position <> (SELECT count(*) FROM items WHERE conversation_id = conversations.id)
      OR next_position <> coalesce(
        (SELECT max(position) + 1 FROM items WHERE conversation_id = conversations.id), 0)`);
  expect(wrong, 'positions are missing, or given out twice').toEqual([]);
}

/** Makes all leases of turns older, as if this time had passed. */
export async function ageLeases(database: SharedDatabase, ms: number): Promise<void> {
  await database.run(`UPDATE turns SET expires_at = expires_at - ${ms} RETURNING token`);
}

/** The error of a refused request, as its client sees it. */
export interface Refusal {
  readonly status: number | undefined;
  readonly code: string | null | undefined;
  readonly message: string;
}

/** Resolves with the refusal of a call, and rejects when it is done. */
export async function refusalOf(call: PromiseLike<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    const { status, code, message } = error;
    return { status, code, message };
  }
  throw new Error('the call was not refused');
}
