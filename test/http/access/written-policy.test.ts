import { afterAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  keysWithPolicy,
  listIds,
  pathOf,
  startAccessServer,
} from '../../support/access.ts';

const ITEMS = { items: [{ role: 'user', content: 'x' }] };

/** Members of a team read what the others of the team own, and administrators change anything. */
const teams = await startAccessServer(
  keysWithPolicy(
    '{ forbid: { actions: [create] }, unless: user with writer in roles }',
    '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
    '{ permit: { actions: [read] }, when: user in owners teams }',
    '{ permit: { actions: [read, update, delete], resource: "conversation::*" }, when: user with admin in roles }',
  ),
);
afterAll(() => teams[Symbol.asyncDispose]());

test('a caller that a rule forbids to create is answered 403', async () => {
  const reader = await teams.key('cat', '--team', 'core');
  const refused = await teams.call(reader, 'POST', CONVERSATIONS, {});
  expect(refused.status).toBe(403);
  expect(refused.body.error).toMatchObject({
    code: 'access_denied',
    type: 'invalid_request_error',
  });
});

test('a colleague with the right to read can read a conversation and change nothing', async () => {
  const ann = await teams.key('ann', '--team', 'readers', '--role', 'writer');
  const reader = await teams.key('rea', '--team', 'readers');
  const id = await createConversation(teams, ann, { topic: 'plan' });
  const path = pathOf(id);
  expect((await teams.call(reader, 'GET', path)).status).toBe(200);
  expect((await teams.call(reader, 'GET', `${path}/items`)).status).toBe(200);
  expect((await teams.call(reader, 'POST', path, { metadata: {} })).status).toBe(404);
  expect((await teams.call(reader, 'DELETE', path)).status).toBe(404);
  expect((await teams.call(reader, 'POST', `${path}/items`, ITEMS)).status).toBe(404);
  const own = await teams.call(ann, 'POST', `${path}/items`, ITEMS);
  const item = `${path}/items/${own.body.data[0]?.id}`;
  expect((await teams.call(reader, 'GET', item)).status).toBe(200);
  expect((await teams.call(reader, 'DELETE', item)).status).toBe(404);
});

test('an administrator can change a conversation and does not become its owner', async () => {
  const eve = await teams.key('eve', '--team', 'changed', '--role', 'writer');
  const reader = await teams.key('rio', '--team', 'changed');
  const admin = await teams.key('adm', '--role', 'admin');
  const id = await createConversation(teams, eve, { topic: 'plan' });
  const path = pathOf(id);
  const metadata = { a: 'b' };
  expect((await teams.call(admin, 'POST', `${path}/items`, ITEMS)).status).toBe(200);
  expect((await teams.call(admin, 'POST', path, { metadata })).status).toBe(200);
  // The owner's attributes still decide that the team can read.
  expect((await teams.call(reader, 'GET', path)).body.metadata).toEqual(metadata);
  expect(await listIds(teams, eve)).toEqual([id]);
  expect((await teams.call(admin, 'DELETE', path)).status).toBe(200);
});

test('pages of permitted conversations are full, and has_more is false on the last', async () => {
  const own = await teams.key('own', '--team', 'pages', '--role', 'writer');
  const other = await teams.key('oth', '--team', 'other', '--role', 'writer');
  const reader = await teams.key('ray', '--team', 'pages');
  const permitted: string[] = [];
  for (let round = 0; round < 12; round += 1) {
    permitted.push(await createConversation(teams, own));
    await createConversation(teams, other);
    await createConversation(teams, other);
  }
  const walked: string[] = [];
  let query = '?limit=5';
  for (;;) {
    const { body } = await teams.call(reader, 'GET', `${CONVERSATIONS}${query}`);
    walked.push(...body.data.map(({ id }) => id));
    expect(body.data).toHaveLength(Math.min(5, 12 - (walked.length - body.data.length)));
    expect(body.has_more).toBe(walked.length < 12);
    if (!body.has_more) break;
    query = `?limit=5&after=${walked.at(-1)}`;
  }
  expect(walked).toEqual(permitted.toReversed());
});

test('an item belongs to its conversation, whichever caller appended it', async () => {
  const ida = await teams.key('ida', '--role', 'writer');
  const admin = await teams.key('adi', '--role', 'admin');
  const id = await createConversation(teams, ida);
  const posted = await teams.call(admin, 'POST', `${pathOf(id)}/items`, {
    items: [{ role: 'assistant', content: 'from a colleague' }],
  });
  const item = `${pathOf(id)}/items/${posted.body.data[0]?.id}`;
  expect((await teams.call(ida, 'GET', item)).status).toBe(200);
  expect((await teams.call(ida, 'DELETE', item)).status).toBe(200);
});

test('callers that share an attribute share nothing without a rule', async () => {
  await using access = await startAccessServer();
  const attributes = ['--team', 'core', '--role', 'user', '--namespace', 'n'];
  const ann = await access.key('ann', ...attributes);
  const bob = await access.key('bob', ...attributes);
  const id = await createConversation(access, ann);
  expect((await access.call(bob, 'GET', pathOf(id))).status).toBe(404);
  expect(await listIds(access, bob)).toEqual([]);
});

test('a caller that can update and not read cannot delete, and so read, an item', async () => {
  await using access = await startAccessServer(
    keysWithPolicy(
      '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
      '{ permit: { actions: [update] }, when: user with bot in roles }',
    ),
  );
  const ann = await access.key('ann');
  const bot = await access.key('bot', '--role', 'bot');
  const path = `${pathOf(await createConversation(access, ann, { secret: 's3' }))}/items`;
  const added = await access.call(ann, 'POST', path, ITEMS);
  const item = `${path}/${added.body.data[0]?.id}`;
  expect((await access.call(bot, 'POST', path, ITEMS)).status).toBe(200);
  expect((await access.call(bot, 'DELETE', item)).status).toBe(404);
  expect((await access.call(ann, 'GET', item)).status).toBe(200);
});

test('a rule can name 1,200 conversations', async () => {
  const ids = Array.from({ length: 1200 }, (_, n) => `conversation::conv_${n}`);
  await using access = await startAccessServer(
    keysWithPolicy(`permit: { actions: [read], resource: [${ids.join(', ')}] }`),
  );
  const ann = await access.key('ann');
  expect(await listIds(access, ann)).toEqual([]);
  expect((await access.call(ann, 'GET', pathOf('conv_7'))).status).toBe(404);
});

test('a rule for one subject applies to no other subject', async () => {
  await using access = await startAccessServer(
    keysWithPolicy(
      'forbid: { actions: [create], principal: app }',
      'permit: { actions: [read], principal: auditor }',
      '{ permit: { actions: [create, read] }, when: user is owner }',
    ),
  );
  const keys = [await access.key('app'), await access.key('auditor'), await access.key('ann')];
  const made: number[] = [];
  for (const key of keys) made.push((await access.call(key, 'POST', CONVERSATIONS, {})).status);
  expect(made).toEqual([403, 200, 200]);
  const { body } = await access.call(keys[2], 'POST', CONVERSATIONS, {});
  const seen: number[] = [];
  for (const key of keys) seen.push((await access.call(key, 'GET', pathOf(body.id))).status);
  expect(seen).toEqual([404, 200, 200]);
});
