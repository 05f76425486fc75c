import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { backupDatabase } from '../../src/store/open.ts';
import { indexAll } from '../../src/service/search/index-all.ts';
import type { NewItem, Store } from '../../src/index.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { key, newConversation, openOn } from '../support/store.ts';

/** Words that begin as no other word does: the index leaves out what two words have in common. */
const NEEDLE = 'qxzneedle';

const item = (id: string, text: string): NewItem => ({
  kind: 'minted',
  id,
  type: 'message',
  data: JSON.stringify({ role: 'user', content: [{ type: 'input_text', text }] }),
});

interface Fixture extends AsyncDisposable {
  readonly store: Store;
  readonly folder: Folder;
  /** Returns whether the word is in the file, its log, or a copy of both. */
  readonly holds: () => Promise<boolean>;
}

async function fixture(): Promise<Fixture> {
  const folder = await temporaryFolder();
  const path = folder.path('test.db');
  const store = await openOn(`sqlite:${path}`);
  for (let index = 0; index < 50; index += 1) {
    const items = [item(`msg_${index}`, `ordinary words of conversation ${index}`)];
    await store.conversations.create({ ...newConversation(`other_${index}`), items });
  }
  let copies = 0;
  return {
    store,
    folder,
    holds: async () => {
      const copy = folder.path(`copy-${(copies += 1)}.db`);
      await backupDatabase({ kind: 'sqlite', path, synchronous: 'full' }, copy);
      return [path, `${path}-wal`, copy].some((file) => readFileSync(file).includes(NEEDLE));
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const secrets = (count: number): readonly NewItem[] =>
  Array.from({ length: count }, (_, index) => item(`msg_s${index}`, `${NEEDLE} ${index}`));

test.each([1, 3, 100])(
  'the words of a deleted conversation of %i items leave the file, the log and copies',
  async (count) => {
    await using stored = await fixture();
    const { store, holds } = stored;
    await store.conversations.create({ ...newConversation('c'), items: secrets(count) });
    await indexAll(store.search);
    expect(await holds()).toBe(true);
    await store.conversations.delete(key('c'));
    while (await store.search.erase());
    await expect.poll(holds).toBe(false);
  },
);

test('the words of a deleted item leave the file, the log and copies', async () => {
  await using stored = await fixture();
  const { store, holds } = stored;
  await store.conversations.create({ ...newConversation('c'), items: secrets(1) });
  await indexAll(store.search);
  await store.conversations.deleteItem({ ...key('c'), itemId: 'msg_s0' });
  await expect.poll(holds).toBe(false);
});

test('the index of words has no trace of the text of an item that was never indexed', async () => {
  await using stored = await fixture();
  const { store, holds } = stored;
  await indexAll(store.search);
  await store.conversations.create({ ...newConversation('c'), items: secrets(20) });
  await store.conversations.delete(key('c'));
  await indexAll(store.search);
  await expect.poll(holds).toBe(false);
});

test('SQLite finds no fault in an index from which items and conversations were deleted', async () => {
  await using stored = await fixture();
  const { store, folder } = stored;
  await store.conversations.create({ ...newConversation('c'), items: secrets(30) });
  await indexAll(store.search);
  for (let index = 0; index < 50; index += 3)
    await store.conversations.delete(key(`other_${index}`));
  await store.conversations.deleteItem({ ...key('c'), itemId: 'msg_s7' });
  await store.conversations.delete(key('c'));
  await indexAll(store.search);
  using raw = new DatabaseSync(folder.path('test.db'));
  raw.exec(`INSERT INTO item_words (item_words, rank) VALUES ('integrity-check', 0)`);
  const found = (words: string) =>
    raw.prepare('SELECT count(*) AS count FROM item_words WHERE item_words MATCH ?').get(words);
  expect(found('ordinary')).toEqual({ count: 33 });
  expect(found(NEEDLE)).toEqual({ count: 0 });
});
