import OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { startCuttingRelay, type CuttingRelay } from '../../support/cutting-relay.ts';
import { startServer } from '../../support/server.ts';
import { itemsOf } from '../../support/turns.ts';

const server = await startServer();
const { client } = server;
afterAll(() => server[Symbol.asyncDispose]());

const said = (content: string) => ({ type: 'message' as const, role: 'user' as const, content });

/** A request that makes or changes something, in a conversation of its own, and what it must have left. */
interface Lossy {
  readonly path: (id: string) => string;
  readonly body: (ids: readonly string[]) => object;
  /** Numbers of the items and of the forks of the conversation. */
  readonly left: readonly [items: number, forks: number];
}

const REQUESTS: Readonly<Record<string, Lossy>> = {
  create: {
    path: () => '/conversations',
    body: () => ({ metadata: { own: 'yes' }, items: [said('x')] }),
    left: [2, 0],
  },
  update: {
    path: (id) => `/conversations/${id}`,
    body: () => ({ metadata: { own: 'yes' } }),
    left: [2, 0],
  },
  append: {
    path: (id) => `/conversations/${id}/items`,
    body: () => ({ items: [said('x')] }),
    left: [3, 0],
  },
  fork: {
    path: (id) => `/conversations/${id}/fork`,
    body: () => ({ items: [said('x')] }),
    left: [2, 1],
  },
  rewind: {
    path: (id) => `/conversations/${id}/rewind`,
    body: ([first]) => ({ after: first, items: [said('x'), said('y')] }),
    left: [3, 0],
  },
};

let keys = 0;

/** Returns how many conversations the whole server has. */
async function countConversations(): Promise<number> {
  const { data } = await client.get<{ data: { conversations: number }[] }>('/conversations/usage');
  return data.reduce((sum, { conversations }) => sum + conversations, 0);
}

async function connect(relay: CuttingRelay, maxRetries: number): Promise<OpenAI> {
  const baseURL = `http://127.0.0.1:${relay.port}/v1`;
  return new OpenAI({ baseURL, apiKey: 'any', maxRetries });
}

async function conversation() {
  const { id } = await client.conversations.create({ items: [said('one'), said('two')] });
  return { id, ids: (await itemsOf(client, id)).map((item) => item.id ?? '') };
}

async function expectOnce(id: string, { left }: Lossy, what: string): Promise<void> {
  const forks = await client.get<{ data: unknown[] }>(`/conversations?forked_from=${id}`);
  const items = await itemsOf(client, id);
  expect([items.length, forks.data.length], what).toEqual(left);
}

type Conversation = Awaited<ReturnType<typeof conversation>>;

/** Sends a request of which the answer is cut after a number of bytes, and again with the same key. */
async function sendCut(
  relay: CuttingRelay,
  sender: OpenAI,
  request: Lossy,
  { id, ids }: Conversation,
  offset: number,
): Promise<void> {
  const headers = { 'Idempotency-Key': `cut-${(keys += 1)}` };
  const send = (): Promise<unknown> =>
    sender.post(request.path(id), { body: request.body(ids), headers });
  const { cuts } = relay;
  relay.cutAnswers(1, offset);
  const first = await send().catch((error: unknown) => error);
  // The lengths of answers differ by a digit.
  if (relay.cuts === cuts) relay.cutAnswers(0);
  else expect(first, `the answer was not cut at ${offset}`).toBeInstanceOf(Error);
  await send();
}

/** Returns the length of a whole answer. */
async function lengthOf(relay: CuttingRelay, sender: OpenAI, request: Lossy): Promise<number> {
  const { id, ids } = await conversation();
  const headers = { 'Idempotency-Key': `whole-${(keys += 1)}` };
  await sender.post(request.path(id), { body: request.body(ids), headers });
  return relay.lastBytes;
}

test('an append of which the answer is cut at any byte is stored once by its repetition', async () => {
  await using relay = await startCuttingRelay(Number(new URL(server.url).port));
  const sender = await connect(relay, 0);
  const request = REQUESTS['append'];
  if (request === undefined) throw new Error('there is no append');
  const length = await lengthOf(relay, sender, request);
  expect(length).toBeGreaterThan(300);
  const target = await conversation();
  for (let offset = 0; offset < length; offset += 1) {
    await sendCut(relay, sender, request, target, offset);
  }
  expect(relay.cuts).toBeGreaterThan(length - 3);
  expect(await itemsOf(client, target.id)).toHaveLength(2 + length);
});

test.each(Object.entries(REQUESTS))(
  '%s is carried out once when its answer is cut in its head or its body',
  async (name, request) => {
    await using relay = await startCuttingRelay(Number(new URL(server.url).port));
    const sender = await connect(relay, 0);
    const length = await lengthOf(relay, sender, request);
    const offsets = Array.from({ length: 14 }, (_, index) => Math.floor((length * index) / 14));
    for (const offset of new Set([...offsets, 1, 9, 15, 16, length - 1])) {
      const before = await countConversations();
      const target = await conversation();
      await sendCut(relay, sender, request, target, offset);
      await expectOnce(target.id, request, `${name} at ${offset}`);
      const made = name === 'create' || name === 'fork' ? 2 : 1;
      expect(await countConversations(), `${name} at ${offset}`).toBe(before + made);
    }
  },
);

test.each(Object.entries(REQUESTS))(
  '%s is carried out once by the official client, which repeats it by itself with its own key',
  async (_name, request) => {
    const relays = await Promise.all(
      [0, 5, 40].map(async (offset) => {
        const relay = await startCuttingRelay(Number(new URL(server.url).port));
        const sender = await connect(relay, 2);
        // The line of the documentation.
        Object.assign(sender, { idempotencyHeader: 'Idempotency-Key' });
        const { id, ids } = await conversation();
        relay.cutAnswers(1, offset);
        await sender.post(request.path(id), { body: request.body(ids) });
        expect(relay.cuts).toBe(1);
        await expectOnce(id, request, `at ${offset}`);
        return relay;
      }),
    );
    for (const relay of relays) await relay[Symbol.asyncDispose]();
  },
);
