import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Store } from '../../src/index.ts';
import { append, everything, key, minted, newConversation, openOn } from '../support/store.ts';
import { KINDS, queryStored, storedDatabase } from '../support/stored.ts';

/** Random operations on a few conversations, against a model in memory. */

const IDS = ['a', 'b', 'c', 'd'] as const;
type Id = (typeof IDS)[number];
const HOUR_MS = 3_600_000;

interface Modelled {
  state: 'live' | 'trashed' | 'ended';
  items: string[];
}

class Model {
  readonly stored = new Map<Id, Modelled>();
  readonly holds = new Set<Id>();

  in(state: Modelled['state']): readonly string[] {
    return IDS.filter((id) => this.stored.get(id)?.state === state);
  }
}

let next = 0;

const OPERATIONS: Readonly<Record<string, (store: Store, model: Model, id: Id) => Promise<void>>> =
  {
    create: async ({ conversations }, model, id) => {
      if (model.stored.has(id)) return;
      await conversations.create(newConversation(id));
      model.stored.set(id, { state: 'live', items: [] });
    },
    append: async (store, model, id) => {
      const item = `i${(next += 1)}`;
      const { refused } = await append(store, id, minted(item));
      const found = model.stored.get(id);
      expect(refused === undefined).toBe(found?.state === 'live');
      if (refused === undefined) found?.items.push(item);
    },
    deleteItem: async ({ conversations }, model, id) => {
      const found = model.stored.get(id);
      const itemId = found?.items[0] ?? 'none';
      const { absent } = await conversations.deleteItem({ ...key(id), itemId });
      const isDone = found?.state === 'live' && itemId !== 'none';
      expect(absent === undefined).toBe(isDone);
      if (isDone) found.items.shift();
    },
    delete: async ({ conversations }, model, id) => {
      const found = model.stored.get(id);
      const isDeleted = await conversations.delete(key(id));
      expect(isDeleted).toBe(found?.state === 'live');
      if (found === undefined || !isDeleted) return;
      if (model.holds.has(id)) found.state = 'ended';
      else model.stored.delete(id);
    },
    trash: async ({ conversations }, model, id) => {
      const found = model.stored.get(id);
      const isDeleted = await conversations.delete({ ...key(id), trashMs: HOUR_MS });
      expect(isDeleted).toBe(found?.state === 'live');
      if (found !== undefined && isDeleted) found.state = 'trashed';
    },
    deletePermanently: async ({ conversations }, model, id) => {
      const found = model.stored.get(id);
      const isDeleted = await conversations.delete({ ...key(id), mayBeTrashed: true });
      expect(isDeleted).toBe(found !== undefined && found.state !== 'ended');
      if (found === undefined || !isDeleted) return;
      if (model.holds.has(id)) found.state = 'ended';
      else model.stored.delete(id);
    },
    restore: async ({ retention }, model, id) => {
      const found = model.stored.get(id);
      const { refused } = await retention.restore(key(id));
      expect(refused === undefined).toBe(found?.state === 'trashed');
      if (found !== undefined && refused === undefined) found.state = 'live';
    },
    expire: async ({ retention }, model, id) => {
      const found = model.stored.get(id);
      await retention.limit(key(id), { anchor: 'created_at', afterMs: 1 });
      if (found?.state === 'live') found.state = 'ended';
    },
    hold: async ({ holds }, model, id) => {
      if (model.holds.has(id)) return;
      const rest = { subject: null, reason: 'r', createdAt: 1, releasedAt: null };
      await holds.add({ id: `${id}-${(next += 1)}`, tenant: 't', conversationId: id, ...rest });
      model.holds.add(id);
    },
    release: async ({ holds }, model, id) => {
      for (const hold of await holds.list('t')) {
        if (hold.conversationId === id) await holds.release({ id: hold.id, releasedAt: 2 });
      }
      model.holds.delete(id);
    },
    erase: async ({ retention }, model, id) => {
      const filter = { ...key(id), owners: { owner: 'o', orPrefix: undefined }, metadata: [] };
      const isEnded = await retention.condemn(filter, { id, owner: 'o' });
      const found = model.stored.get(id);
      expect(isEnded).toBe(found !== undefined && !model.holds.has(id));
      if (found !== undefined && isEnded) found.state = 'ended';
    },
    sweep: async ({ retention }, model) => {
      for (const each of await retention.due(50)) await retention.expire(each);
      for (const each of await retention.keptDeleted(undefined, 50)) await retention.letGo(each);
      for (const each of await retention.purgeable(50)) {
        while ((await retention.purge(each, 2)).state === 'rest') continue;
      }
      for (const id of model.in('ended') as readonly Id[]) {
        if (!model.holds.has(id)) model.stored.delete(id);
      }
    },
  };

async function listed(store: Store, isTrash: boolean): Promise<readonly string[]> {
  const page = await store.conversations.list({
    tenant: 't',
    access: everything,
    order: 'asc',
    limit: 10,
    cursor: undefined,
    metadata: [],
    createdFrom: undefined,
    createdUntil: undefined,
    isTrash,
  });
  return (page?.entries ?? []).map(({ id }) => id);
}

test.each(KINDS)(
  'after any operations, %s lists, serves and stores what the model has',
  async (kind) => {
    await using database = await storedDatabase(kind);
    await using store = await openOn(database.url);
    const step = fc.tuple(fc.constantFrom(...Object.keys(OPERATIONS)), fc.constantFrom(...IDS));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        for (const table of ['conversations', 'items', 'holds', 'held_items']) {
          await database.run(`DELETE FROM ${table}`);
        }
        const model = new Model();
        for (const [name, id] of steps) {
          await OPERATIONS[name]?.(store, model, id);
          expect(await listed(store, false)).toEqual(model.in('live'));
          expect(await listed(store, true)).toEqual(model.in('trashed'));
        }
        for (const id of IDS) {
          const found = model.stored.get(id);
          const items = await store.conversations.listItems({
            ...key(id),
            page: { limit: 100, order: 'asc', after: undefined },
          });
          const ids = items.absent === undefined ? items.page.entries.map((item) => item.id) : null;
          expect(ids).toEqual(found?.state === 'live' ? found.items : null);
        }
        const stored = await queryStored(database, 'SELECT id FROM conversations ORDER BY id');
        expect(stored.map((row) => row['id'])).toEqual(
          [...model.stored.keys()].toSorted((a, b) => (a < b ? -1 : 1)),
        );
      }),
      { numRuns: kind === 'SQLite' ? 60 : 15 },
    );
  },
);
