import { expect, inject, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { runProcess } from '../support/process.ts';
import { startServer } from '../support/server.ts';
import { newConversation, openOn, openSession } from '../support/store.ts';
import { outcomeOf } from '../support/unavailable.ts';

test.each([
  ['a lock that is held for too long', ['--database-lock-timeout', '1']],
  [
    'a statement that runs for too long',
    ['--database-lock-timeout', '0', '--database-statement-timeout', '1'],
  ],
  ['no free connection', ['--database-pool-size', '1', '--database-lock-timeout', '8']],
])('a write that fails for %s is answered with a 503 to try again', async (_name, settings) => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using server = await startServer('--database-url', database.url, ...settings);
  const { conversations } = server.client;
  const { items } = conversations;
  const { id } = await conversations.create();
  await using other = await openSession(database.url);
  await other.run('BEGIN');
  await other.run('SELECT id FROM conversations FOR UPDATE');
  const append = () =>
    outcomeOf(items.create(id, { items: [{ role: 'user' as const, content: 'x' }] }));
  const outcomes = Array.from({ length: 3 }, append);
  // With one connection, the first append waits for the lock, and the others for the connection.
  const waiting = settings.includes('--database-pool-size') ? outcomes.slice(1) : outcomes;
  for (const outcome of await Promise.all(waiting)) expect(outcome).toBe('refused');
  await other.run('ROLLBACK');
  await Promise.all(outcomes);
  const { data } = await items.list(id);
  expect(await append()).toBe('done');
  expect((await items.list(id)).data).toHaveLength(data.length + 1);
  // The server reports each refusal as a failure of its own, which this test expects.
  server.failures.length = 0;
});

test('an export that waits too long for a lock reports the lock timeout', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using store = await openOn(database.url);
  await store.conversations.create(newConversation('c'));
  await using other = await openSession(database.url);
  await other.run('BEGIN');
  await other.run('LOCK TABLE items IN ACCESS EXCLUSIVE MODE');
  const settings = ['--database-url', database.url, '--database-lock-timeout', '1'];
  const { code, stderr } = await runProcess(['export', ...settings]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^colloquy: database_unavailable: .*lock timeout/m);
  await other.run('ROLLBACK');
});
