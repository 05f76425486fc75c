import { afterAll, expect, test } from 'vitest';
import { counting, openFeed, type ReadEvent } from '../../support/feed.ts';
import { startServer } from '../../support/server.ts';

const server = await startServer();
const { client } = server;
afterAll(() => server[Symbol.asyncDispose]());

const FEED = `${server.url}/conversations/events`;
const message = (content: string) => ({ type: 'message', role: 'user', content }) as const;

function named({ type, conversation_id: id, position }: ReadEvent): readonly unknown[] {
  return [type.replace('conversation.', ''), id, position];
}

test('the feed of all conversations has their creation, their changes and their deletion', async () => {
  const { id: old } = await client.conversations.create({ items: [message('before')] });
  await using feed = await openFeed(FEED);
  const { id } = await client.conversations.create({ items: [message('a'), message('b')] });
  await feed.until(counting(3));
  await client.conversations.update(old, { metadata: { a: 'b' } });
  await feed.until(counting(4));
  await client.conversations.items.create(old, { items: [message('c')] });
  await feed.until(counting(5));
  await client.conversations.delete(id);
  await feed.until(counting(6));
  expect(feed.events.map(named)).toEqual([
    ['created', id, undefined],
    ['item.created', id, 0],
    ['item.created', id, 1],
    ['updated', old, undefined],
    ['item.created', old, 1],
    ['deleted', id, undefined],
  ]);
});

test('a conversation that was made and deleted while the reader was away is only deleted', async () => {
  await using feed = await openFeed(FEED);
  const { cursor } = feed;
  await feed[Symbol.asyncDispose]();
  const { id } = await client.conversations.create({ items: [message('a')] });
  await client.conversations.delete(id);
  await using after = await openFeed(FEED, { after: cursor });
  const ofIt = () => after.events.filter((event) => event.conversation_id === id);
  await after.until(() => ofIt().length > 0);
  expect(ofIt().map(named)).toEqual([['deleted', id, undefined]]);
});

test('the feed of all conversations has the events of each one in order, after any cursor', async () => {
  await using feed = await openFeed(FEED);
  const { cursor: start } = feed;
  const ids: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { id } = await client.conversations.create({ items: [message('a')] });
    ids.push(id);
    for (const other of ids) {
      await client.conversations.items.create(other, { items: [message('b')] });
      await client.conversations.update(other, { metadata: { count: String(count) } });
    }
  }
  const total = 4 * 2 + 10 * 2;
  const events = await feed.until(counting(total));
  expect(new Set(events.map(({ id }) => id)).size).toBe(total);
  const cursors = [start, ...feed.frames.flatMap(({ event, cursor }) => (event && cursor) || [])];
  for (const [index, cursor] of cursors.entries()) {
    const rest = events.slice(index);
    const missing = (found: readonly ReadEvent[]) =>
      rest.filter(({ id }) => !found.some((event) => event.id === id));
    await using after = await openFeed(FEED, { after: cursor });
    await after.until((found) => missing(found).length === 0);
    for (const id of ids) {
      const orderOf = (of: readonly ReadEvent[]) =>
        of.filter((event) => event.conversation_id === id).map((event) => event.id);
      const order = orderOf(events);
      const places = orderOf(after.events).map((event) => order.indexOf(event));
      expect(places, 'the order of a conversation is that of its first reading').toEqual(
        places.toSorted((a, b) => a - b),
      );
    }
  }
});

test('an event that comes again has the same id', async () => {
  await using feed = await openFeed(FEED);
  const { cursor } = feed;
  await client.conversations.create({ items: [message('a')] });
  const [created, item] = await feed.until(counting(2));
  await using again = await openFeed(FEED, { after: cursor });
  await again.until((events) => events.some(({ id }) => id === item?.id));
  expect(again.events).toEqual(expect.arrayContaining([created, item]));
});
