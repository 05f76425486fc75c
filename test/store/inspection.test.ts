import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { openInspection } from '../../src/store/open.ts';
import { temporaryFolder } from '../support/folder.ts';
import { minted, newConversation, openOn } from '../support/store.ts';

test('a SQLite file that a server takes up while it is looked at is seen as it has become', async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path('x.db')}`;
  await (await openOn(url)).close();
  const { database } = await loadConfig({ arguments: ['--database-url', url] });
  await using inspection = await openInspection(database);
  const items = async () => (await inspection.figures({ full: true })).items.count;
  expect(await items()).toBe(0);
  expect(readdirSync(folder.path('.'))).toEqual(['x.db']);
  await using store = await openOn(url);
  // Still in the log, which was not there before.
  await store.createConversation({ ...newConversation('c'), items: minted('a', 'b') });
  expect(await items()).toBe(2);
  await store.createConversation({ ...newConversation('d'), items: minted('c') });
  expect(await items()).toBe(3);
});
