import { afterAll, expect, test } from 'vitest';
import { JSON_HEADERS } from '../../support/raw-client.ts';
import { startServer } from '../../support/server.ts';
import { appendTexts, conversationOf, listTexts, messages } from '../../support/texts.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

test.each([undefined, null, {}, { items: [] }, { items: null, metadata: null }])(
  'the body %j creates a conversation without metadata',
  async (body) => {
    expect(await server.client.conversations.create(body)).toMatchObject({ metadata: {} });
  },
);

test('an update with null metadata removes all metadata', async () => {
  const { conversations } = server.client;
  const { id } = await conversations.create({ metadata: { a: 'b' } });
  expect(await conversations.update(id, { metadata: null })).toMatchObject({ metadata: {} });
});

test('appending no items is answered with an empty list', async () => {
  const { conversations } = server.client;
  const { id } = await conversations.create();
  expect(await conversations.items.create(id, { items: [] })).toEqual({
    object: 'list',
    data: [],
    first_id: null,
    has_more: false,
    last_id: null,
  });
});

test('an answer has an empty map and a list of parts where the request has null and a text', async () => {
  const { body } = await server.request('/v1/conversations', {
    method: 'POST',
    headers: JSON_HEADERS,
    body: JSON.stringify({ items: null, metadata: null }),
  });
  const created = body as { readonly id: string; readonly metadata: unknown };
  expect(created.metadata).toEqual({});
  expect(created).not.toHaveProperty('items');
  const { items } = await appendTexts(server, created.id, 'x');
  expect(items[0]?.['content']).toEqual([{ type: 'input_text', text: 'x' }]);
});

test('a caller cannot choose the id of a conversation', async () => {
  const id = await conversationOf(server);
  const { status, body } = await server.request('/v1/conversations', {
    method: 'POST',
    headers: JSON_HEADERS,
    body: JSON.stringify({ id, items: messages('x') }),
  });
  const { error } = body as { readonly error: { readonly code: string } };
  expect([status, error.code]).toEqual([400, 'unknown_parameter']);
  expect(await listTexts(server, id)).toEqual([]);
});

test('created_at is a whole number of seconds since 1970', async () => {
  const { created_at } = await server.client.conversations.create();
  expect(Math.abs(created_at - Date.now() / 1000)).toBeLessThan(60);
  expect(Number.isInteger(created_at)).toBe(true);
  expect(created_at * 1000).toBeLessThanOrEqual(Date.now());
});
