import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';
import { conversationOf, listMessages, listTexts } from '../../support/texts.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

async function statusOf(method: 'GET' | 'DELETE', path: string): Promise<number> {
  return (await server.request(`/v1/conversations/${path}`, { method })).status;
}

test('a deleted item is gone from the list and from its own path at once', async () => {
  const id = await conversationOf(server, 'a', 'b');
  const [item] = (await listMessages(server, id, 'order=asc')).data;
  await statusOf('DELETE', `${id}/items/${item?.id}`);
  expect(await listTexts(server, id)).toEqual(['b']);
  expect(await statusOf('GET', `${id}/items/${item?.id}`)).toBe(404);
});

test('a deleted conversation leaves no item that can be read or linked', async () => {
  const id = await conversationOf(server, 'private');
  const [item] = (await listMessages(server, id, 'order=asc')).data;
  await statusOf('DELETE', id);
  expect(await statusOf('GET', `${id}/items/${item?.id}`)).toBe(404);
  expect(await statusOf('GET', `${id}/items`)).toBe(404);
  const link = await postItems(server, await newConversation(server), [{ id: item?.id }]);
  expect(link.status).toBe(404);
});
