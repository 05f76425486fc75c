import { readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { append, key, minted, newConversation, openOn } from '../support/store.ts';

test('a SQLite file uses a write-ahead log', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await using _store = await openOn(`sqlite:${path}`);
  using other = new DatabaseSync(path);
  expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
});

test('commits are synced fully by default', async () => {
  const { database } = await loadConfig({ environment: {} });
  expect(database).toMatchObject({ kind: 'sqlite', synchronous: 'full' });
});

test('closing a store moves the write-ahead log into the file and removes it', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  const store = await openOn(`sqlite:${path}`);
  await store.conversations.create(newConversation('c'));
  await store.close();
  // Read before the file is opened below, which may create a log again.
  expect(readdirSync(folder.path('.'))).toEqual(['test.db']);
  using raw = new DatabaseSync(path, { readOnly: true });
  expect(raw.prepare('SELECT count(*) AS n FROM conversations').get()).toEqual({ n: 1 });
});

test('a lock held by another connection delays writes and fails none', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await using store = await openOn(`sqlite:${path}`);
  using other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const writes = Array.from({ length: 5 }, (_, n) =>
    store.conversations.create(newConversation(`c${n}`)),
  );
  // A read does not wait for the lock.
  expect(await store.conversations.get(key('c0'))).toBeNull();
  await new Promise((resolve) => setTimeout(resolve, 300));
  other.exec('COMMIT');
  expect(await Promise.all(writes)).toHaveLength(5);
});

test('two stores can write to one file at once', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await using first = await openOn(`sqlite:${path}`);
  await using second = await openOn(`sqlite:${path}`);
  await first.conversations.create(newConversation('c'));
  await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      await append(first, 'c', minted(`a${n}`));
      await append(second, 'c', minted(`b${n}`));
    }),
  );
  const page = { limit: 500, order: 'asc', after: undefined } as const;
  const list = await first.conversations.listItems({ ...key('c'), page });
  if (list.absent !== undefined) throw new Error(`the ${list.absent} is absent`);
  expect(list.page.entries).toHaveLength(200);
});

test('a database of another program is refused and not changed', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  using other = new DatabaseSync(path);
  other.exec('CREATE TABLE recipes (id INTEGER)');
  await expect(openOn(`sqlite:${path}`)).rejects.toThrow('another program: it has a table recipes');
  expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
});

test('a closed store rejects writes and pings', async () => {
  const store = await openOn('sqlite::memory:');
  await store.close();
  await expect(store.conversations.create(newConversation('c'))).rejects.toThrow('closed');
  await expect(store.ping()).rejects.toThrow('closed');
});
