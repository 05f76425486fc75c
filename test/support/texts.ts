import { postItems, type Posted } from './posting.ts';
import type { TestServer } from './server.ts';

/** A list of messages, with the fields that tests compare. */
export interface MessageList {
  readonly data: readonly {
    readonly id: string;
    readonly content: readonly { readonly text: string }[];
  }[];
  readonly has_more: boolean;
}

/** Returns user messages with these texts. */
export function messages(...texts: readonly string[]): { role: 'user'; content: string }[] {
  return texts.map((content) => ({ role: 'user', content }));
}

/** Creates a conversation of user messages and returns its id. */
export async function conversationOf(
  { client }: TestServer,
  ...texts: readonly string[]
): Promise<string> {
  return (await client.conversations.create({ items: messages(...texts) })).id;
}

/** Appends user messages in one request. */
export function appendTexts(
  server: TestServer,
  conversation: string,
  ...texts: readonly string[]
): Promise<Posted> {
  return postItems(server, conversation, messages(...texts));
}

/** Returns the answer to listing the messages of a conversation. */
export async function listMessages(
  server: TestServer,
  conversation: string,
  query: string,
): Promise<MessageList> {
  const { body } = await server.request(`/v1/conversations/${conversation}/items?${query}`);
  // Sound: the answer was checked against the document, and the tests store only messages.
  return body as MessageList;
}

/** Returns the first text of each message of a list. */
export function textsOf({ data }: MessageList): string[] {
  return data.map(({ content }) => content[0]?.text ?? '');
}

/** Returns the texts of a conversation of at most 100 messages. */
export async function listTexts(
  server: TestServer,
  conversation: string,
  order: 'asc' | 'desc' = 'asc',
): Promise<string[]> {
  return textsOf(await listMessages(server, conversation, `order=${order}&limit=100`));
}
