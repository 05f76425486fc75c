import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';

/** Model of conversations in memory, which the server's answers must equal. */
class Model {
  readonly conversations = new Map<string, { metadata: object; items: Entry[] }>();
  #stored = 0;

  /** Returns the new items or the status of the refusal. `into` is `undefined` for a new conversation. */
  append(into: string | undefined, posted: readonly Posted[]): Entry[] | number {
    const conversation = into === undefined ? { items: [] } : this.conversations.get(into);
    if (conversation === undefined) return 404;
    const ids = posted.flatMap(({ id }) => id ?? []);
    if (new Set(ids).size < ids.length) return 400;
    const added = posted.map(({ id, type, text }) =>
      type === REFERENCE ? this.#lastStored(id) : { id, type, text, order: 0 },
    );
    if (added.includes(undefined)) return 404;
    if (conversation.items.some(({ id }) => ids.includes(id ?? ''))) return 400;
    return added.flatMap((entry) =>
      entry === undefined ? [] : [{ ...entry, order: (this.#stored += 1) }],
    );
  }

  list(id: string, order: string, limit: number, after: string | undefined): object | number {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) return 404;
    const ordered = order === 'asc' ? conversation.items : conversation.items.toReversed();
    const cursor = ordered.findIndex((entry) => entry.id === after);
    if (after !== undefined && cursor === -1) return 404;
    const rest = ordered.slice(cursor + 1);
    const page = rest.slice(0, limit).map(({ type, text }) => ({ type, text }));
    return { page, hasMore: rest.length > limit };
  }

  delete(id: string, itemId: string): number {
    const items = this.conversations.get(id)?.items;
    const index = items?.findIndex((entry) => entry.id === itemId) ?? -1;
    if (items === undefined || index === -1) return 404;
    items.splice(index, 1);
    return 200;
  }

  #lastStored(id: string | undefined): Entry | undefined {
    return [...this.conversations.values()]
      .flatMap(({ items }) => items)
      .filter((entry) => entry.id === id)
      .toSorted((one, other) => one.order - other.order)
      .at(-1);
  }
}

/** Fields of any answer that the model compares. */
interface Json {
  readonly id: string;
  readonly metadata: unknown;
  readonly has_more: boolean;
  readonly data: readonly JsonItem[];
}
interface JsonItem {
  readonly id: string;
  readonly type: string;
  /** Content of a message. */
  readonly content?: readonly { readonly text: string }[];
  /** Field of an item of another type. */
  readonly text?: string;
}

interface Entry {
  id: string | undefined;
  readonly type: string;
  readonly text: string;
  /** Number of the item in the order in which items were stored. */
  readonly order: number;
}
/** Without an `id`, the server makes one. */
interface Posted {
  readonly id: string | undefined;
  readonly type: string;
  readonly text: string;
}

const MESSAGE = 'message';
const REFERENCE = 'item_reference';
const UNKNOWN = 'conv_unknown';
// Few ids and few conversations, so that they meet often.
const slot = fc.nat(4);
const itemId = fc.constantFrom('msg_a', 'c/d?e=f#g', '100% größe %2F');
const type = fc.constantFrom(MESSAGE, MESSAGE, 'future_call', 'file_search_call');
const text = fc.string({ maxLength: 5 });
const posted: fc.Arbitrary<Posted> = fc.oneof(
  fc.record({ id: fc.constant(undefined), type, text }),
  fc.record({ id: itemId, type, text }),
  fc.record({ id: itemId, type: fc.constant(REFERENCE), text: fc.constant('') }),
);
const command = fc.oneof(
  fc.record({ do: fc.constant('create' as const), items: fc.array(posted, { maxLength: 3 }) }),
  fc.record({
    do: fc.constant('append' as const),
    slot,
    items: fc.array(posted, { maxLength: 4 }),
  }),
  fc.record({
    do: fc.constant('append' as const),
    slot,
    items: fc.array(posted, { maxLength: 4 }),
  }),
  fc.record({
    do: fc.constant('list' as const),
    slot,
    order: fc.constantFrom('asc', 'desc'),
    limit: fc.integer({ min: 1, max: 5 }),
    cursor: fc.option(fc.nat(6)),
  }),
  fc.record({ do: fc.constant('deleteItem' as const), slot, index: fc.nat(4) }),
  fc.record({ do: fc.constant('delete' as const), slot }),
  fc.record({
    do: fc.constant('update' as const),
    slot,
    metadata: fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), {
      maxKeys: 3,
    }),
  }),
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** Sends operations to the server, and compares the answers with the model's. */
class Run {
  readonly #server: TestServer;
  readonly #model = new Model();
  readonly #ids: string[] = [];

  constructor(server: TestServer) {
    this.#server = server;
  }

  async step(step: Command): Promise<void> {
    switch (step.do) {
      case 'create':
        return this.#create(step.items);
      case 'append':
        return this.#append(this.#id(step.slot), step.items);
      case 'list':
        return this.#list(step);
      case 'deleteItem':
        return this.#deleteItem(step);
      case 'delete':
        return this.#delete(this.#id(step.slot));
      case 'update':
        return this.#update(this.#id(step.slot), step.metadata);
    }
  }

  #id(at: number): string {
    return this.#ids[at % (this.#ids.length + 1)] ?? UNKNOWN;
  }

  async #call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Json }> {
    return this.#server.request(`/v1/conversations${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }) as Promise<{ status: number; body: Json }>;
  }

  async #create(items: readonly Posted[]): Promise<void> {
    const { status, body } = await this.#call('POST', '', { items: items.map(toItem) });
    const expected = this.#model.append(undefined, items);
    expect(status).toBe(typeof expected === 'number' ? expected : 200);
    if (typeof expected === 'number') return;
    const { id } = body;
    this.#ids.push(id);
    this.#model.conversations.set(id, { metadata: {}, items: expected });
    const { body: listed } = await this.#call('GET', `/${id}/items?order=asc`);
    this.#learn(expected, listed.data);
  }

  async #append(id: string, items: readonly Posted[]): Promise<void> {
    const { status, body } = await this.#call('POST', `/${id}/items`, { items: items.map(toItem) });
    const expected = this.#model.append(id, items);
    expect(status).toBe(typeof expected === 'number' ? expected : 200);
    if (typeof expected === 'number') return;
    this.#learn(expected, body.data);
    this.#model.conversations.get(id)?.items.push(...expected);
  }

  /** Compares the items, and notes the ids that the server has made. */
  #learn(entries: Entry[], data: Json['data']): void {
    expect(data.map(shown)).toEqual(entries.map(shown));
    entries.forEach((entry, index) => {
      entry.id ??= data[index]?.id;
      expect(data[index]?.id).toBe(entry.id);
    });
  }

  async #list(step: {
    slot: number;
    order: string;
    limit: number;
    cursor: number | null;
  }): Promise<void> {
    const id = this.#id(step.slot);
    const after =
      step.cursor === null
        ? undefined
        : (this.#model.conversations.get(id)?.items[step.cursor]?.id ?? 'msg_a');
    const query = `order=${step.order}&limit=${step.limit}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`;
    const { status, body } = await this.#call('GET', `/${id}/items?${query}`);
    const expected = this.#model.list(id, step.order, step.limit, after);
    if (typeof expected === 'number') return expect(status).toBe(expected);
    const page = body.data.map(shown);
    expect({ page, hasMore: body.has_more }).toEqual(expected);
  }

  async #deleteItem(step: { slot: number; index: number }): Promise<void> {
    const id = this.#id(step.slot);
    const item = this.#model.conversations.get(id)?.items[step.index]?.id ?? 'msg_a';
    const { status } = await this.#call('DELETE', `/${id}/items/${encodeURIComponent(item)}`);
    expect(status).toBe(this.#model.delete(id, item));
    expect((await this.#call('GET', `/${id}/items/${encodeURIComponent(item)}`)).status).toBe(404);
  }

  async #delete(id: string): Promise<void> {
    const { status } = await this.#call('DELETE', `/${id}`);
    expect(status).toBe(this.#model.conversations.delete(id) ? 200 : 404);
  }

  async #update(id: string, metadata: object): Promise<void> {
    const { status, body } = await this.#call('POST', `/${id}`, { metadata });
    const conversation = this.#model.conversations.get(id);
    expect(status).toBe(conversation === undefined ? 404 : 200);
    if (conversation !== undefined) expect(body.metadata).toEqual(metadata);
  }
}

function toItem({ id, type, text }: Posted): object {
  const given = id === undefined ? {} : { id };
  if (type === REFERENCE) return given;
  // Of other types than messages, the server stores any fields.
  return type === MESSAGE ? { ...given, role: 'user', content: text } : { ...given, type, text };
}

/** Returns the fields of an item that are compared, its id apart. */
function shown({ type, text, content }: Pick<JsonItem, 'type' | 'text' | 'content'>): object {
  return { type, text: content?.[0]?.text ?? text };
}

const newItem = (text: string): Posted => ({ id: 'msg_a', type: MESSAGE, text });
const reference: Posted = { id: 'msg_a', type: REFERENCE, text: '' };
/** References to an id that several conversations have, which random operations seldom make. */
const REFERENCES: Command[] = [
  { do: 'create', items: [newItem('one')] },
  { do: 'create', items: [newItem('two')] },
  { do: 'create', items: [reference] },
  { do: 'deleteItem', slot: 0, index: 0 },
  { do: 'append', slot: 0, items: [newItem('three')] },
  { do: 'create', items: [reference] },
];

/** Waits, since of items that are stored in one millisecond none is the last. */
async function nextMillisecond(): Promise<void> {
  const began = Date.now();
  while (Date.now() === began) await setTimeout(1);
}

test('Random operations answer as the model does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'medium' }), async (commands) => {
      await using server = await startServer();
      const run = new Run(server);
      for (const step of commands) {
        await run.step(step);
        await nextMillisecond();
      }
    }),
    { numRuns: 20, examples: [[REFERENCES]] },
  );
});
