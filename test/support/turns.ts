import type OpenAI from 'openai';
import { startModelServer, type ScriptedAnswer, type ScriptedModelServer } from './model-server.ts';
import { startServerWith, type TestServer } from './server.ts';

/** A message of a chat request. */
interface SentMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
  readonly [field: string]: unknown;
}

/** A chat request as the model server has got it. */
export interface SentRequest extends Readonly<Record<string, unknown>> {
  readonly messages: readonly SentMessage[];
}

/** A server with a scripted model server. */
export interface TurnServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly client: OpenAI;
  readonly model: ScriptedModelServer;
  /** Plays these answers to the next requests, one each. Then the last one is repeated. */
  readonly play: (...answers: readonly ScriptedAnswer[]) => void;
  /** Returns the body of the last request that the model server has got, or of one further back. */
  readonly sent: (back?: number) => SentRequest;
}

export const MODEL = 'qwen3';

export async function startTurnServer(...settings: readonly string[]): Promise<TurnServer> {
  return startTurnServerWith({}, ...settings);
}

/** Starts a server as `startTurnServer`, with variables. */
export async function startTurnServerWith(
  environment: Readonly<Record<string, string>>,
  ...settings: readonly string[]
): Promise<TurnServer> {
  await using stack = new AsyncDisposableStack();
  const model = stack.use(await startModelServer());
  const server = stack.use(
    await startServerWith(environment, '--model-url', model.url, ...settings),
  );
  const owned = stack.move();
  return {
    server,
    client: server.client,
    model,
    play: (...answers) => model.play(...answers),
    sent: (back = 0) => sentTo(model, back),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Returns the body of the last request that a model server has got, or of one further back. */
export function sentTo({ requests }: ScriptedModelServer, back = 0): SentRequest {
  const body = requests.at(-1 - back)?.body;
  if (body === undefined) throw new Error('the model server has got no such request');
  // Sound: the server sends chat requests alone.
  return body as SentRequest;
}

/** Returns the messages of a request as pairs of role and content. */
export function spoken({ messages }: SentRequest): readonly (readonly [string, unknown])[] {
  return messages.map(({ role, content }) => [role, content]);
}

/** Returns all items of a conversation, from the first to the last. */
export async function itemsOf(
  client: OpenAI,
  conversation: string,
): Promise<readonly OpenAI.Conversations.ConversationItem[]> {
  const items: OpenAI.Conversations.ConversationItem[] = [];
  for await (const item of client.conversations.items.list(conversation, {
    order: 'asc',
    limit: 100,
  })) {
    items.push(item);
  }
  return items;
}

/** Returns the events of a stream. */
export async function eventsOf<Event>(stream: AsyncIterable<Event>): Promise<readonly Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Returns the ways to continue a response, by name: each begins one, and then makes the fields of a request. */
export function waysToContinue(client: OpenAI) {
  return [
    [
      'a conversation',
      async () => {
        const { id } = await client.conversations.create();
        return () => ({ conversation: id });
      },
    ],
    [
      'the previous response',
      async () => (previous?: string) =>
        previous === undefined ? {} : { previous_response_id: previous },
    ],
  ] as const;
}
