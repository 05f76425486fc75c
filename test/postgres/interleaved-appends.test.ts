import { expect, test } from 'vitest';
import type { AppendResult } from '../../src/index.ts';
import {
  GIFTS,
  LOSSES,
  MY_CONVERSATION,
  openInterleaving,
  prepareMine,
  type Interleaving,
} from '../support/interleaving.ts';
import { append, key, minted } from '../support/store.ts';

/** The second statement of an append; the first one inserts the items. */
const SECOND = 'UPDATE conversations SET revision';

const appendMine = ({ store }: Interleaving, ...ids: readonly string[]): Promise<AppendResult> =>
  store.conversations.appendItems({ ...MY_CONVERSATION, createdAt: 1, items: minted(...ids) });

test.each(Object.entries(GIFTS))(
  'an append that finds its conversation only after %s stores nothing and says so',
  async (_name, { prepare, give }) => {
    await using interleaving = await openInterleaving();
    await prepare(interleaving);
    const refused = await interleaving.between(
      SECOND,
      () => appendMine(interleaving, 'x', 'y'),
      () => give(interleaving),
    );
    expect(refused).toEqual({ refused: 'conversation_absent' });
    const { conversations, items } = await interleaving.contents();
    expect(items).toEqual(['t 0 a', 't 1 b']);
    expect(conversations).toEqual([expect.stringMatching(/^t \w+ 2$/)]);
    expect(await appendMine(interleaving, 'x', 'z')).toMatchObject({ refused: undefined });
    expect(await interleaving.contents()).toMatchObject({
      items: ['t 0 a', 't 1 b', 't 2 x', 't 3 z'],
    });
  },
);

test.each(Object.entries(LOSSES))(
  '%s during an append waits for it and leaves it whole',
  async (_name, { take, tenant }) => {
    await using interleaving = await openInterleaving();
    await prepareMine(interleaving);
    let taking: Promise<unknown> = Promise.resolve();
    const appended = await interleaving.between(
      SECOND,
      () => appendMine(interleaving, 'x', 'y'),
      () => {
        taking = take(interleaving);
        return interleaving.untilBlocked(taking);
      },
    );
    await taking;
    expect(appended).toMatchObject({ refused: undefined, items: [{ id: 'x' }, { id: 'y' }] });
    const contents = {
      conversations: [`${tenant} new 4`],
      items: ['0 a', '1 b', '2 x', '3 y'].map((item) => `${tenant} ${item}`),
    };
    expect(await interleaving.contents()).toEqual(contents);
    expect(await appendMine(interleaving, 'z')).toEqual({ refused: 'conversation_absent' });
    expect(await interleaving.contents()).toEqual(contents);
  },
);

test('a deletion during an append waits for it and deletes its items too', async () => {
  await using interleaving = await openInterleaving();
  await prepareMine(interleaving);
  let deleting: Promise<unknown> = Promise.resolve();
  const appended = await interleaving.between(
    SECOND,
    () => appendMine(interleaving, 'x', 'y'),
    () => {
      deleting = interleaving.other.conversations.delete(key('c'));
      return interleaving.untilBlocked(deleting);
    },
  );
  expect(await deleting).toBe(true);
  expect(appended).toMatchObject({ refused: undefined });
  expect(await interleaving.contents()).toEqual({ conversations: [], items: [] });
});

test('an append during another one waits for it and takes the positions after it', async () => {
  await using interleaving = await openInterleaving();
  await prepareMine(interleaving);
  let appending: Promise<unknown> = Promise.resolve();
  await interleaving.between(
    SECOND,
    () => appendMine(interleaving, 'x', 'y'),
    () => {
      appending = append(interleaving.other, 'c', minted('z'));
      return interleaving.untilBlocked(appending);
    },
  );
  expect(await appending).toMatchObject({ refused: undefined });
  expect(await interleaving.contents()).toEqual({
    conversations: ['t me 5'],
    items: ['t 0 a', 't 1 b', 't 2 x', 't 3 y', 't 4 z'],
  });
});
