import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  keysWithPolicy,
  listIds,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';

let access: AccessServer;
let ann: string;
let bob: string;
beforeAll(async () => {
  access = await startAccessServer(
    keysWithPolicy(
      '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
      '{ permit: { actions: [read] }, when: user in owners teams }',
      '{ permit: { actions: [update] }, when: user with writer in roles }',
    ),
  );
  ann = await access.key('ann', '--team', 'blue');
  bob = await access.key('bob', '--team', 'blue');
});
afterAll(() => access[Symbol.asyncDispose]());

const message = { role: 'user', content: 'x' };

async function conversation(): Promise<{ readonly id: string; readonly item: string }> {
  const id = await createConversation(access, ann);
  const { body } = await access.call(ann, 'POST', `${pathOf(id)}/items`, { items: [message] });
  return { id, item: body.data[0]?.id ?? '' };
}

test('a fork belongs to the caller who may read its source, and names the source to readers alone', async () => {
  const { id, item } = await conversation();
  const { status, body: made } = await access.call(bob, 'POST', `${pathOf(id)}/fork`, {});
  expect(status).toBe(200);
  expect(made).toMatchObject({ forked_from: { conversation_id: id, item_id: item } });
  // The owner of the source reads the fork by the team, and sees that it is one.
  expect((await access.call(ann, 'GET', pathOf(made.id))).body).toEqual(made);
  expect((await access.call(ann, 'DELETE', pathOf(made.id))).status).toBe(404);
  expect(await listIds(access, ann, `?forked_from=${id}`)).toEqual([made.id]);
  // A key of bob's without the team may not read the source any longer.
  const alone = await access.key('bob');
  const hidden = { ...made, forked_from: null };
  expect((await access.call(alone, 'GET', pathOf(made.id))).body).toEqual(hidden);
  const update = await access.call(alone, 'POST', pathOf(made.id), { metadata: {} });
  expect(update.body).toEqual(hidden);
  const listed = await access.call(alone, 'GET', CONVERSATIONS);
  expect(listed.body.data).toContainEqual(hidden);
  const readers: readonly (readonly [key: string, source: string | null])[] = [
    [alone, null],
    [bob, id],
  ];
  for (const [key, source] of readers) {
    const headers = { authorization: `Bearer ${key}` };
    const archive = await access.server.request(`${CONVERSATIONS}/export`, { headers });
    expect(archive.body).toContain(`"id":"${made.id}"`);
    expect(archive.body).toContain(`"forked_from":${JSON.stringify(source)}`);
  }
  expect(await listIds(access, alone, `?forked_from=${id}`)).toEqual([]);
  // As for an id that never was.
  expect(await listIds(access, alone, '?forked_from=conv_none')).toEqual([]);
});

test('those who may read or change a conversation alone may not rewind it', async () => {
  const { id, item } = await conversation();
  const writer = await access.key('eve', '--role', 'writer');
  for (const key of [bob, writer]) {
    const refused = await access.call(key, 'POST', `${pathOf(id)}/rewind`, { before: item });
    expect(refused.status).toBe(404);
    expect(refused.body.error.message).toContain(id);
  }
  const { body } = await access.call(ann, 'GET', `${pathOf(id)}/items`);
  expect(body.data).toHaveLength(1);
  // A condition reveals nothing either.
  const headers = { 'if-match': '"r0"' };
  const path = `${pathOf(id)}/rewind`;
  const conditional = await access.call(writer, 'POST', path, { before: item }, headers);
  expect(conditional.status).toBe(404);
});

test('a condition on a conversation that the caller may not change is a 404', async () => {
  const { id } = await conversation();
  const headers = { 'if-match': '"r99"' };
  const refused = await access.call(bob, 'POST', pathOf(id), { metadata: {} }, headers);
  expect(refused.status).toBe(404);
  const absent = await access.call(bob, 'POST', pathOf('conv_none'), { metadata: {} }, headers);
  expect(absent.status).toBe(404);
  expect((await access.call(ann, 'POST', pathOf(id), { metadata: {} }, headers)).status).toBe(412);
});

test('the repetition of a fork is answered to its maker when the source is no longer readable', async () => {
  const { id } = await conversation();
  const headers = { 'idempotency-key': 'a-fork' };
  const first = await access.call(bob, 'POST', `${pathOf(id)}/fork`, {}, headers);
  await access.call(ann, 'DELETE', pathOf(id));
  const again = await access.call(bob, 'POST', `${pathOf(id)}/fork`, {}, headers);
  expect(again.status).toBe(200);
  expect(again.body).toEqual({ ...first.body, forked_from: null });
});
