import { expect, test } from 'vitest';
import {
  ARCHIVED,
  GIFTS,
  LOSSES,
  MY_CONVERSATION,
  openInterleaving,
  prepareMine,
  type Interleaving,
} from '../support/interleaving.ts';
import { append, key, minted } from '../support/store.ts';

/** The second statement of a deletion; the first one deletes the conversation. */
const SECOND = 'DELETE FROM items';

const deleteMine = ({ store }: Interleaving): Promise<boolean> =>
  store.conversations.delete(MY_CONVERSATION);

/** Deletes the conversation while another transaction waits, and returns what both resolve with. */
async function deleteDuring(
  interleaving: Interleaving,
  transaction: () => Promise<unknown>,
): Promise<readonly [deleted: boolean, result: unknown]> {
  let running: Promise<unknown> = Promise.resolve();
  const deleted = await interleaving.between(
    SECOND,
    () => deleteMine(interleaving),
    () => {
      running = transaction();
      return interleaving.untilBlocked(running);
    },
  );
  return [deleted, await running];
}

test.each(Object.entries(GIFTS))(
  'a deletion that finds its conversation only after %s deletes nothing and says so',
  async (_name, { prepare, give }) => {
    await using interleaving = await openInterleaving();
    await prepare(interleaving);
    const deleted = await interleaving.between(
      SECOND,
      () => deleteMine(interleaving),
      () => give(interleaving),
    );
    expect(deleted).toBe(false);
    const { conversations, items } = await interleaving.contents();
    expect(conversations).toEqual([expect.stringMatching(/^t \w+ 2$/)]);
    expect(items).toEqual(['t 0 a', 't 1 b']);
    expect(await deleteMine(interleaving)).toBe(true);
    expect(await interleaving.contents()).toEqual({ conversations: [], items: [] });
  },
);

test.each(Object.entries(LOSSES))(
  '%s during a deletion waits for it and finds nothing',
  async (_name, { take }) => {
    await using interleaving = await openInterleaving();
    await prepareMine(interleaving);
    const [deleted, taken] = await deleteDuring(interleaving, () => take(interleaving));
    expect(deleted).toBe(true);
    // An adoption returns how many conversations it has found, a statement its rows.
    expect([0, []]).toContainEqual(taken);
    expect(await interleaving.contents()).toEqual({ conversations: [], items: [] });
  },
);

test('an append during a deletion waits for it and finds no conversation', async () => {
  await using interleaving = await openInterleaving();
  await prepareMine(interleaving);
  const [deleted, appended] = await deleteDuring(interleaving, () =>
    append(interleaving.other, 'c', minted('x')),
  );
  expect(deleted).toBe(true);
  expect(appended).toEqual({ refused: 'conversation_absent' });
  expect(await interleaving.contents()).toEqual({ conversations: [], items: [] });
});

test('a deletion during another one waits for it and finds no conversation', async () => {
  await using interleaving = await openInterleaving();
  await prepareMine(interleaving);
  const results = await deleteDuring(interleaving, () =>
    interleaving.other.conversations.delete(key('c')),
  );
  expect(results).toEqual([true, false]);
  expect(await interleaving.contents()).toEqual({ conversations: [], items: [] });
});

test('an import of a conversation during its deletion waits for it and stores everything again', async () => {
  await using interleaving = await openInterleaving();
  await prepareMine(interleaving);
  const results = await deleteDuring(interleaving, () =>
    interleaving.other.archive.write(ARCHIVED),
  );
  expect(results).toEqual([true, ARCHIVED.length]);
  expect(await interleaving.contents()).toEqual({
    conversations: ['t me 2'],
    items: ['t 0 a', 't 1 b'],
  });
});
