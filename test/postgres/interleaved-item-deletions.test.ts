import { expect, test } from 'vitest';
import { LOSSES, MY_CONVERSATION, openInterleaving, prepareMine } from '../support/interleaving.ts';

test.each(Object.entries(LOSSES))(
  '%s during the deletion of an item waits for it',
  async (_name, { take }) => {
    await using interleaving = await openInterleaving();
    await prepareMine(interleaving);
    let taking: Promise<unknown> = Promise.resolve();
    const deleted = await interleaving.between(
      'DELETE FROM items',
      () => interleaving.store.conversations.deleteItem({ ...MY_CONVERSATION, itemId: 'a' }),
      () => {
        taking = take(interleaving);
        return interleaving.untilBlocked(taking);
      },
    );
    await taking;
    expect(deleted).toMatchObject({ absent: undefined });
    expect((await interleaving.contents()).items).toEqual([expect.stringMatching(/ 1 b$/)]);
  },
);
