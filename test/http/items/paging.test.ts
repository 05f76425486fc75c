import { afterAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import {
  appendTexts,
  conversationOf,
  listMessages,
  listTexts,
  messages,
  textsOf,
} from '../../support/texts.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Fills a conversation with batches of changing size, all within a few seconds. */
async function appendInBatches(conversation: string, count: number): Promise<string[]> {
  const texts = Array.from({ length: count }, (_, n) => `text ${n}`);
  for (let start = 0; start < count;) {
    const size = 1 + (start % 20);
    const items = messages(...texts.slice(start, start + size));
    await server.client.conversations.items.create(conversation, { items });
    start += size;
  }
  return texts;
}

test('items of one second are listed in the order of their batches, in both directions', async () => {
  const id = await conversationOf(server, 'a', 'b', 'c');
  await appendTexts(server, id, 'd', 'e');
  await appendTexts(server, id, 'f');
  expect(await listTexts(server, id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(await listTexts(server, id, 'desc')).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
});

test('a walk in pages of one item returns every item once', async () => {
  const all = 'abcdefghi'.split('');
  const id = await conversationOf(server, ...all);
  const walked: string[] = [];
  let page = await listMessages(server, id, 'order=asc&limit=1');
  for (;;) {
    walked.push(...textsOf(page));
    if (!page.has_more) break;
    page = await listMessages(server, id, `order=asc&limit=1&after=${page.data[0]?.id}`);
  }
  expect(walked).toEqual(all);
});

test('the official client walks 250 items in both orders with pages of every size', async () => {
  const { items } = server.client.conversations;
  const { id } = await server.client.conversations.create();
  const expected = await appendInBatches(id, 250);
  for (const [order, texts] of [
    ['asc', expected],
    ['desc', expected.toReversed()],
  ] as const) {
    for (const limit of [1, 7, 20, 100]) {
      const walked: unknown[] = [];
      for await (const item of items.list(id, { order, limit })) {
        walked.push(item.type === 'message' ? item.content[0] : undefined);
      }
      expect(walked, `order ${order}, limit ${limit}`).toEqual(
        texts.map((text) => ({ type: 'input_text', text })),
      );
    }
  }
});

test('a list without parameters returns the 20 newest items, newest first', async () => {
  const { id } = await server.client.conversations.create();
  await appendInBatches(id, 50);
  const page = await server.client.conversations.items.list(id);
  expect(page.data).toHaveLength(20);
  expect(page.has_more).toBe(true);
  expect(page.data[0]).toMatchObject({ content: [{ text: 'text 49' }] });
});

test('a full page that is the last one has no more', async () => {
  const id = await conversationOf(server, 'a', 'b');
  expect(await listMessages(server, id, 'limit=2')).toMatchObject({ has_more: false });
  expect(await listMessages(server, id, 'limit=1')).toMatchObject({ has_more: true });
});

test.each([0, -1, 100_000])('listing items answers 400 to the limit %i', async (limit) => {
  const id = await conversationOf(server, 'a', 'b');
  const { status } = await server.request(`/v1/conversations/${id}/items?limit=${limit}`);
  expect(status).toBe(400);
});

test('a page names its first and last item, and an empty page has null for both', async () => {
  const id = await conversationOf(server, 'a', 'b', 'c', 'd');
  const two = await listMessages(server, id, 'limit=2&order=asc');
  expect(Object.keys(two)).toEqual(['object', 'data', 'first_id', 'has_more', 'last_id']);
  const ids = two.data.map((item) => item.id);
  expect(two).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[1] });
  const rest = await listMessages(server, id, `limit=2&order=asc&after=${ids[1]}`);
  expect(rest.data).toHaveLength(2);
  expect(rest).toMatchObject({ has_more: false });
  expect(await listMessages(server, id, `limit=2&order=asc&after=${rest.data[1]?.id}`)).toEqual({
    object: 'list',
    data: [],
    first_id: null,
    last_id: null,
    has_more: false,
  });
});

test('a cursor of another conversation is answered as one that never existed', async () => {
  const foreign = (await appendTexts(server, await conversationOf(server), 'x')).items[0]?.id ?? '';
  const id = await conversationOf(server, 'a');
  const refuse = async (cursor: string): Promise<{ status: number; message: string }> => {
    const path = `/v1/conversations/${id}/items?after=${cursor}`;
    const { status, body } = await server.request(path);
    return { status, message: (body as { error: { message: string } }).error.message };
  };
  const [known, unknown] = [await refuse(foreign), await refuse('msg_never')];
  expect(known.status).toBe(404);
  expect(known.message.replace(foreign, 'msg_never')).toBe(unknown.message);
  expect(known.message).not.toMatch(/table|items\.|select/i);
});

test('a cursor of a deleted item is an error instead of an empty page', async () => {
  const id = await conversationOf(server, 'a', 'b');
  const [first] = (await listMessages(server, id, 'order=asc')).data;
  await server.request(`/v1/conversations/${id}/items/${first?.id}`, { method: 'DELETE' });
  const path = `/v1/conversations/${id}/items?order=asc&after=${first?.id}`;
  expect((await server.request(path)).status).toBe(404);
});

test('a page that would be too large ends early, and a walk still returns every item', async () => {
  const { id } = await server.client.conversations.create();
  const text = 'x'.repeat(10_000_000);
  for (let n = 0; n < 10; n += 1) {
    await server.client.conversations.items.create(id, { items: messages(`${n}${text}`) });
  }
  // Without the official client, which would hold each page against the document.
  const url = `${server.origin}/v1/conversations/${id}/items?order=asc&limit=100`;
  const starts: string[] = [];
  let after = '';
  for (let page = 0; page < 10; page += 1) {
    const response = await fetch(`${url}${after}`);
    const list = (await response.json()) as Awaited<ReturnType<typeof listMessages>>;
    expect(list.data.length).toBeLessThan(10);
    starts.push(...textsOf(list).map((each) => each.charAt(0)));
    if (!list.has_more) break;
    after = `&after=${list.data.at(-1)?.id}`;
  }
  expect(starts.join('')).toBe('0123456789');
});
