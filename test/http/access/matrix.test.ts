import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/access.ts';
import { assertAbsent } from './absent.ts';
import { OPERATION_REQUESTS, OPERATIONS, TAUGHT_OPERATIONS } from './operation-requests.ts';
import { startOwnedConversation, type OwnedConversation } from './owned-conversation.ts';

/** Every operation that the server documents, and every kind of stranger: nothing leaks, nothing changes. */

let owned: OwnedConversation;
let tokens: Readonly<Record<string, string>>;

beforeAll(async () => {
  owned = await startOwnedConversation();
  const { access, issuer } = owned;
  const core = ['--team', 'core'];
  tokens = {
    'another tenant': await access.key('ann', '--tenant', 'other', ...core),
    'another owner': await access.key('bob', '--tenant', 'acme', ...core, '--role', 'admin'),
    'a token of another owner': await issuer.token({ sub: 'bob', org: 'acme' }),
    'a token of another tenant': await issuer.token({ sub: 'ann', org: 'other' }),
  };
});
afterAll(() => owned[Symbol.asyncDispose]());

test('the matrix has requests for every operation that needs credentials, and for no other', () => {
  const closed = OPERATIONS.filter(({ isPublic }) => !isPublic).map(({ id }) => id);
  expect(
    closed.filter((id) => !TAUGHT_OPERATIONS.includes(id)),
    'add requests of these operations to REQUESTS in test/http/access/operation-requests.ts, each with a conversation or an item of another caller',
  ).toEqual([]);
  expect(
    TAUGHT_OPERATIONS.filter((id) => !closed.includes(id)),
    'remove these operations from REQUESTS in test/http/access/operation-requests.ts',
  ).toEqual([]);
});

const text = (answer: Answer): string => JSON.stringify(answer.body);

describe.each([
  'another tenant',
  'another owner',
  'a token of another owner',
  'a token of another tenant',
])('%s', (stranger) => {
  test.each(OPERATION_REQUESTS)(
    `$name answers ${stranger} as if what it names did not exist`,
    async ({ method, path, body, status }) => {
      const { access, target } = owned;
      const token = tokens[stranger];
      await assertAbsent({ method, path, body, status }, target, (...request) =>
        access.call(token, ...request),
      );
      await owned.assertUnchanged();
    },
  );

  test(`${stranger} cannot see, link, take or overwrite an item by its id`, async () => {
    const { access, target } = owned;
    const token = tokens[stranger];
    const { item } = target;
    const { body: mine } = await access.call(token, 'POST', '/v1/conversations');
    const reference = await access.call(token, 'POST', `/v1/conversations/${mine.id}/items`, {
      items: [{ type: 'item_reference', id: item }],
    });
    expect(reference.status).toBe(404);
    expect(reference.body.error.message).toBe(`Item with id '${item}' not found.`);
    const created = await access.call(token, 'POST', '/v1/conversations', {
      items: [{ id: item, role: 'user', content: 'my own words' }],
    });
    const first = await access.call(token, 'GET', `/v1/conversations/${created.body.id}/items`);
    expect(text(first)).not.toContain('private words');
    await access.call(token, 'DELETE', `/v1/conversations/${created.body.id}`);
    const claimed = await access.call(token, 'POST', `/v1/conversations/${mine.id}/items`, {
      items: [{ id: item, role: 'user', content: 'my own words' }],
    });
    expect(claimed.status).toBe(200);
    expect(text(claimed)).not.toContain('private words');
    expect(claimed.body.data).toMatchObject([{ id: item, content: [{ text: 'my own words' }] }]);
    const { body: empty } = await access.call(token, 'POST', '/v1/conversations');
    const page = await access.call(
      token,
      'GET',
      `/v1/conversations/${empty.id}/items?after=${item}`,
    );
    expect(page.status).toBe(404);
    await owned.assertUnchanged();
    await access.call(token, 'DELETE', `/v1/conversations/${mine.id}`);
    await owned.assertUnchanged();
  });

  test.each(['', '?metadata[topic]=secret', '?order=asc&limit=100', '?created_after=0'])(
    `${stranger} does not find the conversation in the list %j`,
    async (query) => {
      const { access, target } = owned;
      const listed = await access.call(tokens[stranger], 'GET', `/v1/conversations${query}`);
      expect(listed.status).toBe(200);
      expect(text(listed)).not.toContain(target.conversation);
      expect(text(listed)).not.toContain('secret');
    },
  );
});
