import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { loadConfig, openStore, type Store } from '../../src/index.ts';
import { runProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/folder.ts';
import { key, minted, newConversation, openOn } from '../support/store.ts';

const NAME = 'needle-of-a-person';

async function fill(store: Store): Promise<void> {
  const { conversations } = store;
  for (const id of ['live', 'trashed', 'gone', 'restored']) {
    const params = { ...newConversation(id), owner: NAME, items: minted(`${id}-1`) };
    await conversations.create({ ...params, createdAt: Date.now() });
    await conversations.update({ ...key(id), metadata: '{"a":"b"}' });
  }
  for (const id of ['trashed', 'restored']) {
    await conversations.delete({ ...key(id), trashMs: 60_000 });
  }
  await store.retention.restore(key('restored'));
  await conversations.delete(key('gone'));
}

test('the name of a person is in no file after the erasure, and readers still know what was deleted', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('owners.db');
  const at = ['--database-url', `sqlite:${path}`];
  {
    await using store = await openOn(`sqlite:${path}`);
    await fill(store);
  }
  const isIn = () => readFileSync(path).includes(NAME);
  expect(isIn()).toBe(true);
  const { stdout } = await runProcess([
    'erase',
    '--tenant',
    't',
    '--subject',
    NAME,
    '--json',
    ...at,
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ deleted: 3, not_covered: expect.anything() });
  expect(isIn(), 'the name is left').toBe(false);
  {
    await using store = await openOn(`sqlite:${path}`);
    for (const id of ['live', 'trashed', 'gone', 'restored']) {
      const access = { kind: 'owner', subject: NAME } as const;
      expect(await store.changes.deletion({ ...key(id), access }), id).not.toBeNull();
    }
  }
  using raw = new DatabaseSync(path);
  const left = raw.prepare('SELECT DISTINCT type FROM changes').all();
  expect(left.map(({ type }) => type)).toEqual(['conversation.deleted']);
});

test('an erasure by metadata leaves no name of the owners of what it has erased', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('metadata.db');
  {
    await using store = await openOn(`sqlite:${path}`);
    for (const id of ['live', 'trashed']) {
      const metadata = '{"user":"7"}';
      await store.conversations.create({ ...newConversation(id), owner: NAME, metadata });
    }
    await store.conversations.delete({ ...key('trashed'), trashMs: 60_000 });
  }
  expect(readFileSync(path).includes(NAME)).toBe(true);
  const at = ['--tenant', 't', '--database-url', `sqlite:${path}`];
  const { stdout } = await runProcess(['erase', '--metadata', 'user=7', '--json', ...at]);
  expect(JSON.parse(stdout)).toMatchObject({ deleted: 2 });
  expect(readFileSync(path).includes(NAME), 'the name is left').toBe(false);
});

test('nothing is recorded of what retention does where the feed is off', async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path('off.db')}`;
  {
    const { database } = await loadConfig({ arguments: ['--database-url', url] });
    const store = await openStore(database, undefined, { recordsChanges: false });
    await using _ = { [Symbol.asyncDispose]: () => store.close() };
    await fill(store);
    await store.conversations.delete({ ...key('live'), trashMs: 60_000 });
    const filter = { ...key('live'), owners: undefined, metadata: [] };
    for (const id of ['live', 'restored']) {
      expect(await store.retention.condemn(filter, { id, owner: NAME })).toBe(true);
      expect(await store.retention.purge(key(id), 50)).toMatchObject({ state: 'gone' });
    }
  }
  using raw = new DatabaseSync(folder.path('off.db'));
  expect(raw.prepare('SELECT count(*) AS count FROM changes').get()).toEqual({ count: 0 });
});
