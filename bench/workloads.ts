/** Workloads: the data that must be stored before, and the requests. */

import type { BenchRequest } from './http-connection.ts';

/** Calls the target while a workload is prepared, and returns the parsed answer. */
export type Call = (
  request: BenchRequest,
) => Promise<{ readonly id: string; readonly data: readonly { readonly id: string }[] }>;

/** Ids of the prepared conversations and items. */
export interface Prepared {
  readonly conversations: readonly string[];
  readonly items: readonly string[];
}

export interface Workload {
  readonly title: string;
  prepare(call: Call): Promise<Prepared>;
  next(prepared: Prepared): BenchRequest;
}

const BASE = '/v1/conversations';
const NOTHING: Prepared = { conversations: [], items: [] };
const MANY = 1_000;
const MOST_ITEMS = 20;

// A message with about 500 bytes of stored JSON.
const TEXT = 'The quick brown fox jumps over the lazy dog, and says so in several languages. '
  .repeat(5)
  .slice(0, 340);
const MESSAGE = { type: 'message', role: 'user', content: [{ type: 'input_text', text: TEXT }] };

const messages = (count: number): readonly unknown[] =>
  Array.from({ length: count }, () => MESSAGE);
const CREATE_1 = JSON.stringify({ items: messages(1) });
const CREATE_20 = JSON.stringify({ items: messages(MOST_ITEMS) });
const APPEND_2 = JSON.stringify({ items: messages(2) });

let lastId = 0;
/** Two messages with ids of the client's, which no other conversation has. */
function appendWithIds(): string {
  const items = [1, 2].map(() => ({ ...MESSAGE, id: `msg_${process.pid}_${(lastId += 1)}` }));
  return JSON.stringify({ items });
}

function pick(values: readonly string[]): string {
  return values[Math.floor(Math.random() * values.length)] ?? '';
}

const create = (body: string): BenchRequest => ({ method: 'POST', path: BASE, body });
const append = (id: string, body: string): BenchRequest => ({
  method: 'POST',
  path: `${BASE}/${id}/items`,
  body,
});
const list = (id: string): BenchRequest => ({
  method: 'GET',
  path: `${BASE}/${id}/items?limit=20`,
});

async function many(call: Call, count: number, body: string): Promise<string[]> {
  const ids: string[] = [];
  // 16 at a time, so that the target shares commits.
  for (let made = 0; made < count; made += 16) {
    const batch = Array.from({ length: Math.min(16, count - made) }, () => call(create(body)));
    ids.push(...(await Promise.all(batch)).map(({ id }) => id));
  }
  return ids;
}

/** Prepares one conversation of a thousand items. */
async function long(call: Call): Promise<Prepared> {
  const { id } = await call(create('{}'));
  const items: string[] = [];
  for (let n = 0; n < MANY; n += MOST_ITEMS) {
    const { data } = await call(append(id, CREATE_20));
    items.push(...data.map((item) => item.id));
  }
  return { conversations: [id], items };
}

const manyShort = async (call: Call): Promise<Prepared> => ({
  conversations: await many(call, MANY, CREATE_1),
  items: [],
});

export const WORKLOADS = {
  create1: {
    title: 'create, 1 item',
    prepare: async () => NOTHING,
    next: () => create(CREATE_1),
  },
  create20: {
    title: 'create, 20 items',
    prepare: async () => NOTHING,
    next: () => create(CREATE_20),
  },
  append2: {
    title: 'append 2 items to one of 1,000 conversations',
    prepare: manyShort,
    next: ({ conversations }) => append(pick(conversations), APPEND_2),
  },
  append2Ids: {
    title: 'append 2 items with ids of the client',
    prepare: manyShort,
    next: ({ conversations }) => append(pick(conversations), appendWithIds()),
  },
  get: {
    title: 'get conversation',
    prepare: manyShort,
    next: ({ conversations }) => ({ method: 'GET', path: `${BASE}/${pick(conversations)}` }),
  },
  list20: {
    title: 'list 20 of 1,000 items',
    prepare: long,
    next: ({ conversations }) => list(pick(conversations)),
  },
  getItem: {
    title: 'get item',
    prepare: long,
    next: ({ conversations, items }) => ({
      method: 'GET',
      path: `${BASE}/${pick(conversations)}/items/${pick(items)}`,
    }),
  },
  listConversations: {
    title: 'list 20 of 1,000 conversations',
    prepare: manyShort,
    next: () => ({ method: 'GET', path: `${BASE}?limit=20` }),
  },
  chat: {
    title: 'chat: 70 % append 2, 25 % list 20, 5 % create',
    prepare: manyShort,
    next: ({ conversations }) => {
      const dice = Math.random();
      if (dice < 0.7) return append(pick(conversations), APPEND_2);
      return dice < 0.95 ? list(pick(conversations)) : create(CREATE_1);
    },
  },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;
