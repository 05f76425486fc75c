import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeStore } from './conformance.ts';

async function disposable(path: string, after?: AsyncDisposable): Promise<Store & AsyncDisposable> {
  const store = await openStore({ kind: 'sqlite', path, synchronous: 'full' });
  const dispose = async (): Promise<void> => {
    await store.close();
    await after?.[Symbol.asyncDispose]();
  };
  return Object.assign(store, { [Symbol.asyncDispose]: dispose });
}

describeStore('SQLite in memory', () => disposable(':memory:'));
describeStore('SQLite on disk', async () => {
  const folder = await temporaryFolder();
  return disposable(folder.path('test.db'), folder);
});

const conversation = (id: string) => ({
  tenant: 't',
  conversationId: id,
  owner: 'o',
  metadata: '{}',
  createdAt: 1,
  items: [],
});

describe('the SQLite file', () => {
  test('uses a write-ahead log, and syncs fully unless told otherwise', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await using _store = await disposable(path);
    using other = new DatabaseSync(path);
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  test('leaves no log behind when it is closed', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    const store = await disposable(path);
    await store.createConversation(conversation('c'));
    await store.close();
    using raw = new DatabaseSync(path, { readOnly: true });
    expect(raw.prepare('SELECT count(*) AS n FROM conversations').get()).toEqual({ n: 1 });
  });

  test('another process that holds the lock for a while delays writes and fails none', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await using store = await disposable(path);
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const writes = Array.from({ length: 5 }, (_, n) =>
      store.createConversation(conversation(`c${n}`)),
    );
    // Reads go on meanwhile.
    expect(await store.getConversation({ tenant: 't', conversationId: 'c0' })).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 300));
    other.exec('COMMIT');
    expect(await Promise.all(writes)).toHaveLength(5);
  });

  test('two stores on one file write side by side', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await using first = await disposable(path);
    await using second = await disposable(path);
    await first.createConversation(conversation('c'));
    const append = (store: Store, id: string) =>
      store.appendItems({
        tenant: 't',
        conversationId: 'c',
        createdAt: 1,
        items: [{ kind: 'minted', id, type: 'message', data: '{}' }],
      });
    await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        await append(first, `a${n}`);
        await append(second, `b${n}`);
      }),
    );
    const page = { limit: 500, order: 'asc', after: undefined } as const;
    const list = await first.listItems({ tenant: 't', conversationId: 'c', page });
    expect(list.absent === undefined && list.page.entries.length).toBe(200);
  });

  test('a deleted text is nowhere in the file any more', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    const store = await disposable(path);
    const data = JSON.stringify({ secret: 'the-needle'.repeat(500) });
    const items = [{ kind: 'minted', id: 'a', type: 'message', data }] as const;
    await store.createConversation({ ...conversation('c'), items });
    await store.deleteConversation({ tenant: 't', conversationId: 'c' });
    await store.close();
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(path).includes('the-needle')).toBe(false);
  });

  test('a closed store refuses', async () => {
    const store = await disposable(':memory:');
    await store.close();
    await expect(store.createConversation(conversation('c'))).rejects.toThrow('closed');
    await expect(store.ping()).rejects.toThrow('closed');
  });
});

describe('migrations', () => {
  test('a schema newer than the program is refused and left alone', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await (await disposable(path)).close();
    using raw = new DatabaseSync(path);
    raw.exec("INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)");
    await expect(disposable(path)).rejects.toThrow(
      'The database has schema version 9999 (future); this program knows versions up to 1.',
    );
  });

  test('a step that was applied with other content is refused', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await (await disposable(path)).close();
    using raw = new DatabaseSync(path);
    raw.exec("UPDATE schema_migrations SET checksum = 'edited' WHERE version = 1");
    await expect(disposable(path)).rejects.toThrow('other content');
  });

  test('many openings at once migrate once', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    const stores = await Promise.all(Array.from({ length: 8 }, () => disposable(path)));
    for (const store of stores) await store.close();
    using raw = new DatabaseSync(path);
    expect(raw.prepare('SELECT count(*) AS n FROM schema_migrations').get()).toEqual({ n: 1 });
  });
});

test('every read is an index search, whatever the size of the tables', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await using _store = await disposable(path);
  const statements = await import('../../src/store/statements.ts');
  using raw = new DatabaseSync(path);
  const texts = [
    ...Object.values(statements).filter((value) => typeof value === 'string'),
    ...(['asc', 'desc'] as const).flatMap((order) =>
      [true, false].map((cursor) => statements.selectItemsPage(order, cursor)),
    ),
  ];
  for (const sql of texts) {
    const plan = raw.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll(/\$(\d+)/g, '?$1')}`).all();
    for (const { detail } of plan as { detail: string }[]) {
      expect(detail).not.toMatch(/^SCAN (items|conversations)/);
      if (sql.includes('page')) expect(detail).not.toContain('TEMP B-TREE');
    }
  }
});
