import fc from 'fast-check';
import { expect } from 'vitest';
import type { ConversationRecord, ListConversationsParams, Store } from '../../../src/index.ts';
import { everything, key, minted, newConversation } from '../../support/store.ts';
import type { StoreTest } from './operations.ts';

/** The first moment of a slot of activity, in 2023. */
const START = 1_048_576 * 1_621_246;
const SLOT_MS = 1_048_576;

interface Known {
  readonly id: string;
  readonly createdAt: number;
  lastItemAt: number | null;
  items: readonly { readonly id: string; readonly bytes: number }[];
}

const LIST: ListConversationsParams = {
  tenant: 't',
  access: everything,
  sort: 'last_item_at',
  order: 'desc',
  limit: 1_000,
  cursor: undefined,
  metadata: [],
  createdFrom: undefined,
  createdUntil: undefined,
};

const timeOf = ({ lastItemAt, createdAt }: Known): number => lastItemAt ?? createdAt;

function newestFirst(known: Iterable<Known>): Known[] {
  return [...known].toSorted(
    (a, b) => timeOf(b) - timeOf(a) || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)),
  );
}

/** A store, and what is known to be in it. */
class Scenario {
  readonly store: Store;
  readonly known = new Map<string, Known>();
  readonly moved = new Set<string>();
  #time = START;
  #number = 0;

  constructor(store: Store) {
    this.store = store;
  }

  wait(ms: number): void {
    this.#time += ms;
  }

  async create(count: number): Promise<void> {
    const id = `c${(this.#number += 1)}`;
    const items = this.#items(count);
    const createdAt = this.#time;
    await this.store.conversations.create({ ...newConversation(id), createdAt, items });
    const known = {
      id,
      createdAt,
      lastItemAt: count === 0 ? null : createdAt,
      items: sized(items),
    };
    this.known.set(id, known);
    this.moved.add(id);
  }

  async append(id: string, count: number): Promise<void> {
    const items = this.#items(count);
    await this.store.conversations.appendItems({ ...key(id), items, createdAt: this.#time });
    const known = this.known.get(id);
    if (known === undefined || count === 0) return;
    known.items = [...known.items, ...sized(items)];
    known.lastItemAt = this.#time;
    this.moved.add(id);
  }

  async deleteItem(id: string): Promise<void> {
    const known = this.known.get(id);
    const [item, ...rest] = known?.items ?? [];
    if (known === undefined || item === undefined) return;
    await this.store.conversations.deleteItem({ ...key(id), itemId: item.id });
    known.items = rest;
  }

  async delete(id: string): Promise<void> {
    await this.store.conversations.delete(key(id));
    this.known.delete(id);
    this.moved.add(id);
  }

  #items(count: number) {
    return minted(...Array.from({ length: count }, () => `é${(this.#number += 1)}`));
  }

  /** Walks the list in pages, and runs `between` after each. */
  async walk(
    params: Pick<ListConversationsParams, 'order' | 'limit'> & {
      readonly side: 'after' | 'before';
    },
    between: () => Promise<void>,
  ): Promise<ConversationRecord[]> {
    const walked: ConversationRecord[] = [];
    const { side, ...rest } = params;
    // A walk back begins behind the last of all places.
    const end = { slot: 9_999_999_999, at: Number.MAX_SAFE_INTEGER, id: '\uffff' };
    const start = params.order === 'asc' ? end : { slot: 0, at: 0, id: '' };
    let cursor: ListConversationsParams['cursor'] =
      side === 'after' ? undefined : { side, place: start };
    for (;;) {
      const page = await this.store.conversations.list({ ...LIST, ...rest, cursor });
      const entries = page?.entries ?? [];
      walked.push(...(side === 'after' ? entries : entries.toReversed()));
      const last = side === 'after' ? entries.at(-1) : entries[0];
      if (page?.hasMore !== true || last?.activity === undefined) return walked;
      cursor = { side, place: last.activity };
      await between();
    }
  }
}

const sized = (items: readonly { readonly id: string }[]) =>
  items.map(({ id }) => ({ id, bytes: Buffer.byteLength(`{"id":"${id}"}`) }));

const step = fc.oneof(
  fc.record({ kind: fc.constant('create'), count: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constant('append'), count: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constant('deleteItem'), count: fc.constant(0) }),
  fc.record({ kind: fc.constant('delete'), count: fc.constant(0) }),
);
/** Steps, the conversations that they are about, and the time before them. */
const steps = fc.array(
  fc.record({
    step,
    about: fc.nat(),
    wait: fc.constantFrom(0, 0, 1, 1_000, SLOT_MS / 2, SLOT_MS * 2),
  }),
  { minLength: 1, maxLength: 14 },
);
type Step = typeof steps extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

async function run(scenario: Scenario, { step: { kind, count }, about, wait }: Step) {
  scenario.wait(wait);
  const ids = [...scenario.known.keys()];
  const id = ids[about % Math.max(1, ids.length)];
  if (kind === 'create' || id === undefined) await scenario.create(count);
  else if (kind === 'append') await scenario.append(id, count);
  else if (kind === 'deleteItem') await scenario.deleteItem(id);
  else await scenario.delete(id);
}

export function testActivity(test: StoreTest): void {
  test('counts and the order of activity are those of the items, after any writes', async ({
    store,
  }) => {
    const scenario = new Scenario(store);
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        for (const each of all) await run(scenario, each);
        const page = await store.conversations.list({ ...LIST, hasDetails: true });
        expect(
          page?.entries.map(({ id, details }) => ({
            id,
            items: details?.itemCount,
            at: details?.lastItemAt,
          })),
        ).toEqual(
          newestFirst(scenario.known.values()).map(({ id, items, lastItemAt }) => ({
            id,
            items: items.length,
            at: lastItemAt,
          })),
        );
        const sums = await store.usage.sum({
          tenant: 't',
          access: everything,
          groupBy: 'owner',
          metadata: [],
          limit: 1,
          after: undefined,
        });
        const items = [...scenario.known.values()].flatMap((known) => known.items);
        expect(sums.entries[0] ?? { items: 0, bytes: 0 }).toMatchObject({
          items: items.length,
          bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
        });
      }),
      { numRuns: 8 },
    );
  });

  test('a walk by activity meets each conversation once that does not move meanwhile', async ({
    store,
  }) => {
    const scenario = new Scenario(store);
    const walks = fc.record({
      before: steps,
      between: steps,
      limit: fc.integer({ min: 1, max: 4 }),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      side: fc.constantFrom('after' as const, 'before' as const),
    });
    await fc.assert(
      fc.asyncProperty(walks, async ({ before, between, ...params }) => {
        for (const each of before) await run(scenario, each);
        scenario.moved.clear();
        const expected = newestFirst(scenario.known.values()).map(({ id }) => id);
        const waiting = [...between];
        const walked = await scenario.walk(params, async () => {
          const next = waiting.shift();
          if (next !== undefined) await run(scenario, next);
        });
        const stayed = (id: string): boolean => !scenario.moved.has(id);
        const isNewestFirst = (params.order === 'desc') === (params.side === 'after');
        const ids = walked.map(({ id }) => id).filter(stayed);
        expect(isNewestFirst ? ids : ids.toReversed()).toEqual(expected.filter(stayed));
      }),
      { numRuns: 8 },
    );
  });

  test('a list can be limited to a span of activity, and continued after an id', async ({
    store,
  }) => {
    const scenario = new Scenario(store);
    for (let n = 0; n < 5; n += 1) {
      await scenario.create(n === 0 ? 0 : 1);
      scenario.wait(SLOT_MS / 2);
    }
    const list = async (params: Partial<ListConversationsParams>) =>
      (await store.conversations.list({ ...LIST, ...params }))?.entries.map(({ id }) => id);
    const ids = newestFirst(scenario.known.values()).map(({ id }) => id);
    const at = (n: number): number => START + (n * SLOT_MS) / 2;
    for (const sort of ['last_item_at', 'created_at'] as const) {
      // The first one has no item.
      expect(await list({ sort, lastItemFrom: 0 })).toEqual(ids.slice(0, 4));
      expect(await list({ sort, lastItemFrom: at(2) })).toEqual(ids.slice(0, 3));
      expect(await list({ sort, lastItemUntil: at(3) })).toEqual(ids.slice(2, 4));
      expect(await list({ sort, lastItemFrom: at(2) + 1, lastItemUntil: at(4) })).toEqual([ids[1]]);
    }
    const id = ids[1] ?? '';
    expect(await list({ cursor: { side: 'after', id } })).toEqual(ids.slice(2));
    expect(await list({ cursor: { side: 'before', id } })).toEqual(ids.slice(0, 1));
    expect(await list({ cursor: { side: 'after', id: 'none' } })).toBeUndefined();
  });
}
