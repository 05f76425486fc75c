import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

test('the dialect llama-stack answers the deletion of an item with a deletion object', async () => {
  await using server = await startServer('--dialect', 'llama-stack');
  const { conversations } = server.client;
  const { id } = await conversations.create({ items: [{ role: 'user', content: 'x' }] });
  const item = (await conversations.items.list(id)).data[0]?.id ?? '';
  const deleted = await conversations.items.delete(item, { conversation_id: id });
  expect(deleted).toEqual({ id: item, object: 'conversation.item.deleted', deleted: true });
});
