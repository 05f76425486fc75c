import { expect, test } from 'vitest';
import { CONVERSATIONS, startAccessServer, type AccessServer } from '../../support/access.ts';

function startLimitedServer(setting: string, limit: number): Promise<AccessServer> {
  return startAccessServer('{}', '--auth', 'keys', setting, String(limit));
}

test('a principal over its rate limit is answered 429, and other principals are served', async () => {
  await using access = await startLimitedServer('--rate-limit-per-principal', 3);
  const [ann, bob] = [await access.key('ann'), await access.key('bob')];
  for (let n = 0; n < 3; n += 1) {
    expect((await access.call(ann, 'GET', CONVERSATIONS)).status).toBe(200);
  }
  const limited = await access.call(ann, 'GET', CONVERSATIONS);
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(limited.body.error).toMatchObject({ type: 'requests', code: 'rate_limit_exceeded' });
  expect((await access.call(bob, 'GET', CONVERSATIONS)).status).toBe(200);
  // Wrong credentials count against no principal.
  expect((await access.call('clq_wrong', 'GET', CONVERSATIONS)).status).toBe(401);
  expect((await access.call(bob, 'GET', CONVERSATIONS)).status).toBe(200);
});

test('an address that guesses keys is answered 429 before the key is checked', async () => {
  await using access = await startLimitedServer('--rate-limit-per-address', 2);
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    statuses.push((await access.call(`clq_guess${n}`, 'GET', CONVERSATIONS)).status);
  }
  expect(statuses).toEqual([401, 401, 429, 429]);
  expect((await access.call(undefined, 'GET', '/health')).status).toBe(200);
});
