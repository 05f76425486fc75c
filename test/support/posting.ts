import { expect } from 'vitest';
import type { TestServer } from './server.ts';

export type Item = Record<string, unknown> & { id: string };

export interface Posted {
  readonly status: number;
  readonly items: readonly Item[];
  readonly error: Record<string, unknown>;
}

/** Creates an empty conversation and returns its id. */
export async function newConversation({ client }: TestServer): Promise<string> {
  return (await client.conversations.create()).id;
}

/** Posts items as they are, and returns the stored ones or the error. */
export async function postItems(
  server: TestServer,
  conversation: string,
  items: readonly unknown[],
  query = '',
): Promise<Posted> {
  const { status, body } = await server.request(`/v1/conversations/${conversation}/items${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items }),
  });
  // Sound: the answer was checked against the document, which has one of the two.
  const { data, error } = body as { data: Item[]; error: Record<string, unknown> };
  return { status, items: data, error };
}

/** Posts one item to a new conversation, and returns it as it is stored. */
export async function storeItem(server: TestServer, item: unknown, query = ''): Promise<Item> {
  const posted = await postItems(server, await newConversation(server), [item], query);
  expect(posted.error).toBeUndefined();
  const [only] = posted.items;
  if (only === undefined) throw new Error('the answer has no item');
  return only;
}
