import { expect, test } from 'vitest';
import { erase } from '../../src/service/retention/erasures.ts';
import { freshDatabase } from '../support/database.ts';
import { everything, key, minted, newConversation, openOn } from '../support/store.ts';

const ITEMS = 600;

test('an erasure does not count a conversation of which a hold keeps the rest', async () => {
  await using database = await freshDatabase();
  await using store = await openOn(database.url);
  const { retention, holds } = store;
  const ids = Array.from({ length: ITEMS }, (_, index) => `m${index}`);
  await store.conversations.create({ ...newConversation('c'), items: minted(...ids) });
  const hold = {
    id: 'hold_late',
    tenant: 't',
    subject: null,
    conversationId: 'c',
    reason: 'case 2',
    createdAt: 1,
    releasedAt: null,
  };
  let pieces = 0;
  const receipt = await erase(
    {
      erasable: (...params) => retention.erasable(...params),
      condemn: (...params) => retention.condemn(...params),
      eraseOwners: (...params) => retention.eraseOwners(...params),
      purge: async (...params) => {
        const piece = await retention.purge(...params);
        pieces += 1;
        if (pieces === 1) await holds.add(hold);
        return piece;
      },
    },
    { tenant: 't', access: everything, owners: undefined, metadata: [] },
    { isDryRun: false, isOver: () => false },
  );
  expect(pieces).toBe(2);
  expect(receipt).toMatchObject({ matched: 1, held: 1, deleted: 0, bytes: 0 });
  expect(receipt.items).toBeGreaterThan(0);
  expect(receipt.items).toBeLessThan(ITEMS);
  expect(await retention.purge(key('c'), ITEMS)).toMatchObject({ state: 'absent' });
});
