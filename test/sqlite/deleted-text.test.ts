import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { key, newConversation, openOn } from '../support/store.ts';

const SECRET = 'the-needle';

/** An item with a text larger than a page of the database. */
const secretItem = (id: string) =>
  ({
    kind: 'minted',
    id,
    type: 'message',
    data: JSON.stringify({ secret: SECRET.repeat(500) }),
  }) as const;

const containsSecret = (path: string): boolean => readFileSync(path).includes(SECRET);

test('deleted texts are removed from the file and from its log while the store is open', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await using store = await openOn(`sqlite:${path}`);
  const isThere = (): boolean => [path, `${path}-wal`].some(containsSecret);
  const items = [secretItem('a'), secretItem('b')];
  await store.conversations.create({ ...newConversation('c'), items });
  await store.conversations.create(newConversation('other'));
  expect(isThere(), 'the text is stored before it is deleted').toBe(true);
  await store.conversations.deleteItem({ ...key('c'), itemId: 'a' });
  await store.conversations.delete(key('c'));
  await expect.poll(isThere, { message: 'the deleted texts are still stored' }).toBe(false);
});

test('a deleted text is removed from the log once the last reader has finished', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await using store = await openOn(`sqlite:${path}`);
  await store.conversations.create({ ...newConversation('c'), items: [secretItem('a')] });
  const isInLog = (): boolean => containsSecret(`${path}-wal`);
  {
    using reader = new DatabaseSync(path);
    reader.exec('BEGIN; SELECT count(*) FROM items');
    await store.conversations.delete(key('c'));
    expect(isInLog(), 'the log keeps the text for the open reader').toBe(true);
  }
  // No further write triggers the removal.
  await expect.poll(isInLog, { message: 'the deleted text is still in the log' }).toBe(false);
});

test('a deleted text is overwritten in the file', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  const store = await openOn(`sqlite:${path}`);
  await store.conversations.create({ ...newConversation('c'), items: [secretItem('a')] });
  await store.conversations.delete(key('c'));
  await store.close();
  expect(containsSecret(path), 'the deleted text is still in the file').toBe(false);
});
