import { readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { openOn } from '../support/store.ts';

test('a schema newer than the program is refused', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await (await openOn(`sqlite:${path}`)).close();
  using raw = new DatabaseSync(path);
  raw.exec("INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)");
  await expect(openOn(`sqlite:${path}`)).rejects.toThrow(
    'The database has schema version 9999 (future); this program knows versions up to',
  );
});

test('a migration that was applied with other content is refused', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  await (await openOn(`sqlite:${path}`)).close();
  using raw = new DatabaseSync(path);
  raw.exec("UPDATE schema_migrations SET checksum = 'edited' WHERE version = 1");
  await expect(openOn(`sqlite:${path}`)).rejects.toThrow('other content');
});

test('stores that open one file at once apply each migration once', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('test.db');
  const stores = await Promise.all(Array.from({ length: 8 }, () => openOn(`sqlite:${path}`)));
  for (const store of stores) await store.close();
  using raw = new DatabaseSync(path);
  const shipped = readdirSync(new URL('../../migrations/sqlite', import.meta.url)).length;
  expect(raw.prepare('SELECT count(*) AS n FROM schema_migrations').get()).toEqual({
    n: shipped,
  });
});
