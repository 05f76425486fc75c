import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Conversations in memory, which the answers of the server must equal. */
class Model {
  readonly conversations = new Map<string, { metadata: object; items: Entry[] }>();

  append(id: string, posted: readonly Posted[]): Entry[] | number {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) return 404;
    const added: Entry[] = [];
    for (const { id: itemId, text } of posted) {
      const isHere = [...conversation.items, ...added].some((entry) => entry.id === itemId);
      if (itemId !== undefined && isHere) return 400;
      const stored = this.#find(itemId);
      if (text === undefined && stored === undefined) return 404;
      added.push(stored ?? { id: itemId, text: text ?? '' });
    }
    conversation.items.push(...added);
    return added;
  }

  list(id: string, order: string, limit: number, after: string | undefined): object | number {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) return 404;
    const ordered = order === 'asc' ? conversation.items : conversation.items.toReversed();
    const cursor = ordered.findIndex((entry) => entry.id === after);
    if (after !== undefined && cursor === -1) return 404;
    const rest = ordered.slice(cursor + 1);
    return { texts: rest.slice(0, limit).map(({ text }) => text), hasMore: rest.length > limit };
  }

  delete(id: string, itemId: string): number {
    const items = this.conversations.get(id)?.items;
    const index = items?.findIndex((entry) => entry.id === itemId) ?? -1;
    if (items === undefined || index === -1) return 404;
    items.splice(index, 1);
    return 200;
  }

  #find(id: string | undefined): Entry | undefined {
    if (id === undefined) return undefined;
    return [...this.conversations.values()]
      .flatMap(({ items }) => items)
      .find((entry) => entry.id === id);
  }
}

/** Fields of an answer that are compared with the model. */
interface Json {
  readonly id: string;
  readonly metadata: unknown;
  readonly has_more: boolean;
  readonly data: readonly { readonly id: string; readonly content: readonly { text: string }[] }[];
}

interface Entry {
  id: string | undefined;
  readonly text: string;
}
/** An item to post. Without a text it is a reference; without an id the server generates one. */
interface Posted {
  readonly id: string | undefined;
  readonly text: string | undefined;
}

const UNKNOWN = 'conv_unknown';
// Few ids and few conversations, so that they meet often.
const slot = fc.nat(4);
const itemId = fc.constantFrom('msg_a', 'msg_b', 'msg_c', 'msg_d');
const posted: fc.Arbitrary<Posted> = fc.oneof(
  fc.record({ id: fc.constant(undefined), text: fc.string({ maxLength: 5 }) }),
  fc.record({ id: itemId, text: fc.string({ maxLength: 5 }) }),
  fc.record({ id: itemId, text: fc.constant(undefined) }),
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

/** Applies commands to the server and to a model, and compares the answers. */
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

  /** Deletes the conversations of the run, so that the next one finds none of their items. */
  async clear(): Promise<void> {
    for (const id of this.#model.conversations.keys()) await this.#call('DELETE', `/${id}`);
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
    const id: string = status === 200 ? body.id : 'conv_never';
    this.#model.conversations.set(id, { metadata: {}, items: [] });
    const expected = this.#model.append(id, items);
    expect(status).toBe(typeof expected === 'number' ? expected : 200);
    if (typeof expected === 'number') {
      this.#model.conversations.delete(id);
      return;
    }
    this.#ids.push(id);
    const { body: listed } = await this.#call('GET', `/${id}/items?order=asc`);
    this.#learn(expected, listed.data);
  }

  async #append(id: string, items: readonly Posted[]): Promise<void> {
    const { status, body } = await this.#call('POST', `/${id}/items`, { items: items.map(toItem) });
    const expected = this.#model.append(id, items);
    expect(status).toBe(typeof expected === 'number' ? expected : 200);
    if (typeof expected !== 'number') this.#learn(expected, body.data);
  }

  /** Compares the texts, and records the ids that the server has generated. */
  #learn(entries: Entry[], data: Json['data']): void {
    expect(data.map(({ content }) => content[0]?.text)).toEqual(entries.map(({ text }) => text));
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
    const query = `order=${step.order}&limit=${step.limit}${after === undefined ? '' : `&after=${after}`}`;
    const { status, body } = await this.#call('GET', `/${id}/items?${query}`);
    const expected = this.#model.list(id, step.order, step.limit, after);
    if (typeof expected === 'number') return expect(status).toBe(expected);
    const texts = body.data.map(({ content }) => content[0]?.text);
    expect({ texts, hasMore: body.has_more }).toEqual(expected);
  }

  async #deleteItem(step: { slot: number; index: number }): Promise<void> {
    const id = this.#id(step.slot);
    const item = this.#model.conversations.get(id)?.items[step.index]?.id ?? 'msg_a';
    const { status } = await this.#call('DELETE', `/${id}/items/${item}`);
    expect(status).toBe(this.#model.delete(id, item));
    expect((await this.#call('GET', `/${id}/items/${item}`)).status).toBe(404);
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

function toItem({ id, text }: Posted): object {
  const given = id === undefined ? {} : { id };
  return text === undefined ? given : { ...given, role: 'user', content: text };
}

test('a server answers random operations as a model in memory does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const run = new Run(server);
      try {
        for (const step of commands) await run.step(step);
      } finally {
        await run.clear();
      }
    }),
    { numRuns: 40 },
  );
});
