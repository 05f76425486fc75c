import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  keysWithPolicy,
  listIds,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';
import { startServer } from '../../support/server.ts';
import { messages } from '../../support/texts.ts';

/** Creates two conversations by a server without authentication, the first with an item. */
async function createUnowned({ database }: AccessServer): Promise<[string, string]> {
  await using open = await startServer('--database-url', database.url);
  const { conversations } = open.client;
  const { id: first } = await conversations.create({ items: messages('old') });
  return [first, (await conversations.create()).id];
}

test('a conversation without an owner belongs to a subject after its adoption', async () => {
  await using access = await startAccessServer();
  const [id, other] = await createUnowned(access);
  const ann = await access.key('ann', '--team', 'core');
  expect(await listIds(access, ann)).toEqual([]);
  expect((await access.call(ann, 'GET', pathOf(id))).status).toBe(404);

  const adopted = await access.command('adopt', '--subject', 'ann', '--conversation', id);
  expect(adopted).toBe('1 conversation now belongs to ann of default.');
  expect(await listIds(access, ann)).toEqual([id]);
  const items = await access.call(ann, 'GET', `${pathOf(id)}/items`);
  expect(items.body.data).toMatchObject([{ content: [{ text: 'old' }] }]);

  await access.command('adopt', '--subject', 'zoe', '--tenant', 'acme', '--team', 'core');
  const zoe = await access.key('zoe', '--tenant', 'acme');
  expect(await listIds(access, zoe)).toEqual([other]);
});

test('an adopted conversation has the attributes that the adoption names', async () => {
  await using access = await startAccessServer();
  const [id] = await createUnowned(access);
  await access.command('adopt', '--subject', 'zoe', '--tenant', 'acme', '--team', 'core');
  await writeFile(
    access.folder.path('colloquy.yaml'),
    keysWithPolicy('{ permit: { actions: [read] }, when: user in owners teams }'),
  );
  const as = ['--as', 'x', '--tenant', 'acme', '--team', 'core', '--action', 'read'];
  expect(await access.command('policy', 'check', ...as, '--conversation', id)).toMatch(/^yes/);
});

test('an adoption refuses the reserved subject and an empty tenant', async () => {
  await using access = await startAccessServer();
  await expect(access.command('adopt', '--subject', 'anonymous')).rejects.toThrow('unusable_name');
  await expect(access.command('adopt', '--subject', 'a', '--tenant', '')).rejects.toThrow(
    'unusable_name',
  );
});

test('a rule can share conversations without an owner', async () => {
  await using access = await startAccessServer(
    keysWithPolicy('{ permit: { actions: [read] }, when: resource is unowned }'),
  );
  const [id] = await createUnowned(access);
  const ann = await access.key('ann');
  expect((await access.call(ann, 'GET', pathOf(id))).status).toBe(200);
  expect((await access.call(ann, 'DELETE', pathOf(id))).status).toBe(404);
});
