import fc from 'fast-check';
import { expect } from 'vitest';
import type { ListItemsParams } from '../../../src/index.ts';
import { key, minted, newConversation } from '../../support/store.ts';
import { create, type StoreTest } from './operations.ts';

interface Placed {
  readonly id: string;
  readonly position: number;
  readonly createdAt: number;
}

type Start = Pick<ListItemsParams, 'before' | 'position' | 'createdFrom'> & {
  readonly after?: string;
};
type PageOfIds = { readonly ids: readonly string[]; readonly hasMore: boolean };

/** Returns the page that the items have, by the meaning of the parameters. */
function expectedPage(
  items: readonly Placed[],
  { after, before, position, createdFrom }: Start,
  order: 'asc' | 'desc',
  limit: number,
): PageOfIds {
  const ordered = order === 'asc' ? items : items.toReversed();
  const at = (id: string): number => ordered.findIndex((item) => item.id === id);
  const end = before === undefined ? ordered.length : at(before);
  const rest = ordered
    .slice(after === undefined ? 0 : at(after) + 1, end)
    .filter(
      (item) =>
        (createdFrom === undefined || item.createdAt >= createdFrom) &&
        (position === undefined ||
          (order === 'asc' ? item.position >= position : item.position <= position)),
    );
  const page = before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { ids: page.map(({ id }) => id), hasMore: rest.length > limit };
}

export function testItemStarts(test: StoreTest): void {
  test('a page of items begins at any position and time, and ends before any item', async ({
    store,
  }) => {
    const batches = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 4 }), later: fc.integer({ min: 0, max: 3 }) }),
      { maxLength: 8 },
    );
    let number = 0;
    const scenario = fc.asyncProperty(
      batches,
      fc.func(fc.boolean()),
      fc.gen(),
      async (appends, isDeleted, draw) => {
        const id = `c${(number += 1)}`;
        await create(store, id);
        let items: Placed[] = [];
        let createdAt = 100;
        for (const { size, later } of appends) {
          createdAt += later;
          const ids = Array.from({ length: size }, (_, n) => `${id}-${items.length + n}`);
          const params = { ...key(id), items: minted(...ids), createdAt };
          await store.conversations.appendItems(params);
          const placed = ids.map((item, n) => ({
            id: item,
            position: items.length + n,
            createdAt,
          }));
          items = [...items, ...placed];
        }
        for (const item of items.filter(({ position }) => isDeleted(position))) {
          await store.conversations.deleteItem({ ...key(id), itemId: item.id });
          items = items.filter((other) => other !== item);
        }
        for (let attempt = 0; attempt < 10; attempt += 1) {
          const order = draw(fc.constantFrom, 'asc' as const, 'desc' as const);
          const limit = draw(fc.integer, { min: 1, max: 12 });
          const cursor = items.length === 0 ? 'none' : draw(fc.constantFrom, ...items).id;
          const createdFrom = draw(fc.option, fc.integer({ min: 98, max: 130 }), {
            nil: undefined,
          });
          const kind = draw(fc.constantFrom, 'none', 'position', 'after', 'before');
          const start: Start = {
            createdFrom,
            ...(kind === 'position' && { position: draw(fc.integer, { min: 0, max: 40 }) }),
            ...((kind === 'after' || kind === 'before') && cursor !== 'none' && { [kind]: cursor }),
          };
          const { after, ...rest } = start;
          const result = await store.conversations.listItems({
            ...key(id),
            ...rest,
            page: { limit, order, after },
            hasPlacements: true,
          });
          const page = result.absent === undefined ? result.page : { entries: [], hasMore: false };
          const ids = page.entries.map((item) => item.id);
          expect({ ids, hasMore: page.hasMore }).toEqual(expectedPage(items, start, order, limit));
          expect(page.entries.map((item) => ({ id: item.id, ...item.placement }))).toEqual(
            ids.map((item) => items.find((other) => other.id === item)),
          );
        }
      },
    );
    await fc.assert(scenario, { numRuns: 12 });
  });

  test('a page ends before an item that is there, and reports any other as absent', async ({
    store,
  }) => {
    await create(store, 'c', minted('a', 'b'));
    await create(store, 'd', minted('e'));
    const page = { limit: 5, order: 'asc', after: undefined } as const;
    const before = (id: string) => store.conversations.listItems({ ...key('c'), page, before: id });
    expect(await before('a')).toEqual({
      absent: undefined,
      page: { entries: [], hasMore: false },
    });
    expect(await before('e')).toEqual({ absent: 'cursor' });
    const far = { ...key('c'), page, position: Number.MAX_SAFE_INTEGER };
    expect(await store.conversations.listItems(far)).toMatchObject({ page: { entries: [] } });
  });

  test('an item with more bytes than a page takes is listed with its two ends', async ({
    store,
  }) => {
    const data = JSON.stringify({
      id: 'big',
      type: 'message',
      role: 'user',
      content: 'é'.repeat(3_000),
    });
    const items = [
      { kind: 'minted', id: 'big', type: 'message', data },
      ...minted('small'),
    ] as const;
    await store.conversations.create({ ...newConversation('c'), items });
    const bytes = Buffer.byteLength(data);
    const listed = async (mostBytes: number) => {
      const page = { limit: 5, order: 'asc', after: undefined } as const;
      const result = await store.conversations.listItems({ ...key('c'), page, mostBytes });
      return result.absent === undefined ? result.page.entries : [];
    };
    expect(await listed(bytes)).toMatchObject([{ data }, { id: 'small' }]);
    expect((await listed(bytes))[0]).not.toHaveProperty('cutFrom');
    const [cut, whole] = await listed(bytes - 1);
    expect(cut).toMatchObject({ id: 'big', cutFrom: bytes });
    const [head = '-', tail = '-'] = cut?.data.split('\n') ?? [];
    expect([data.startsWith(head), data.endsWith(tail)]).toEqual([true, true]);
    expect(cut?.data.length).toBeLessThan(data.length);
    expect(whole).not.toHaveProperty('cutFrom');
  });
}
