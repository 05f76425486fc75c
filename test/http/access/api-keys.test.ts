import { afterAll, expect, test } from 'vitest';
import { CONVERSATIONS, startAccessServer } from '../../support/access.ts';

const access = await startAccessServer();
afterAll(() => access[Symbol.asyncDispose]());

async function statusOf(key: string): Promise<number> {
  return (await access.call(key, 'GET', CONVERSATIONS)).status;
}

test('a revoked key is refused within a second, even after it has just been used', async () => {
  const tenant = ['--tenant', 'revoked'];
  const key = await access.key('ann', ...tenant);
  expect(await statusOf(key)).toBe(200);
  const listed = await access.command('keys', 'list', ...tenant, '--json');
  const [{ id } = { id: '' }] = JSON.parse(listed) as { id: string }[];
  await access.command('keys', 'revoke', id);
  await new Promise((resolve) => setTimeout(resolve, 900));
  expect(await statusOf(key)).toBe(401);
  await expect(access.command('keys', 'revoke', id)).rejects.toThrow('no_such_key');
});

test('the database has the hash of a key instead of the key, and when it was used', async () => {
  const tenant = ['--tenant', 'hashed'];
  const key = await access.key('bob', ...tenant);
  expect(key).toMatch(/^clq_[\w-]{43}$/);
  const list = () => access.command('keys', 'list', ...tenant);
  expect(await list()).toContain('never used');
  await statusOf(key);
  await expect.poll(list).toContain('last used 2');
  expect(await access.database.keepsOfKeys(key)).toBe(false);
  // The search does find what is stored.
  expect(await access.database.keepsOfKeys('bob')).toBe(true);
});

test('the command keys create prints the key alone on the second of two lines', async () => {
  const printed = await access.command('keys', 'create', '--subject', 'ann', '--expires', '90d');
  expect(printed.split('\n')).toHaveLength(2);
  expect(printed.split('\n')[1]).toMatch(/^clq_[\w-]{43}$/);
});

test.each([
  [[], 'missing_flag'],
  [['--subject', 'a', '--expires', 'soon'], 'invalid_duration'],
  [['--subjct', 'a'], '--subject'],
  [['--subject', 'anonymous'], 'unusable_name'],
])('the command keys create with the arguments %j is refused with %s', async (args, refusal) => {
  await expect(access.command('keys', 'create', ...args)).rejects.toThrow(refusal);
});

test.each([
  ['x'.repeat(23), '***'],
  [`abcd${'x'.repeat(16)}wxyz`, 'abcd***wxyz'],
  [`clq_${'x'.repeat(39)}wxyz`, 'clq_***wxyz'],
])('the refusal of the key %s shows only %s', async (key, shown) => {
  const { status, body } = await access.call(key, 'GET', CONVERSATIONS);
  expect(status).toBe(401);
  expect(body.error.message).toContain(`Incorrect API key provided: ${shown}. `);
});
