import { expect } from 'vitest';
import { rawClient, type RawClient } from './raw-client.ts';
import { startServer, type TestServer } from './server.ts';

/** The error of a refused request, apart from its type. */
export interface Refusal {
  readonly message: string | RegExp;
  readonly param: string | null;
  readonly code: string | null;
}

/** A server with a conversation without items, and a client to send bad requests to it. */
export interface RefusalTarget extends AsyncDisposable {
  readonly server: TestServer;
  readonly send: RawClient['send'];
  readonly conversationId: string;
  /** Path of the conversation. */
  readonly path: string;
  readonly countItems: () => Promise<number>;
}

export async function startRefusalTarget(...settings: readonly string[]): Promise<RefusalTarget> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startServer(...settings));
  const client = stack.use(rawClient(server.origin));
  const { conversations } = server.client;
  const { id } = await conversations.create();
  const owned = stack.move();
  return {
    server,
    send: client.send,
    conversationId: id,
    path: `/v1/conversations/${id}`,
    countItems: async () => (await conversations.items.list(id)).data.length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Posts a body to the items of the target. Fails unless it is refused, stores nothing and keeps the connection. */
export async function assertItemsRefused(
  { send, path, countItems }: RefusalTarget,
  body: string | Buffer,
  { message, ...refusal }: Refusal,
): Promise<void> {
  const before = await countItems();
  const refused = await send('POST', `${path}/items`, body);
  expect(refused.status).toBe(400);
  expect(refused.error).toEqual({
    type: 'invalid_request_error',
    ...refusal,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
  const next = await send('GET', path);
  expect(next, 'the refusal must leave the connection open').toMatchObject({
    status: 200,
    clientPort: refused.clientPort,
  });
  expect(await countItems(), 'the refused request must not change the items').toBe(before);
}

/** Returns the body of a request that posts these items. */
export function itemsBody(...items: readonly unknown[]): string {
  return JSON.stringify({ items });
}
