import { inject } from 'vitest';
import { expect, test } from 'vitest';
import { openFeed } from '../support/feed.ts';
import { createDatabase } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';
import { openSession, type Session } from '../support/store.ts';

const message = (content: string) => ({ type: 'message', role: 'user', content }) as const;

/** Stores an item as an append does, in a transaction that stays open. */
async function appendOpenly(session: Session, conversation: string, id: string): Promise<void> {
  const now = String(Date.now());
  await session.run('BEGIN');
  await session.run(
    `INSERT INTO items (tenant, conversation_id, position, id, type, data, created_at)
     SELECT tenant, id, next_position, $2, 'message', '{}', $3 FROM conversations WHERE id = $1 FOR UPDATE`,
    [conversation, id, now],
  );
  await session.run(
    `UPDATE conversations SET next_position = next_position + 1, revision = revision + 1, active_at = $2,
       active_slot = $2::bigint / 1048576
     WHERE id = $1`,
    [conversation, now],
  );
}

test('an item that is committed long after later ones is in the feed, while it runs and after a pause', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using server = await startServer('--database-url', database.url);
  const { client, url } = server;
  const all = `${url}/conversations/events`;
  const ids = [];
  for (let count = 0; count < 3; count += 1) ids.push((await client.conversations.create()).id);
  const [slow = '', quick = '', slower = ''] = ids;
  await using running = await openFeed(all);
  await using first = await openSession(database.url);
  await using second = await openSession(database.url);
  await appendOpenly(first, slow, 'msg_slow');
  await appendOpenly(second, slower, 'msg_slower');
  const { data } = await client.conversations.items.create(quick, { items: [message('a')] });
  const has = (id: string | undefined) => (events: readonly { readonly item_id?: string }[]) =>
    events.some((event) => event.item_id === id);
  await running.until(has(data[0]?.id));
  const { cursor } = running;
  await first.run('COMMIT');
  await running.until(has('msg_slow'));
  const between = running.cursor;
  await client.conversations.items.create(quick, { items: [message('b')] });
  await second.run('COMMIT');
  await running.until(has('msg_slower'));
  for (const after of [cursor, between]) {
    await using resumed = await openFeed(all, { after });
    await resumed.until(has('msg_slower'));
    if (after === cursor) await resumed.until(has('msg_slow'));
  }
  const sent = running.events.map(({ id }) => id);
  expect(new Set(sent).size, 'a feed that runs sends each event once').toBe(sent.length);
});

test('changes that are committed late are in the feed of their conversation, in order', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using server = await startServer('--database-url', database.url);
  const { id } = await server.client.conversations.create();
  await using feed = await openFeed(`${server.url}/conversations/${id}/events`);
  await using session = await openSession(database.url);
  await appendOpenly(session, id, 'msg_slow');
  const update = server.client.conversations.update(id, { metadata: { a: 'b' } });
  await session.run('COMMIT');
  await update;
  const events = await feed.until(({ length }) => length === 2);
  expect(events.map(({ type }) => type)).toEqual([
    'conversation.item.created',
    'conversation.updated',
  ]);
});
