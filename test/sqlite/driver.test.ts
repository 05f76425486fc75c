import { expect, test } from 'vitest';
import { singleStatement } from '../../src/store/engine/driver.ts';
import { SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { temporaryFolder } from '../support/folder.ts';

const scope = { kind: 'none' } as const;
const statement = (sql: string) => ({ scope, query: { sql, parameters: [] } });

test.each([
  ['full', 2],
  ['normal', 1],
] as const)(
  'a file opened with synchronous=%s is synced at level %i of SQLite',
  async (synchronous, level) => {
    await using folder = await temporaryFolder();
    const driver = await SqliteDriver.open({ path: folder.path('s.db'), synchronous });
    expect(await driver.read(statement('PRAGMA synchronous'))).toMatchObject([{ cells: [level] }]);
    await driver.close();
  },
);

test('a full disk fails every write of the commit and stores none, until there is room again', async () => {
  await using folder = await temporaryFolder();
  const driver = await SqliteDriver.open({ path: folder.path('f.db'), synchronous: 'full' });
  const write = (sql: string, ...parameters: string[]) =>
    driver.write(singleStatement(scope, { sql, parameters }, [], (rows) => rows));
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
