import { afterAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  pathOf,
  startAccessServer,
} from '../../support/access.ts';

const YAML = `
auth:
  schemes: [keys]
  access_policy:
    - permit: { actions: [read] }
      when: user with reader in roles
    - permit: { actions: [create, read, update, delete] }
      when: user is owner
retention:
  trash_days: 7
`;

const access = await startAccessServer(YAML);
afterAll(() => access[Symbol.asyncDispose]());

test('a restoration names the source of a fork to those alone who may read it, as every answer does', async () => {
  const owner = await access.key('source-owner');
  const source = await createConversation(access, owner);
  const reader = await access.key('forker', '--role', 'reader');
  const forker = await access.key('forker');
  const { body: fork } = await access.call(reader, 'POST', `${pathOf(source)}/fork`, {});
  const { id } = fork;
  const restoredBy = async (token: string) => {
    expect((await access.call(token, 'DELETE', pathOf(id))).status).toBe(200);
    const answer = await access.call(token, 'POST', `${pathOf(id)}/restore`);
    expect(answer.status).toBe(200);
    return { ...answer.body };
  };
  expect(await restoredBy(reader)).toMatchObject({
    forked_from: { conversation_id: source },
  });
  expect(await restoredBy(forker)).toMatchObject({ forked_from: null });
});

test.each([
  ['a restoration', 'POST', '/restore', 'r2'],
  ['a deletion for good', 'DELETE', '?permanent=true', undefined],
] as const)(
  '%s from the trash is carried out for its own revision alone',
  async (_name, method, path, after) => {
    const ann = await access.key('ann');
    const id = await createConversation(access, ann);
    const send = (tag: string) =>
      access.call(ann, method, `${pathOf(id)}${path}`, undefined, { 'if-match': tag });
    const living = await send('"r7"');
    // What is not in the trash cannot be restored, whatever its revision.
    expect(living.status).toBe(method === 'DELETE' ? 412 : 404);
    expect((await access.call(ann, 'DELETE', pathOf(id))).status).toBe(200);
    for (const tag of ['"r0"', '"r2"', 'W/"r1"']) {
      const { status, body } = await send(tag);
      expect({ status, code: body.error.code }).toEqual({
        status: 412,
        code: 'precondition_failed',
      });
    }
    const other = await access.key('other');
    const headers = { 'if-match': '"r0"' };
    const foreign = await access.call(other, method, `${pathOf(id)}${path}`, undefined, headers);
    expect(foreign.status).toBe(404);
    const trash = await access.call(ann, 'GET', `${CONVERSATIONS}?deleted=true`);
    expect(trash.body.data.map((each) => each.id)).toContain(id);
    const done = await send('"r1"');
    expect(done.status).toBe(200);
    expect(done.headers.get('etag')).toBe(after === undefined ? null : `"${after}"`);
    // A restoration that is sent once more finds the conversation alive.
    expect((await send('*')).status, 'it is done').toBe(method === 'DELETE' ? 404 : 200);
    expect((await send('"r1"')).status).toBe(404);
  },
);

test('a restoration under a key and any tag is repeated, whatever the revision is by then', async () => {
  const ann = await access.key('ann');
  const id = await createConversation(access, ann);
  await access.call(ann, 'DELETE', pathOf(id));
  const send = (tag: string, key: string) =>
    access.call(ann, 'POST', `${pathOf(id)}/restore`, undefined, {
      'if-match': tag,
      'idempotency-key': key,
    });
  expect((await send('"r0"', 'one')).status).toBe(412);
  expect((await send('*', 'one')).status, 'a refusal keeps no key').toBe(200);
  await access.call(ann, 'POST', pathOf(id), { metadata: { a: 'b' } });
  const again = await send('*', 'one');
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('etag')).toBe('"r3"');
});

test('an append of no items changes nothing, and needs a conversation', async () => {
  const ann = await access.key('ann');
  const id = await createConversation(access, ann);
  const append = (of: string, tag: string, more: object = {}) =>
    access.call(ann, 'POST', `${pathOf(of)}/items`, { items: [] }, { 'if-match': tag, ...more });
  for (const more of [{}, { 'idempotency-key': 'nothing' }, { 'idempotency-key': 'nothing' }]) {
    expect((await append(id, '"r0"', more)).status).toBe(200);
  }
  const read = await access.call(ann, 'GET', pathOf(id));
  expect(read.headers.get('etag')).toBe('"r0"');
  expect((await append(id, '"r1"')).status).toBe(412);
  expect((await append('conv_none', '*')).status).toBe(404);
});
