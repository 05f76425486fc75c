import { describe, expect, test } from 'vitest';
import { serve, stop } from '../support/faulty.ts';
import { openFeed, type ReadEvent } from '../support/feed.ts';
import { SHARED_DATABASES } from '../support/process-turns.ts';

const message = (content: string) => ({ type: 'message', role: 'user', content }) as const;

describe.each(SHARED_DATABASES)('processes on %s', (name, openDatabase) => {
  test(`A reader on ${name} whose process is killed goes on at another one, and misses nothing`, async () => {
    await using database = await openDatabase();
    const at = database.url.replace(/^sqlite:/, '');
    await using first = await serve(at);
    await using second = await serve(at);
    const { id } = await second.client.conversations.create();
    const all = (server: typeof first) => `${server.client.baseURL}/conversations/events`;
    const one = (server: typeof first) => `${server.client.baseURL}/conversations/${id}/events`;
    await using ofAll = await openFeed(all(first));
    await using ofOne = await openFeed(one(first));
    const stored: string[] = [];
    const append = async (text: string): Promise<void> => {
      const { data } = await second.client.conversations.items.create(id, {
        items: [message(text)],
      });
      stored.push(...data.map((item) => String(item.id)));
    };
    const itemsIn = (events: readonly ReadEvent[]) =>
      new Set(events.flatMap((event) => event.item_id ?? []));
    const complete = (events: readonly ReadEvent[]) =>
      stored.every((item) => itemsIn(events).has(item));
    for (const text of ['a', 'b']) await append(text);
    await ofAll.until(complete);
    await ofOne.until(complete);
    first.child.kill('SIGKILL');
    for (const text of ['c', 'd']) await append(text);
    await second.client.conversations.update(id, { metadata: { a: 'b' } });
    await using allAgain = await openFeed(all(second), { after: ofAll.cursor });
    await using oneAgain = await openFeed(one(second), { after: ofOne.cursor });
    const rest = (events: readonly ReadEvent[]) =>
      events.some(({ type }) => type === 'conversation.updated') &&
      stored.slice(2).every((item) => itemsIn(events).has(item));
    await allAgain.until(rest);
    expect((await oneAgain.until(rest)).map((event) => event.item_id)).toEqual([
      ...stored.slice(2),
      undefined,
    ]);
    const ends = [allAgain.end(), oneAgain.end()];
    expect(await stop(second)).toBe(0);
    for (const end of ends) expect(await end).toMatch(/^: the feed ends here/);
  });
});
