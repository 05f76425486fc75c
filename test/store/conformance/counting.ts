import { expect } from 'vitest';
import { everything, key, minted } from '../../support/store.ts';
import { create, type StoreTest } from './operations.ts';

const NOWHERE = { tenant: '', id: '' };

/** A conversation and its items as an archive has them, which no write has counted. */
function archived(id: string, count: number) {
  const conversation = {
    tenant: 't',
    id,
    owner: 'o',
    created_at: 1_700_000_000_000,
    next_position: count,
    is_hidden: 0,
    attributes: '{}',
    metadata: '{}',
    forked_from: null,
    forked_at: null,
    expires_at: null,
    idle_ms: null,
    deleted_at: null,
    purge_at: null,
  };
  const items = Array.from({ length: count }, (_, position) => ({
    table: 'items' as const,
    row: {
      tenant: 't',
      conversation_id: id,
      position,
      id: `${id}-${position}`,
      type: 'message',
      created_at: 1_700_000_100_000 + position,
      data: `{"id":"${id}-é"}`,
    },
  }));
  return [{ table: 'conversations' as const, row: conversation }, ...items];
}

export function testCounting(test: StoreTest): void {
  test('conversations that no write has counted are counted later, and then by every write', async ({
    store,
  }) => {
    await store.archive.write(archived('old', 2_500));
    await store.archive.write(archived('bare', 0));
    await create(store, 'new', minted('a'));
    const details = async (id: string) =>
      (await store.conversations.get({ ...key(id), hasDetails: true }))?.details;
    expect(await details('old')).toMatchObject({ itemCount: null });
    const due = await store.counts.uncounted(NOWHERE, 10);
    expect(due.map(({ id }) => id)).toEqual(['bare', 'old']);
    for (const each of due) expect(await store.counts.count(each)).toBe(true);
    expect(await details('old')).toMatchObject({
      itemCount: 2_500,
      lastItemAt: 1_700_000_102_499,
    });
    expect(await details('bare')).toMatchObject({ itemCount: 0, lastItemAt: null });
    expect(await store.counts.uncounted(NOWHERE, 10)).toEqual([]);
    await store.conversations.appendItems({ ...key('old'), items: minted('x'), createdAt: 9 });
    expect(await details('old')).toMatchObject({ itemCount: 2_501, lastItemAt: 9 });
    const sums = await store.usage.sum({
      tenant: 't',
      access: everything,
      groupBy: 'conversation',
      metadata: [],
      limit: 5,
      after: 'old-',
    });
    const bytes = 2_500 * Buffer.byteLength('{"id":"old-é"}') + Buffer.byteLength('{"id":"x"}');
    expect(sums.entries[0]).toMatchObject({ group: 'old', items: 2_501, bytes });
  });

  test('a conversation that changes while it is counted is counted again', async ({ store }) => {
    await store.archive.write(archived('c', 3));
    const [due] = await store.counts.uncounted(NOWHERE, 1);
    if (due === undefined) throw new Error('the conversation is counted');
    await store.conversations.deleteItem({ ...key('c'), itemId: 'c-0' });
    expect(await store.counts.count(due)).toBe(false);
    const [again] = await store.counts.uncounted(NOWHERE, 1);
    if (again === undefined) throw new Error('the conversation is counted');
    expect(await store.counts.count(again)).toBe(true);
    expect(await store.conversations.get({ ...key('c'), hasDetails: true })).toMatchObject({
      details: { itemCount: 2 },
    });
    expect(await store.counts.count(again), 'it is counted already').toBe(false);
    expect(await store.counts.uncounted({ tenant: 't', id: 'c' }, 1)).toEqual([]);
  });
}
