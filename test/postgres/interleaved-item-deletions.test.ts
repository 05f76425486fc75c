import { describe, expect, test } from 'vitest';
import {
  GIFTS,
  LOSSES,
  MY_CONVERSATION,
  openInterleaving,
  prepareMine,
  type Interleaving,
} from '../support/interleaving.ts';

describe.each(['SELECT id, metadata', 'DELETE FROM items'])(
  'the deletion of an item that stops before %s',
  (beginning) => {
    const deleteItem = ({ store }: Interleaving) =>
      store.conversations.deleteItem({ ...MY_CONVERSATION, itemId: 'a' });

    test.each(Object.entries(LOSSES))(
      'the deletion of an item during %s answers what it has done',
      async (_name, { take }) => {
        await using interleaving = await openInterleaving();
        await prepareMine(interleaving);
        let taking: Promise<unknown> = Promise.resolve();
        const { absent } = await interleaving.between(
          beginning,
          () => deleteItem(interleaving),
          () => {
            taking = take(interleaving);
            // It may finish or wait for the deletion.
            return Promise.race([taking, interleaving.untilBlocked(taking).catch(() => undefined)]);
          },
        );
        await taking;
        const { items } = await interleaving.contents();
        expect(items).toHaveLength(absent === undefined ? 1 : 2);
      },
    );

    test.each(Object.entries(GIFTS))(
      'the deletion of an item that finds its conversation only after %s answers what it has done',
      async (_name, { prepare, give }) => {
        await using interleaving = await openInterleaving();
        await prepare(interleaving);
        const { absent } = await interleaving.between(
          beginning,
          () => deleteItem(interleaving),
          () => give(interleaving),
        );
        const { items } = await interleaving.contents();
        expect(items).toHaveLength(absent === undefined ? 1 : 2);
      },
    );
  },
);
