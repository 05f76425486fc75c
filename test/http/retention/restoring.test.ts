import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createConversation,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';

const YAML = `
auth:
  schemes: [keys]
  access_policy:
    - permit: { actions: [read] }
      when: user with reader in roles
    - permit: { actions: [delete] }
      when: user with eraser in roles
    - permit: { actions: [create, read, update, delete] }
      when: user is owner
retention: { trash_days: 7 }
`;

let access: AccessServer;
let ann: string;

beforeAll(async () => {
  access = await startAccessServer(YAML);
  ann = await access.key('ann');
});
afterAll(() => access[Symbol.asyncDispose]());

const restore = (key: string, id: string, headers?: Readonly<Record<string, string>>) =>
  access.call(key, 'POST', `${pathOf(id)}/restore`, undefined, headers);

test.each([
  ['without a key', undefined],
  ['under a key', { 'idempotency-key': 'once' }],
])('a restore that is repeated %s is answered with the conversation', async (_how, headers) => {
  const id = await createConversation(access, ann, { topic: 'back' });
  await access.call(ann, 'DELETE', pathOf(id));
  const first = await restore(ann, id, headers);
  const second = await restore(ann, id, headers);
  expect(first.status).toBe(200);
  expect({ status: second.status, body: second.body }).toEqual({ status: 200, body: first.body });
  expect((await access.call(ann, 'GET', pathOf(id))).body).toEqual(first.body);
});

test('a restore of a living conversation needs read and delete, and is no change', async () => {
  const id = await createConversation(access, ann);
  const { headers, body } = await access.call(ann, 'GET', pathOf(id));
  for (const role of ['reader', 'eraser']) {
    const other = await access.key('bob', '--role', role);
    expect((await restore(other, id)).status, role).toBe(404);
  }
  const both = await access.key('bob', '--role', 'reader', '--role', 'eraser');
  expect(await restore(both, id)).toMatchObject({ status: 200, body });
  const after = await access.call(ann, 'GET', pathOf(id));
  expect(after.headers.get('etag')).toBe(headers.get('etag'));
  const foreign = await access.key('ann', '--tenant', 'other', '--role', 'reader');
  expect((await restore(foreign, id)).status).toBe(404);
  expect((await restore(ann, 'conv_none')).status).toBe(404);
});
