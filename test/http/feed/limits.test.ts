import { describe, expect, test } from 'vitest';
import { PRIVATE_POLICY } from '../../../src/access/policy/rule.ts';
import { Authorizer } from '../../../src/access/policy/authorizer.ts';
import { ANONYMOUS } from '../../../src/access/principal.ts';
import { Feeds } from '../../../src/service/feed/feeds.ts';
import { counting, openFeed } from '../../support/feed.ts';
import { startServer } from '../../support/server.ts';
import { openOn } from '../../support/store.ts';

async function errorOf({ response }: { readonly response: Response }) {
  const { error } = (await response.json()) as { error: { code: string; param: string | null } };
  return { status: response.status, code: error.code, param: error.param };
}

const INVALID = { status: 400, code: 'invalid_value', param: 'after' };
const EXPIRED = { status: 410, code: 'events_expired', param: 'after' };
const encoded = (...values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

describe('cursors', () => {
  test('a cursor that the feed has not made is refused', async () => {
    await using server = await startServer();
    const { id } = await server.client.conversations.create();
    const { id: other } = await server.client.conversations.create();
    const all = `${server.url}/conversations/events`;
    const one = `${server.url}/conversations/${id}/events`;
    await using ofAll = await openFeed(all);
    await using ofOne = await openFeed(one);
    await using ofOther = await openFeed(`${server.url}/conversations/${other}/events`);
    const wrong = [
      'x',
      '%00',
      'a'.repeat(2_000),
      encoded(),
      encoded(3, 1),
      encoded(1, id, -1, 0, 0),
      encoded(1, id, 0.5, 0, 0),
      encoded(1, id, '0', 0, 0),
      encoded(1, id, null, 0, 0),
      encoded(1, id, 1e300, 0, 0),
      encoded(2, 'now', null, 0),
      encoded(2, 1, {}, 0),
    ];
    for (const after of [...wrong, ofOne.cursor]) {
      expect(await errorOf(await openFeed(all, { after })), after).toEqual(INVALID);
    }
    const future = encoded(1, id, 0, 7, Date.now());
    const beyond = encoded(1, id, 9, 0, Date.now());
    for (const after of [...wrong, ofAll.cursor, ofOther.cursor, future, beyond]) {
      expect(await errorOf(await openFeed(one, { after })), after).toEqual(INVALID);
    }
    const header = await openFeed(all, { lastEventId: 'x' });
    expect(await errorOf(header)).toEqual(INVALID);
  });

  test('a cursor of before the changes that are kept is refused', async () => {
    await using server = await startServer('--event-retention-days', '2');
    const { id } = await server.client.conversations.create();
    const one = `${server.url}/conversations/${id}/events`;
    const longAgo = Date.now() - 3 * 86_400_000;
    const known = encoded(1, id, 0, 0, longAgo);
    await using idle = await openFeed(one, { after: known });
    expect(idle.response.status, 'nothing has changed since').toBe(200);
    await server.client.conversations.update(id, { metadata: { a: 'b' } });
    expect(await errorOf(await openFeed(one, { after: known }))).toEqual(EXPIRED);
    const all = `${server.url}/conversations/events`;
    await using feed = await openFeed(all);
    const [kind, at, transaction, database] = JSON.parse(
      Buffer.from(feed.cursor, 'base64url').toString(),
    ) as number[];
    for (const after of [
      encoded(kind, longAgo, transaction, database),
      encoded(kind, at, transaction, Number(database) + 1),
      encoded(kind, at, 2 ** 52, database),
    ]) {
      expect(await errorOf(await openFeed(all, { after })), after).toEqual(EXPIRED);
    }
    const future = encoded(kind, Number(at) + 2 * 3_600_000, transaction, database);
    expect(await errorOf(await openFeed(all, { after: future }))).toEqual(INVALID);
  });
});

describe('limits', () => {
  test('a process refuses more feeds than it may have, and takes the next when one has ended', async () => {
    await using server = await startServer('--event-feeds', '2');
    const url = `${server.url}/conversations/events`;
    await using first = await openFeed(url);
    await using second = await openFeed(url);
    const refused = await openFeed(url);
    expect(refused.response.headers.get('retry-after')).toBe('5');
    expect(await errorOf(refused)).toMatchObject({ status: 429, code: 'too_many_feeds' });
    // Refusals take no place.
    expect((await openFeed(`${url}?after=x`)).response.status).toBe(429);
    await first[Symbol.asyncDispose]();
    await expect
      .poll(async () => {
        await using feed = await openFeed(url);
        return feed.response.status;
      })
      .toBe(200);
    expect(second.response.status).toBe(200);
  });

  test('feeds end when the server stops, with nothing lost for a reader that comes back', async () => {
    const server = await startServer();
    const { id } = await server.client.conversations.create();
    await using feed = await openFeed(`${server.url}/conversations/events`);
    await using one = await openFeed(`${server.url}/conversations/${id}/events`);
    const ends = [feed.end(), one.end()];
    await server[Symbol.asyncDispose]();
    for (const end of ends) expect(await end).toMatch(/^: the feed ends here/);
  });

  test('a server that stops refuses a feed', async () => {
    await using store = await openOn('sqlite::memory:');
    const authorizer = new Authorizer(PRIVATE_POLICY);
    const feeds = new Feeds({
      store: store.changes,
      authorizer,
      eventFeeds: 1,
      eventRetentionDays: 1,
    });
    feeds.stop();
    const { signal } = new AbortController();
    const request = { conversationId: undefined, after: undefined, signal };
    await expect(feeds.follow(ANONYMOUS, request).next()).rejects.toMatchObject({
      status: 503,
      kind: 'not_ready',
    });
  });

  test('a reader that reads late gets all events', async () => {
    await using server = await startServer();
    const { client } = server;
    await using feed = await openFeed(`${server.url}/conversations/events`);
    const items = Array.from({ length: 1_000 }, () => ({
      type: 'message' as const,
      role: 'user' as const,
      content: 'x',
    }));
    for (let count = 0; count < 10; count += 1) await client.conversations.create({ items });
    await feed.until(counting(10_010));
    expect(new Set(feed.events.map(({ id }) => id)).size).toBe(10_010);
  });
});

test('a server without the feed does not serve it', async () => {
  await using server = await startServer('--events', 'off');
  const { id } = await server.client.conversations.create();
  await server.client.conversations.update(id, { metadata: { a: 'b' } });
  await server.client.conversations.delete(id);
  const feed = await openFeed(`${server.url}/conversations/${id}/events`);
  expect(feed.response.status).toBe(404);
  const { body } = await server.request('/openapi.json');
  expect(JSON.stringify(body)).not.toContain('streamEvents');
});
