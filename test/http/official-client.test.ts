import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

const server = await startServer();
const { client } = server;
afterAll(() => server[Symbol.asyncDispose]());

test('the official client creates, reads, updates and deletes a conversation', async () => {
  const created = await client.conversations.create({ metadata: { topic: 'demo' } });
  expect(created).toMatchObject({ object: 'conversation', metadata: { topic: 'demo' } });
  expect(created.id).toMatch(/^conv_[0-9a-f]{48}$/);
  expect(await client.conversations.retrieve(created.id)).toEqual(created);
  const updated = await client.conversations.update(created.id, { metadata: { other: 'x' } });
  expect(updated).toEqual({ ...created, metadata: { other: 'x' } });
  expect(await client.conversations.delete(created.id)).toEqual({
    id: created.id,
    object: 'conversation.deleted',
    deleted: true,
  });
  await expect(client.conversations.retrieve(created.id)).rejects.toThrow(
    `404 Conversation with id '${created.id}' not found.`,
  );
});

test('the official client appends, reads and deletes items', async () => {
  const { id } = await client.conversations.create({
    items: [{ role: 'user', content: 'first' }],
  });
  const added = await client.conversations.items.create(id, {
    items: [
      { type: 'message', role: 'assistant', content: 'second' } as never,
      { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
    ],
  });
  expect(added.data.map(({ type }) => type)).toEqual(['message', 'function_call']);
  expect(added).toMatchObject({ first_id: added.data[0]?.id, last_id: added.data[1]?.id });
  const listed = await client.conversations.items.list(id, { order: 'asc' });
  expect(listed.data.slice(1)).toEqual(added.data);
  const [first] = listed.data;
  expect(first).toEqual({
    id: expect.stringMatching(/^msg_[0-9a-f]{48}$/),
    type: 'message',
    status: 'completed',
    content: [{ type: 'input_text', text: 'first' }],
    role: 'user',
  });
  const itemId = first?.id ?? '';
  expect(await client.conversations.items.retrieve(itemId, { conversation_id: id })).toEqual(first);
  const after = await client.conversations.items.delete(itemId, { conversation_id: id });
  expect(after).toEqual(await client.conversations.retrieve(id));
  await expect(
    client.conversations.items.retrieve(itemId, { conversation_id: id }),
  ).rejects.toThrow(`404 Item with id '${itemId}' not found in conversation.`);
});
