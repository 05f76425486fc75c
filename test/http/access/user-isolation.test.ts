import { expect, test } from 'vitest';
import {
  CONVERSATIONS,
  keysWithPolicy,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';

/** Flags of the command `policy check`, for reading by the subject `app`. */
const AS_APP = ['--action', 'read', '--user-isolation', '--as', 'app'];

function isolation(key: string): Record<string, string> {
  return { 'x-ms-user-isolation-key': key };
}

function startIsolatingServer(): Promise<AccessServer> {
  return startAccessServer('auth: { schemes: [keys] }\n', '--user-isolation');
}

test('isolation keys separate the users of one API key', async () => {
  await using access = await startIsolatingServer();
  const app = await access.key('app');
  const { body } = await access.call(app, 'POST', CONVERSATIONS, {}, isolation('u1'));
  const path = pathOf(body.id);
  expect((await access.call(app, 'GET', path, undefined, isolation('u1'))).status).toBe(200);
  expect((await access.call(app, 'GET', path, undefined, isolation('u2'))).status).toBe(404);
  expect((await access.call(app, 'GET', path)).status).toBe(404);
  const list = `${CONVERSATIONS}?limit=0`;
  const refused = await access.call(app, 'GET', list, undefined, isolation('u1'));
  expect(refused.status).toBe(400);
  const similar = await access.key('app#u1');
  expect((await access.call(similar, 'GET', path)).status).toBe(404);
});

test('the command policy check decides for an isolation key as the server does', async () => {
  await using access = await startIsolatingServer();
  const app = await access.key('app');
  const createAs = async (key: string): Promise<string> =>
    (await access.call(app, 'POST', CONVERSATIONS, {}, isolation(key))).body.id;
  const check = (id: string, ...more: string[]) =>
    access.command('policy', 'check', '--conversation', id, ...AS_APP, ...more);
  const id = await createAs('u1');
  expect(await check(id, '--isolation-key', 'u1')).toMatch(/^yes/);
  expect(await check(id, '--isolation-key', 'u2')).toMatch(/^no/);
  expect(await check(id)).toMatch(/^no/);
  // A client's fetch sends the bytes of the key's UTF-8.
  const umlaut = await createAs(Buffer.from('ü').toString('latin1'));
  expect(await check(umlaut, '--isolation-key', 'ü')).toMatch(/^yes/);
});

test('an isolation key evades neither a rule for the subject nor its rate limit', async () => {
  await using access = await startAccessServer(
    keysWithPolicy(
      'forbid: { actions: [create], principal: app }',
      '{ permit: { actions: [create, read] }, when: user is owner }',
    ),
    '--user-isolation',
    '--rate-limit-per-principal',
    '3',
  );
  const app = await access.key('app');
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const headers = isolation(`u${n}/é`);
    statuses.push((await access.call(app, 'POST', CONVERSATIONS, {}, headers)).status);
  }
  expect(statuses).toEqual([403, 403, 403, 429, 429]);
});
