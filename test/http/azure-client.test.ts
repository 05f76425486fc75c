import { AzureOpenAI } from 'openai';
import { afterAll, describe, expect, test } from 'vitest';
import { startAccessServer } from '../support/access.ts';
import { servedOperations } from '../support/operations.ts';
import { messages } from '../support/texts.ts';

const access = await startAccessServer();
afterAll(() => access[Symbol.asyncDispose]());
const { origin } = access.server;
const ann = await access.key('ann', '--tenant', 'acme');
const bob = await access.key('bob', '--tenant', 'other');

const VERSION = 'api-version=2025-04-01-preview';

function azureClient(apiKey: string, more: { readonly baseURL?: string } = {}): AzureOpenAI {
  const at = more.baseURL === undefined ? { endpoint: origin } : more;
  return new AzureOpenAI({ ...at, apiVersion: '2025-04-01-preview', apiKey, maxRetries: 0 });
}

test.each([
  ['an endpoint', undefined],
  ['a base URL under /openai/v1', `${origin}/openai/v1`],
])('the Azure client with %s creates, appends, lists, gets and deletes', async (_, baseURL) => {
  const { conversations } = azureClient(ann, baseURL === undefined ? {} : { baseURL });
  const created = await conversations.create({ metadata: { topic: 'demo' } });
  const { id } = created;
  expect(await conversations.retrieve(id)).toEqual(created);
  const added = await conversations.items.create(id, { items: messages('1', '2', '3', '4', '5') });
  const listed = [];
  for await (const item of conversations.items.list(id, { limit: 2, order: 'asc' })) {
    listed.push(item);
  }
  expect(listed).toEqual(added.data);
  const itemId = added.first_id;
  expect(await conversations.items.retrieve(itemId, { conversation_id: id })).toEqual(listed[0]);
  const updated = await conversations.update(id, { metadata: { other: 'x' } });
  expect(updated.metadata).toEqual({ other: 'x' });
  expect(await conversations.items.delete(itemId, { conversation_id: id })).toEqual(updated);
  expect((await conversations.items.list(id)).data).toHaveLength(4);
  expect(await conversations.delete(id)).toMatchObject({ id, deleted: true });
  await expect(conversations.retrieve(id)).rejects.toThrow('404');
});

test('the Azure client with a key of another tenant does not find the conversation', async () => {
  const { id } = await azureClient(ann).conversations.create();
  await expect(azureClient(bob).conversations.retrieve(id)).rejects.toThrow(
    `404 Conversation with id '${id}' not found.`,
  );
});

test.each([`clq_${'x'.repeat(43)}`, 'sk-of-another-service'])(
  'the Azure client with the wrong key %s is refused with 401',
  async (key) => {
    await expect(azureClient(key).conversations.create()).rejects.toThrow('401 Incorrect API key');
  },
);

describe('the headers api-key and authorization', () => {
  const wrong = `clq_${'x'.repeat(43)}`;
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
    ['api-key alone', { 'api-key': ann }, 200],
    ['a wrong api-key', { 'api-key': wrong }, 401],
    ['an empty api-key', { 'api-key': '' }, 401],
    ['neither header', {}, 401],
    ['both headers with one key', { 'api-key': ann, authorization: `Bearer ${ann}` }, 200],
    [
      'a wrong api-key and a right token',
      { 'api-key': wrong, authorization: `Bearer ${ann}` },
      200,
    ],
    [
      'a right api-key and a wrong token',
      { 'api-key': ann, authorization: `Bearer ${wrong}` },
      401,
    ],
    [
      'a right api-key and basic authorization',
      { 'api-key': ann, authorization: 'Basic YTpi' },
      401,
    ],
    ['api-key as a bearer token', { 'api-key': `Bearer ${ann}` }, 401],
  ];
  test.each(cases)(
    '%s are answered as the header authorization decides: %j',
    async (_, headers, status) => {
      const { status: found } = await access.server.request(`/openai/v1/conversations?${VERSION}`, {
        headers,
      });
      expect(found).toBe(status);
    },
  );
});

const OPERATIONS = (await servedOperations()).filter(({ template }) =>
  template.startsWith('/v1/conversations'),
);
const BASES = ['/openai/v1', '/openai', '/v1'];
const bodies: Readonly<Record<string, (itemId: string | undefined) => unknown>> = {
  createConversation: () => ({ items: messages('first') }),
  updateConversation: () => ({ metadata: { a: 'b' } }),
  createConversationItems: () => ({ items: messages('second') }),
  searchConversations: () => ({ query: 'text' }),
  eraseConversations: () => ({ metadata: { a: 'nobody' } }),
  rewindConversation: (itemId) => ({ after: itemId }),
};

describe.each(BASES)('a request under %s with an api-version', (base) => {
  test.each(OPERATIONS)('$id finds its operation', async ({ method, template, id: operation }) => {
    const owned = azureClient(ann).conversations;
    const { id } = await owned.create({ items: messages('text') });
    const [item] = (await owned.items.list(id)).data;
    const path = template
      .replace(/^\/v1/, base)
      .replace('{conversation_id}', id)
      .replace('{item_id}', item?.id ?? '');
    const body = bodies[operation]?.(item?.id);
    const answer = await access.server.request(`${path}?${VERSION}`, {
      method,
      headers: { 'api-key': ann, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer).toMatchObject({ status: 200 });
  });
});

test.each([VERSION, 'api-version=a&api-version=b', 'api-version=', `limit=1&${VERSION}`])(
  'the query %s is read without its version',
  async (query) => {
    const { conversations } = azureClient(ann);
    const { id } = await conversations.create({ items: messages('first', 'second') });
    const { status, body } = await access.server.request(
      `/openai/v1/conversations/${id}/items?${query}`,
      { headers: { 'api-key': ann } },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ has_more: query.includes('limit=1') });
  },
);

test.each(['/health', '/ready', '/openapi.json'])('%s ignores an api-version', async (path) => {
  const { status } = await access.server.request(`${path}?${VERSION}`);
  expect(status).toBe(200);
});

test.each(['/openai/health', '/openai/v1/v1/conversations', '/openai', '/openaiv1/conversations'])(
  '%s is answered 404, since only the paths of the API stand under the bases of Azure',
  async (path) => {
    const { status } = await access.server.request(path, { headers: { 'api-key': ann } });
    expect(status).toBe(404);
  },
);
