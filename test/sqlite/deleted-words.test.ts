import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { backupDatabase } from '../../src/store/open.ts';
import { eraseAll, indexAll } from '../../src/service/search/index-all.ts';
import { Indexer } from '../../src/service/search/indexer.ts';
import type { NewItem, Store } from '../../src/index.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { runProcess } from '../support/process.ts';
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
    await eraseAll(store.search);
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

test('the words of escaped JSON in an output leave the file, the log and copies', async () => {
  await using stored = await fixture();
  const { store, holds } = stored;
  const output = `{"text": "\\n${NEEDLE}"}`;
  const data = JSON.stringify({ type: 'function_call_output', call_id: 'c', output });
  const items = [{ ...item('fco_1', ''), type: 'function_call_output', data }];
  await store.conversations.create({ ...newConversation('c'), items });
  await indexAll(store.search);
  expect(await holds()).toBe(true);
  await store.conversations.delete(key('c'));
  await eraseAll(store.search);
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

/** Returns the words, or their beginnings, with which pages of the index begin. */
function listedWords(folder: Folder): readonly string[] {
  using raw = new DatabaseSync(folder.path('test.db'));
  const rows = raw.prepare('SELECT CAST(term AS TEXT) AS term FROM item_words_idx').all();
  return rows.map(({ term }) => String(term).slice(1));
}

/** Stores secret items of Bob in conversations of 100, and others whose words stand between theirs in the index. */
async function storeAmongOthers(store: Store, count: number): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const texts = (make: (prefix: string, number: number) => string): NewItem[] =>
      Array.from({ length: 100 }, (_, place) => {
        const prefix = (place * 13 + 400).toString(36);
        return item(`msg_${from + place}`, make(prefix, from + place));
      });
    const secret = texts((prefix, number) => `${prefix}${NEEDLE}${number} filler bigdel`);
    const other = texts((prefix, number) => `${prefix}a${number} ${prefix}z${number} filler`);
    const bob = { ...newConversation(`bob${from}`), owner: 'bob' };
    await store.conversations.create({ ...bob, items: secret });
    await store.conversations.create({ ...newConversation(`kept${from}`), items: other });
  }
  await indexAll(store.search);
}

test.each([900, 2_000])(
  'words of %i deleted items leave the file also where a page of the index began with them',
  async (count) => {
    await using stored = await fixture();
    const { store, folder, holds } = stored;
    await storeAmongOthers(store, count);
    for (let from = 0; from < count; from += 100)
      await store.conversations.delete(key(`bob${from}`));
    while (await store.search.erase());
    expect(listedWords(folder).some((word) => word.includes(NEEDLE))).toBe(true);
    for (const job of new Indexer({ index: store.search, isOn: false }).jobs) await job.run();
    await expect.poll(holds).toBe(false);
  },
);

test('a deleted item leaves the file where a page of the only segment began with its word', async () => {
  await using stored = await fixture();
  const { store, folder } = stored;
  const words = Array.from({ length: 900 }, (_, index) => `${NEEDLE}${1_000 + index}`);
  for (let from = 0; from < words.length; from += 100) {
    const items = words
      .slice(from, from + 100)
      .map((word, index) => item(`msg_${from + index}`, word));
    await store.conversations.create({ ...newConversation(`c${from}`), items });
  }
  await store.conversations.create({ ...newConversation('c'), items: secrets(1) });
  await indexAll(store.search);
  await store.conversations.delete(key('c'));
  await eraseAll(store.search);
  const target = listedWords(folder).find((term) => term.length === `${NEEDLE}1000`.length) ?? '';
  const index = words.indexOf(target);
  expect(index).toBeGreaterThan(0);
  const conversationId = `c${index - (index % 100)}`;
  await store.conversations.deleteItem({ ...key(conversationId), itemId: `msg_${index}` });
  expect(listedWords(folder)).toContain(target);
  await eraseAll(store.search);
  expect(listedWords(folder)).not.toContain(target);
  await expect.poll(() => readFileSync(folder.path('test.db')).includes(target)).toBe(false);
});

test('an erasure by command ends when the words have left the file', async () => {
  await using stored = await fixture();
  const { store, folder, holds } = stored;
  await storeAmongOthers(store, 900);
  const flags = ['--tenant', 't', '--subject', 'bob'];
  const at = ['--database-url', `sqlite:${folder.path('test.db')}`];
  const { code, stderr } = await runProcess(['erase', ...flags, ...at]);
  expect(code, stderr).toBe(0);
  expect(listedWords(folder).filter((word) => word.includes(NEEDLE))).toEqual([]);
  await expect.poll(holds).toBe(false);
});
