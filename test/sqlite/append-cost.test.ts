import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { append, newConversation, openOn, minted } from '../support/store.ts';

test('an append to a long conversation writes at most twice as much as one to a short', async () => {
  await using folder = await temporaryFolder();
  await using store = await openOn(`sqlite:${folder.path('growth.db')}`);
  await store.conversations.create(newConversation('c'));
  let next = 0;
  const grow = async (count: number): Promise<void> => {
    const ids = Array.from({ length: count }, () => `i${String((next += 1)).padStart(8, '0')}`);
    await append(store, 'c', minted(...ids));
  };
  /** Returns the bytes that ten appends of one item write. */
  const measure = async (): Promise<number> => {
    const before = folder.size('growth.db-wal');
    for (let n = 0; n < 10; n += 1) await grow(1);
    return folder.size('growth.db-wal') - before;
  };
  await grow(10);
  const short = await measure();
  for (let n = 0; n < 5; n += 1) await grow(100);
  const long = await measure();
  expect(short).toBeGreaterThan(0);
  expect(long).toBeLessThanOrEqual(short * 2);
});
