import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { openInspection } from '../../src/store/open.ts';
import { temporaryFolder } from '../support/folder.ts';
import { minted, newConversation, openOn } from '../support/store.ts';

test('an open inspection of a SQLite file counts what a later server writes', async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path('x.db')}`;
  await (await openOn(url)).close();
  const { database } = await loadConfig({ arguments: ['--database-url', url] });
  await using inspection = await openInspection(database);
  const items = async () => (await inspection.figures({ full: true })).items.count;
  expect(await items()).toBe(0);
  expect(readdirSync(folder.path('.'))).toEqual(['x.db']);
  await using store = await openOn(url);
  // These rows are in the write-ahead log, which did not exist when the inspection was opened.
  await store.conversations.create({ ...newConversation('c'), items: minted('a', 'b') });
  expect(await items()).toBe(2);
  await store.conversations.create({ ...newConversation('d'), items: minted('c') });
  expect(await items()).toBe(3);
});
