import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewItem, ItemRecord, Store } from '../../src/index.ts';
import { everything, key, minted } from '../support/store.ts';

/** What every store must do, whatever database is below it. `open` gives an empty one. */
export function describeStore(name: string, open: () => Promise<Store & AsyncDisposable>): void {
  describe(name, () => {
    let store: Store & AsyncDisposable;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store[Symbol.asyncDispose]());

    const record = (id: string): ItemRecord => ({ id, type: 'message', data: `{"id":"${id}"}` });
    const claimed = (id: string, data: string): NewItem => ({
      kind: 'claimed',
      id,
      type: 'message',
      data,
    });

    async function create(id: string, items: readonly NewItem[] = [], tenant = 't') {
      return store.createConversation({
        ...key(id, tenant),
        owner: 'o',
        attributes: {},
        metadata: '{"a":"b"}',
        createdAt: 1_700_000_000_123,
        items,
      });
    }
    const append = (id: string, items: readonly NewItem[], tenant = 't') =>
      store.appendItems({ ...key(id, tenant), items, createdAt: 1 });

    async function ids(
      conversation: string,
      order: 'asc' | 'desc' = 'asc',
      limit = 1000,
      after?: string,
      tenant = 't',
    ): Promise<{ ids: string[]; hasMore: boolean } | string> {
      const page = { limit, order, after };
      const result = await store.listItems({ ...key(conversation, tenant), page });
      if (result.absent !== undefined) return result.absent;
      return { ids: result.page.entries.map(({ id }) => id), hasMore: result.page.hasMore };
    }

    test('keeps what a conversation is', async () => {
      await create('c');
      expect(await store.getConversation(key('c'))).toEqual({
        id: 'c',
        metadata: '{"a":"b"}',
        createdAt: 1_700_000_000_123,
      });
      expect(await store.getConversation(key('other'))).toBeNull();
    });

    test('replaces metadata', async () => {
      await create('c');
      const updated = await store.updateConversation({ ...key('c'), metadata: '{}' });
      expect(updated).toMatchObject({ id: 'c', metadata: '{}' });
      expect(await store.getConversation(key('c'))).toEqual(updated);
      expect(await store.updateConversation({ ...key('x'), metadata: '{}' })).toBeNull();
    });

    test('returns items in the order of the request and lists them so', async () => {
      const created = await create('c', minted('i3', 'i1'));
      expect(created).toEqual({ refused: undefined, items: [record('i3'), record('i1')] });
      await append('c', minted('i2', 'i0'));
      expect(await ids('c')).toEqual({ ids: ['i3', 'i1', 'i2', 'i0'], hasMore: false });
      expect(await ids('c', 'desc')).toEqual({ ids: ['i0', 'i2', 'i1', 'i3'], hasMore: false });
    });

    test('pages in both directions from any item', async () => {
      const all = Array.from({ length: 9 }, (_, index) => `i${index}`);
      await create('c', minted(...all));
      for (const order of ['asc', 'desc'] as const) {
        const ordered = order === 'asc' ? all : all.toReversed();
        for (const limit of [1, 2, 4, 9, 10]) {
          for (const [index, after] of [undefined, ...ordered].entries()) {
            expect(await ids('c', order, limit, after)).toEqual({
              ids: ordered.slice(index, index + limit),
              hasMore: index + limit < ordered.length,
            });
          }
        }
      }
    });

    test('a cursor must be in the conversation', async () => {
      await create('c', minted('a', 'b'));
      await create('d', minted('e'));
      expect(await ids('c', 'asc', 5, 'e')).toBe('cursor');
      expect(await ids('c', 'asc', 5, 'unknown')).toBe('cursor');
      await store.deleteItem({ ...key('c'), itemId: 'a' });
      expect(await ids('c', 'asc', 5, 'a')).toBe('cursor');
      expect(await ids('absent', 'asc', 5, 'a')).toBe('conversation');
      expect(await ids('absent')).toBe('conversation');
    });

    test('an empty conversation is an empty page', async () => {
      await create('c');
      expect(await ids('c')).toEqual({ ids: [], hasMore: false });
      expect(await append('c', [])).toEqual({ refused: undefined, items: [] });
    });

    test('finds and deletes one item', async () => {
      await create('c', minted('a', 'b', 'd'));
      const find = (itemId: string) => store.getItem({ ...key('c'), itemId });
      expect(await find('b')).toEqual({ absent: undefined, item: record('b') });
      expect(await find('x')).toEqual({ absent: 'item' });
      expect(await store.getItem({ ...key('x'), itemId: 'b' })).toEqual({
        absent: 'conversation',
      });
      const deleted = await store.deleteItem({ ...key('c'), itemId: 'b' });
      expect(deleted).toEqual({
        absent: undefined,
        conversation: await store.getConversation(key('c')),
      });
      expect(await find('b')).toEqual({ absent: 'item' });
      expect(await store.deleteItem({ ...key('c'), itemId: 'b' })).toEqual({ absent: 'item' });
      expect(await store.deleteItem({ ...key('x'), itemId: 'a' })).toEqual({
        absent: 'conversation',
      });
      await append('c', minted('e'));
      expect(await ids('c')).toEqual({ ids: ['a', 'd', 'e'], hasMore: false });
    });

    test('deletes a conversation with its items and no other', async () => {
      await create('c', minted('a'));
      await create('d', minted('b'));
      expect(await store.deleteConversation(key('c'))).toBe(true);
      expect(await store.deleteConversation(key('c'))).toBe(false);
      expect(await store.getConversation(key('c'))).toBeNull();
      expect(await append('c', minted('x'))).toEqual({ refused: 'conversation_absent' });
      // The items are gone, not merely out of reach: their ids are free again.
      await create('c', [claimed('a', '"new"')]);
      expect(await store.getItem({ ...key('c'), itemId: 'a' })).toMatchObject({
        item: { data: '"new"' },
      });
      expect(await ids('d')).toEqual({ ids: ['b'], hasMore: false });
    });

    test('links a claimed id that is stored elsewhere, and stores one that is not', async () => {
      await create('c', minted('a'));
      await create('d');
      const appended = await append('d', [claimed('a', '"forged"'), claimed('n', '"new"')]);
      const expected = [record('a'), { id: 'n', type: 'message', data: '"new"' }];
      expect(appended).toEqual({ refused: undefined, items: expected });
      expect(await store.getItem({ ...key('d'), itemId: 'a' })).toMatchObject({
        item: record('a'),
      });
      await store.deleteConversation(key('c'));
      expect(await ids('d')).toEqual({ ids: ['a', 'n'], hasMore: false });
    });

    test('refuses what is already there, and stores nothing of the batch', async () => {
      await create('c', minted('a'));
      for (const batch of [
        [...minted('n'), claimed('a', '""')],
        [...minted('n'), { kind: 'reference', id: 'a' } as const],
      ]) {
        expect(await append('c', batch)).toEqual({ refused: 'item_present', id: 'a' });
      }
      expect(await append('c', [claimed('n', '""'), claimed('n', '""')])).toEqual({
        refused: 'item_present',
        id: 'n',
      });
      expect(await ids('c')).toEqual({ ids: ['a'], hasMore: false });
    });

    test('refuses a reference to nothing, and stores nothing of the batch', async () => {
      await create('c');
      const batch: NewItem[] = [...minted('n'), { kind: 'reference', id: 'x' }];
      expect(await append('c', batch)).toEqual({ refused: 'reference_absent', id: 'x' });
      expect(await ids('c')).toEqual({ ids: [], hasMore: false });
      expect(await create('d', batch)).toEqual({ refused: 'reference_absent', id: 'x' });
      expect(await store.getConversation(key('d'))).toBeNull();
    });

    test('keeps tenants apart, equal ids included', async () => {
      await create('c', minted('a'), 't');
      await create('c', [claimed('a', '"other"')], 'u');
      expect(await store.getItem({ ...key('c', 'u'), itemId: 'a' })).toMatchObject({
        item: { data: '"other"' },
      });
      await store.deleteConversation(key('c', 'u'));
      expect(await ids('c', 'asc', 5, undefined, 'u')).toBe('conversation');
      expect(await ids('c')).toEqual({ ids: ['a'], hasMore: false });
      await create('d', [], 'u');
      expect(await append('d', [{ kind: 'reference', id: 'a' }], 'u')).toEqual({
        refused: 'reference_absent',
        id: 'a',
      });
    });

    test('appends at the same time neither mix, nor get lost, nor share a place', async () => {
      await create('c');
      const batches = Array.from({ length: 200 }, (_, batch) =>
        Array.from({ length: 1 + (batch % 5) }, (_, index) => `${batch}-${index}`),
      );
      await Promise.all(batches.map((batch) => append('c', minted(...batch))));
      const listed = await ids('c');
      if (typeof listed === 'string') throw new Error(listed);
      expect(listed.ids.toSorted()).toEqual(batches.flat().toSorted());
      for (const batch of batches) {
        const start = listed.ids.indexOf(batch[0] ?? '');
        expect(listed.ids.slice(start, start + batch.length)).toEqual(batch);
      }
    });

    test('a refused write does not harm those that share its commit', async () => {
      await create('c', minted('a'));
      const results = await Promise.all([
        append('c', minted('b')),
        append('c', [claimed('a', '""')]),
        append('none', minted('x')),
        append('c', minted('d')),
      ]);
      expect(results.map(({ refused }) => refused)).toEqual([
        undefined,
        'item_present',
        'conversation_absent',
        undefined,
      ]);
      expect(await ids('c')).toEqual({ ids: ['a', 'b', 'd'], hasMore: false });
    });

    test('a write that fails unforeseen undoes itself and nothing else', async () => {
      await create('c');
      const results = await Promise.allSettled([
        append('c', minted('a')),
        // Minted ids are new by promise; broken here, the database itself must refuse.
        append('c', minted('n', 'a')),
        append('c', minted('b')),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await ids('c')).toEqual({ ids: ['a', 'b'], hasMore: false });
    });

    test('keeps text of any kind and size', async () => {
      const data = JSON.stringify({ text: `\u0000\ud800 💬 ${'x'.repeat(3_000_000)}` });
      await create('c', [{ kind: 'minted', id: 'a', type: 'message', data }]);
      const found = await store.getItem({ ...key('c'), itemId: 'a' });
      expect(found.absent === undefined && found.item.data === data).toBe(true);
    });

    test('lists by metadata, whatever characters they have', async () => {
      const pairs: [string, string][] = [
        ['a', 'b'],
        ['a', 'b.'],
        ['a', '.*'],
        ['"', '\\'],
        ['a":"b', '","a":"b'],
        ['\u0000', '\ud800'],
        ['(', '[^]$|?+{2}'],
        ['', ''],
        ['é', '💬\n'],
      ];
      for (const [index, pair] of pairs.entries()) {
        const metadata = JSON.stringify(Object.fromEntries([['x', 'y'], pair, ['z', '']]));
        await store.createConversation({
          ...key(`c${index}`),
          owner: 'o',
          attributes: {},
          metadata,
          createdAt: index,
          items: [],
        });
      }
      for (const [index, pair] of pairs.entries()) {
        expect(await listed([pair])).toEqual([`c${index}`]);
        expect(await listed([pair, ['x', 'y']])).toEqual([`c${index}`]);
        expect(await listed([pair, ['x', 'z']])).toEqual([]);
      }
      expect(await listed([['x', 'y']])).toHaveLength(pairs.length);
      expect(await listed([['b', 'a']])).toEqual([]);
    });

    async function listed(metadata: readonly (readonly [string, string])[]): Promise<string[]> {
      const page = await store.listConversations({
        tenant: 't',
        access: everything,
        order: 'asc',
        limit: 100,
        cursor: undefined,
        metadata,
        createdFrom: undefined,
        createdUntil: undefined,
      });
      return page?.entries.map(({ id }) => id) ?? [];
    }

    test('conversations of one moment are listed byte by byte of their ids', async () => {
      const named = ['b', 'B', 'a', 'A', '_', '-', '0'];
      for (const id of named) await create(id);
      expect(await listed([])).toEqual(named.toSorted());
    });

    test('an id that nothing can have names nothing', async () => {
      await create('c', minted('a'));
      for (const odd of ['a\0', '\0', 'a\ud800', '']) {
        expect(await store.getConversation(key(odd))).toBeNull();
        expect(await store.getItem({ ...key('c'), itemId: odd })).toEqual({ absent: 'item' });
        expect(await ids('c', 'asc', 5, odd)).toBe('cursor');
        expect(await append('c', [{ kind: 'reference', id: odd }])).toMatchObject({
          refused: 'reference_absent',
        });
      }
    });

    test('adopts conversations with their items, also into another tenant', async () => {
      await create('c', minted('a'));
      await create('d', minted('b'));
      const to = { tenant: 'u', owner: 'new', attributes: { teams: ['x'] } };
      const from = { tenant: 't', owner: 'o' };
      expect(await store.adopt({ from, to, conversationId: 'c' })).toBe(1);
      expect(await ids('c')).toBe('conversation');
      expect(await ids('c', 'asc', 5, undefined, 'u')).toEqual({ ids: ['a'], hasMore: false });
      expect(await store.getResource({ tenant: 'u', conversationId: 'c' })).toEqual({
        id: 'c',
        owner: 'new',
        attributes: { teams: ['x'] },
      });
      expect(await store.adopt({ from, to, conversationId: undefined })).toBe(1);
      expect(await store.adopt({ from, to, conversationId: undefined })).toBe(0);
      expect(await ids('d', 'asc', 5, undefined, 'u')).toEqual({ ids: ['b'], hasMore: false });
    });

    test('what the caller may not reach is not there for any operation', async () => {
      await create('c', minted('a'));
      const mine = { kind: 'owner', subject: 'somebody else' } as const;
      const theirs = { tenant: 't', conversationId: 'c', access: mine, readable: mine };
      const page = { limit: 5, order: 'asc', after: undefined } as const;
      expect(await store.getConversation(theirs)).toBeNull();
      expect(await store.updateConversation({ ...theirs, metadata: '{}' })).toBeNull();
      expect(await store.deleteConversation(theirs)).toBe(false);
      expect(await store.listItems({ ...theirs, page })).toEqual({ absent: 'conversation' });
      expect(await store.getItem({ ...theirs, itemId: 'a' })).toEqual({ absent: 'conversation' });
      expect(await store.deleteItem({ ...theirs, itemId: 'a' })).toEqual({
        absent: 'conversation',
      });
      expect(await store.appendItems({ ...theirs, createdAt: 1, items: minted('b') })).toEqual({
        refused: 'conversation_absent',
      });
      expect(
        await store.appendItems({ ...theirs, createdAt: 1, items: [claimed('a', '')] }),
      ).toEqual({ refused: 'conversation_absent' });
      await create('d');
      // An id that is stored out of reach is one that is stored nowhere.
      const linking = { ...key('d'), readable: mine, createdAt: 1 };
      expect(
        await store.appendItems({ ...linking, items: [{ kind: 'reference', id: 'a' }] }),
      ).toEqual({ refused: 'reference_absent', id: 'a' });
      expect(await store.appendItems({ ...linking, items: [claimed('a', '"own"')] })).toMatchObject(
        {
          items: [{ data: '"own"' }],
        },
      );
      expect(await ids('c')).toEqual({ ids: ['a'], hasMore: false });
    });
  });
}
