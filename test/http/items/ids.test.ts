import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems, storeItem } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';

const server = await startServer();
const strict = await startServer('--strict');
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await strict[Symbol.asyncDispose]();
});

test('a generated id has 48 hex digits and sorts by time', async () => {
  const { items } = await postItems(server, await newConversation(server), [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
  ]);
  const ids = items.map(({ id }) => id);
  expect(ids[0]).toMatch(/^msg_[0-9a-f]{48}$/);
  expect(ids.toSorted()).toEqual(ids);
});

test('a well-formed id that is not stored yet becomes the id of the item', async () => {
  expect((await storeItem(server, { id: 'msg_mine-1', role: 'user', content: 'x' })).id).toBe(
    'msg_mine-1',
  );
});

test.each([
  [
    'item_x',
    "Invalid 'items[0].id': 'item_x'. Expected an ID that begins with 'msg'.",
    'invalid_value',
  ],
  ['', "Invalid 'items[0].id': ''. Expected an ID that begins with 'msg'.", 'invalid_value'],
  [
    'msg_a/b',
    "Invalid 'items[0].id': 'msg_a/b'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.",
    'invalid_value',
  ],
  [
    `msg_${'x'.repeat(61)}`,
    "Invalid 'items[0].id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
    'string_above_max_length',
  ],
])('the id %j is refused for a message under --strict', async (id, message, code) => {
  const { status, error } = await postItems(strict, await newConversation(strict), [
    { id, role: 'user', content: 'x' },
  ]);
  expect(status).toBe(400);
  expect(error).toEqual({ message, type: 'invalid_request_error', param: 'items[0].id', code });
});

test.each([{ type: 'item_reference' }, { type: null }, {}])(
  'an id alone, with %j, stores a copy of the item that it names',
  async (type) => {
    const original = await storeItem(server, { role: 'user', content: 'original' });
    const conversation = await newConversation(server);
    const copied = await postItems(server, conversation, [{ ...type, id: original.id }]);
    expect(copied.items).toEqual([original]);
  },
);

test('a reference to an unknown item is answered 404 and stores nothing', async () => {
  const conversation = await newConversation(server);
  const { status, error } = await postItems(server, conversation, [
    { role: 'user', content: 'x' },
    { type: 'item_reference', id: 'msg_none' },
  ]);
  expect(status).toBe(404);
  expect(error).toMatchObject({
    message: "Item with id 'msg_none' not found.",
    param: 'items[1].id',
  });
  expect((await server.client.conversations.items.list(conversation)).data).toEqual([]);
});

test('a copied item stays when the conversation that it came from is deleted', async () => {
  const first = await newConversation(server);
  const { items } = await postItems(server, first, [{ role: 'user', content: 'shared' }]);
  const second = await newConversation(server);
  await postItems(server, second, [{ id: items[0]?.id }]);
  await server.client.conversations.delete(first);
  expect((await server.client.conversations.items.list(second)).data).toEqual(items);
});
