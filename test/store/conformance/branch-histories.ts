import fc from 'fast-check';
import { expect } from 'vitest';
import type { Store } from '../../../src/index.ts';
import { after, before, fork, rewind } from '../../support/branches.ts';
import { append, key, minted } from '../../support/store.ts';
import { create, itemIds, type StoreTest } from './operations.ts';

/** Conversations as lists of ids, by name. */
type Model = Map<string, string[]>;

/** A change of one conversation. Numbers choose conversations and items, among as many as there are. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('append', 'fork', 'rewind', 'delete item', 'delete'),
    conversation: fc.nat(),
    item: fc.nat(),
    place: fc.constantFrom(undefined, after, before),
    added: fc.nat(3),
  }),
  { minLength: 5, maxLength: 25 },
);
type Step = (typeof steps extends fc.Arbitrary<infer Value> ? Value : never)[number];

async function apply(store: Store, model: Model, run: string, step: Step, index: number) {
  const names = [...model.keys()];
  const name = names[step.conversation % names.length];
  const ids = name === undefined ? undefined : model.get(name);
  if (name === undefined || ids === undefined) return;
  const added = Array.from({ length: step.added }, (_, each) => `${run}-${index}-${each}`);
  const at = ids.length === 0 ? -1 : step.item % ids.length;
  const itemId = ids[at] ?? '';
  const { kind, place } = step;
  if (kind === 'append') {
    await append(store, name, minted(...added));
    ids.push(...added);
  } else if (kind === 'fork') {
    const until = itemId === '' ? undefined : place?.(itemId);
    const made = `${run}-${index}`;
    expect(await fork(store, name, made, until, minted(...added))).toMatchObject({
      refused: undefined,
    });
    const end = until === undefined ? ids.length : at + (until.side === 'after' ? 1 : 0);
    model.set(made, [...ids.slice(0, end), ...added]);
  } else if (kind === 'rewind' && itemId !== '') {
    const from = (place ?? after)(itemId);
    const kept = at + (from.side === 'after' ? 1 : 0);
    const expectedIds = ids.slice(kept);
    const more = { items: minted(...added), expectedIds };
    expect(await rewind(store, name, from, more)).toMatchObject({ deletedIds: expectedIds });
    ids.splice(kept, ids.length, ...added);
  } else if (kind === 'delete item' && itemId !== '') {
    await store.conversations.deleteItem({ ...key(name), itemId });
    ids.splice(at, 1);
  } else if (kind === 'delete' && names.length > 1) {
    await store.conversations.delete(key(name));
    model.delete(name);
  }
}

export function testBranchHistories(test: StoreTest): void {
  test('random appends, forks, rewinds and deletions leave what lists of ids have', async ({
    store,
  }) => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (changes) => {
        const run = `run${(runs += 1)}`;
        await create(store, run, minted(`${run}-a`, `${run}-b`));
        const model: Model = new Map([[run, [`${run}-a`, `${run}-b`]]]);
        for (const [index, step] of changes.entries()) {
          await apply(store, model, run, step, index);
        }
        for (const [name, ids] of model) {
          expect(await itemIds(store, name)).toEqual({ ids, hasMore: false });
        }
      }),
      { numRuns: 12 },
    );
  });

  test('each fork has a prefix of its source while 8 writers append', async ({ store }) => {
    await create(store, 'c', minted('first'));
    let isOver = false;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; !isOver; round += 1) {
        const batch = [0, 1, 2].map((index) => `${writer}-${round}-${index}`);
        expect(await append(store, 'c', minted(...batch))).toMatchObject({ refused: undefined });
      }
    });
    const forks = Array.from({ length: 25 }, (_, index) => `f${index}`);
    for (const name of forks) {
      expect(await fork(store, 'c', name)).toMatchObject({ refused: undefined });
    }
    isOver = true;
    await Promise.all(writers);
    const all = await itemsOf(store, 'c');
    for (const name of forks) {
      const copied = await itemsOf(store, name);
      expect(copied).toEqual(all.slice(0, copied.length));
      // An append is copied whole or not at all.
      expect(copied.length % 3).toBe(1);
      const { forkedFrom } = (await store.conversations.get(key(name))) ?? {};
      expect(forkedFrom?.itemId).toBe(copied.at(-1));
    }
  });

  test('appends, forks and rewinds of one conversation at once are each whole', async ({
    store,
  }) => {
    await create(store, 'c', minted('first'));
    const appends = Array.from({ length: 40 }, (_, index) =>
      append(store, 'c', minted(`${index}-0`, `${index}-1`)),
    );
    const rewinds = (async () => {
      for (let index = 0; index < 10; index += 1) {
        const result = await rewind(store, 'c', after('first'), { items: minted(`r${index}`) });
        expect(result).toMatchObject({ refused: undefined });
      }
    })();
    const forks = Array.from({ length: 10 }, (_, index) => fork(store, 'c', `f${index}`));
    await Promise.all([...appends, rewinds, ...forks]);
    for (const name of ['c', ...forks.map((_, index) => `f${index}`)]) {
      const ids = await itemsOf(store, name);
      expect(ids[0]).toBe('first');
      const pairs = ids.filter((id) => id.endsWith('-0'));
      for (const id of pairs) expect(ids[ids.indexOf(id) + 1]).toBe(id.replace('-0', '-1'));
      expect(ids.filter((id) => id.startsWith('r')).length).toBeLessThan(2);
    }
  });
}

async function itemsOf(store: Store, name: string): Promise<readonly string[]> {
  const listed = await itemIds(store, name, { limit: 10_000 });
  if (typeof listed === 'string') throw new Error(listed);
  return listed.ids;
}
