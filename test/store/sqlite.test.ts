import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RowFilter } from '../../src/base/row-filter.ts';
import { loadConfig, openStore, type Store } from '../../src/index.ts';
import { conversationsPage } from '../../src/store/conversations/page.ts';
import { SQLITE } from '../../src/store/engine/syntax.ts';
import { singleStatement } from '../../src/store/engine/driver.ts';
import { SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { rowFilterSql } from '../../src/store/conversations/row-filter-sql.ts';
import * as statements from '../../src/store/conversations/statements.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { everything, key, newConversation } from '../support/store.ts';
import { describeStore } from './conformance/describe-store.ts';

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

describe('the SQLite file', () => {
  test('uses a write-ahead log', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await using _store = await disposable(path);
    using other = new DatabaseSync(path);
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  test('is synced fully unless told otherwise', async () => {
    const { database } = await loadConfig({ environment: {} });
    expect(database).toMatchObject({ kind: 'sqlite', synchronous: 'full' });
  });

  test('leaves no log behind when it is closed', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    const store = await disposable(path);
    await store.createConversation(newConversation('c'));
    await store.close();
    // Asked of the folder before anything else: whoever opens the file may leave a log of its own.
    expect(readdirSync(folder.path('.'))).toEqual(['test.db']);
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
      store.createConversation(newConversation(`c${n}`)),
    );
    // Reads go on meanwhile.
    expect(await store.getConversation(key('c0'))).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 300));
    other.exec('COMMIT');
    expect(await Promise.all(writes)).toHaveLength(5);
  });

  test('two stores on one file write side by side', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await using first = await disposable(path);
    await using second = await disposable(path);
    await first.createConversation(newConversation('c'));
    const append = (store: Store, id: string) =>
      store.appendItems({
        ...key('c'),
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
    const list = await first.listItems({ ...key('c'), page });
    expect(list.absent === undefined && list.page.entries.length).toBe(200);
  });

  test('a deleted text does not linger in the log beside the file', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await using store = await disposable(path);
    const text = JSON.stringify({ secret: 'the-needle'.repeat(500) });
    const items = ['a', 'b'].map(
      (id) => ({ kind: 'minted', id, type: 'message', data: text }) as const,
    );
    const isThere = (): boolean =>
      [path, `${path}-wal`].some((file) => readFileSync(file).includes('the-needle'));
    await store.createConversation({ ...newConversation('c'), items });
    await store.createConversation(newConversation('other'));
    expect(isThere()).toBe(true);
    await store.deleteItem({ ...key('c'), itemId: 'a' });
    await store.deleteConversation(key('c'));
    await expect.poll(isThere).toBe(false);
  });

  test('nor does it behind a reader, once that has finished', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    await using store = await disposable(path);
    const data = JSON.stringify({ secret: 'the-needle'.repeat(500) });
    const items = [{ kind: 'minted', id: 'a', type: 'message', data }] as const;
    await store.createConversation({ ...newConversation('c'), items });
    {
      using reader = new DatabaseSync(path);
      reader.exec('BEGIN; SELECT count(*) FROM items');
      await store.deleteConversation(key('c'));
      expect(readFileSync(`${path}-wal`).includes('the-needle')).toBe(true);
    }
    // No other write comes by.
    await expect.poll(() => readFileSync(`${path}-wal`).includes('the-needle')).toBe(false);
  });

  test('a database of another program is refused and left alone', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    using other = new DatabaseSync(path);
    other.exec('CREATE TABLE recipes (id INTEGER)');
    await expect(disposable(path)).rejects.toThrow('another program: it has a table recipes');
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
  });

  test('a deleted text is nowhere in the file any more', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('test.db');
    const store = await disposable(path);
    const data = JSON.stringify({ secret: 'the-needle'.repeat(500) });
    const items = [{ kind: 'minted', id: 'a', type: 'message', data }] as const;
    await store.createConversation({ ...newConversation('c'), items });
    await store.deleteConversation(key('c'));
    await store.close();
    expect(readFileSync(path).includes('the-needle')).toBe(false);
  });

  test('a closed store refuses', async () => {
    const store = await disposable(':memory:');
    await store.close();
    await expect(store.createConversation(newConversation('c'))).rejects.toThrow('closed');
    await expect(store.ping()).rejects.toThrow('closed');
  });
});

const scope = { kind: 'none' } as const;
const statement = (sql: string) => ({ scope, query: { sql, parameters: [] } });

describe('the driver', () => {
  test.each([
    ['full', 2],
    ['normal', 1],
  ] as const)('syncs as it is told: %s', async (synchronous, level) => {
    await using folder = await temporaryFolder();
    const driver = await SqliteDriver.open({ path: folder.path('s.db'), synchronous });
    expect(await driver.read(statement('PRAGMA synchronous'))).toMatchObject([{ cells: [level] }]);
    await driver.close();
  });

  test('a full disk fails every write of the commit, stores none of them, and is got over', async () => {
    await using folder = await temporaryFolder();
    const driver = await SqliteDriver.open({ path: folder.path('f.db'), synchronous: 'full' });
    const write = (sql: string, ...parameters: string[]) =>
      driver.write(singleStatement(scope, { sql, parameters }, (rows) => rows));
    const put = (text: string) => write('INSERT INTO t VALUES ($1)', text);
    await write('CREATE TABLE t (x TEXT)');
    const limit = (pages: number) => driver.read(statement(`PRAGMA max_page_count = ${pages}`));
    await limit(3);
    const results = await Promise.allSettled(['a', 'b'].map((text) => put(text.repeat(100_000))));
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreUnavailableError' },
      });
    }
    const count = () => driver.read(statement('SELECT count(*) AS n FROM t'));
    expect(await count()).toMatchObject([{ cells: [0] }]);
    await limit(1_000_000);
    await put('c');
    expect(await count()).toMatchObject([{ cells: [1] }]);
    await driver.close();
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
      'The database has schema version 9999 (future); this program knows versions up to',
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
    const shipped = readdirSync(new URL('../../migrations/sqlite', import.meta.url)).length;
    expect(raw.prepare('SELECT count(*) AS n FROM schema_migrations').get()).toEqual({
      n: shipped,
    });
  });
});

/** 200,000 conversations of 1,000 owners. */
const FILL = `
  WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200000)
  INSERT INTO conversations
  SELECT 't', 'conv_' || n, 'owner-' || (n % 1000), '{}', '{"a":"b"}', n, 0 FROM numbers`;

describe('every read of 200,000 conversations of 1,000 owners is an index search', () => {
  let folder: Folder;
  let raw: DatabaseSync;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const path = folder.path('large.db');
    await (await disposable(path)).close();
    raw = new DatabaseSync(path);
    raw.exec(FILL);
    raw.exec('ANALYZE');
  });
  afterAll(async () => {
    raw.close();
    await folder[Symbol.asyncDispose]();
  });

  function plan(sql: string): string[] {
    const rows = raw.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll(/\$(\d+)/g, '?$1')}`).all();
    // The outermost step sorts one page at the most, which is what ORDER BY costs to be sure of.
    return (rows as { detail: string; parent: number }[])
      .filter(({ detail, parent }) => parent !== 0 || !detail.startsWith('USE TEMP B-TREE'))
      .map(({ detail }) => detail);
  }

  const filters: [string, RowFilter][] = [
    ['everything', everything],
    ['an owner', { kind: 'owner', subject: 'o' }],
    ['a shared attribute', { kind: 'attribute', attribute: 'teams', values: ['a', 'b'] }],
  ];

  test.each(filters)('statements about one conversation, as seen by %s', (_name, filter) => {
    const where = rowFilterSql(filter, 9, SQLITE).sql;
    const texts = [
      statements.selectConversation(where),
      statements.updateMetadata(where),
      statements.deleteConversation(where),
      statements.reservePositions(where),
      statements.selectItemAnywhere(where),
      statements.selectItem(where),
      statements.deleteItem(where),
      statements.DELETE_ITEMS_OF_CONVERSATION,
      statements.SELECT_KEY,
      statements.selectPageBasis(where),
      ...Object.values(statements.ITEM_PAGES).flatMap(({ first, after }) => [
        first(where),
        after(where),
      ]),
    ];
    for (const sql of texts) {
      for (const detail of plan(sql)) {
        expect(detail).not.toMatch(/^SCAN (items|conversations|api_keys)/);
        if (sql.includes('CAST($3')) expect(detail).not.toContain('TEMP B-TREE');
      }
    }
  });

  test.each(filters)('lists of conversations, as seen by %s', (name, access) => {
    for (const order of ['asc', 'desc'] as const) {
      for (const cursor of [
        undefined,
        { id: 'c', side: 'after' },
        { id: 'c', side: 'before' },
      ] as const) {
        for (const createdFrom of [undefined, 5]) {
          const { sql } = conversationsPage(
            {
              tenant: 't',
              access,
              order,
              cursor,
              limit: 20,
              metadata: [['a', 'b']],
              createdFrom,
              createdUntil: undefined,
            },
            SQLITE,
          );
          const details = plan(sql);
          const index = name === 'an owner' ? 'conversations_by_owner' : 'conversations_by_time';
          expect(details.join('\n')).toContain(`SEARCH conversations USING INDEX ${index}`);
          for (const detail of details) {
            expect(detail).not.toMatch(/SCAN conversations|TEMP B-TREE|items/);
          }
        }
      }
    }
  });
});
