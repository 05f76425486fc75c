import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { ResponseValidator, type Document } from '../../support/document.ts';
import { counting, openFeed, type ReadEvent } from '../../support/feed.ts';
import { MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, server } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const message = (content: string) => ({ type: 'message', role: 'user', content }) as const;

function feedOf(conversation: string): string {
  return `${server.url}/conversations/${conversation}/events`;
}

function typesOf(events: readonly ReadEvent[]): readonly string[] {
  return events.map(({ type }) => type.replace('conversation.', ''));
}

test('a feed has each change of its conversation, with ids and positions alone', async () => {
  const { id } = await client.conversations.create({ items: [message('secret words')] });
  await using feed = await openFeed(feedOf(id));
  expect(feed.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(feed.response.headers.get('cache-control')).toBe('no-store');
  const items = [message('secret one'), message('secret two')];
  const { data } = await client.conversations.items.create(id, { items });
  await feed.until(counting(2));
  await client.conversations.update(id, { metadata: { topic: 'secret' } });
  await feed.until(counting(3));
  const [first, second] = data.map((item) => String(item.id));
  await client.conversations.items.delete(first ?? '', { conversation_id: id });
  await feed.until(counting(4));
  await client.conversations.delete(id);
  expect(await feed.end()).toMatch(/^: the feed ends here/);
  const of = (type: string, more: object = {}) => ({
    type: `conversation.${type}`,
    id: expect.stringMatching(/^evt_[0-9a-f]{48}$/),
    object: 'conversation.event',
    created_at: expect.any(Number),
    conversation_id: id,
    ...more,
  });
  expect(feed.events).toEqual([
    of('item.created', { item_id: first, position: 1 }),
    of('item.created', { item_id: second, position: 2 }),
    of('updated'),
    of('item.deleted', { item_id: first, position: 1 }),
    of('deleted'),
  ]);
  expect(JSON.stringify(feed.frames)).not.toContain('secret');
  const { body } = await server.request('/openapi.json');
  // Sound: the document that the server makes.
  const validator = new ResponseValidator(body as Document);
  for (const event of feed.events) {
    validator.assertEvent('GET', new URL(feedOf(id)).pathname, event);
    validator.assertEvent('GET', '/v1/conversations/events', event);
  }
});

test('a feed has the items of a turn, in their order', async () => {
  const { id } = await client.conversations.create();
  await using feed = await openFeed(feedOf(id));
  play(said('hello'));
  await client.responses.create({ model: MODEL, conversation: id, input: 'hi' });
  const events = await feed.until(counting(2));
  expect(events.map(({ type, position }) => [type, position])).toEqual([
    ['conversation.item.created', 0],
    ['conversation.item.created', 1],
  ]);
  const items = await client.conversations.items.list(id, { order: 'asc' });
  expect(events.map((event) => event.item_id)).toEqual(items.data.map((item) => item.id));
});

test('a feed that goes on after any of its events has the rest, and the same ids', async () => {
  const { id } = await client.conversations.create();
  await using feed = await openFeed(feedOf(id));
  for (const text of ['a', 'b', 'c']) {
    await client.conversations.items.create(id, { items: [message(text), message(text)] });
    await client.conversations.update(id, { metadata: { text } });
  }
  const events = await feed.until(counting(9));
  expect(new Set(events.map((event) => event.id)).size).toBe(9);
  let seen = 0;
  for (const { cursor, event } of feed.frames) {
    if (event !== undefined) seen += 1;
    await using after = await openFeed(feedOf(id), { after: cursor ?? '' });
    expect(await after.until(counting(9 - seen))).toEqual(events.slice(seen));
    await using header = await openFeed(feedOf(id), { lastEventId: cursor ?? '' });
    expect(await header.until(counting(9 - seen))).toEqual(events.slice(seen));
  }
});

test('a reader that comes back after the deletion learns of it', async () => {
  const { id } = await client.conversations.create({ items: [message('a')] });
  await using feed = await openFeed(feedOf(id));
  const { cursor } = feed;
  await client.conversations.delete(id);
  await using after = await openFeed(feedOf(id), { after: cursor });
  await after.end();
  expect(typesOf(after.events)).toEqual(['deleted']);
  await using begun = await openFeed(feedOf(id));
  expect(begun.response.status).toBe(404);
});
