import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { getRequest, openConnection } from '../support/connection.ts';
import { serve } from '../support/faulty.ts';
import { openFeed } from '../support/feed.ts';
import { sqliteFile } from '../support/process-turns.ts';

const READERS = 20;
const APPENDS = 80;
const ITEMS = 1_000;
/** All events for all readers: 80,000 of some 330 bytes, twenty times. */
const ALL_BYTES = READERS * APPENDS * ITEMS * 330;

function residentBytes(pid: number | undefined): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

test('Readers that never read cost little memory, and others are served meanwhile', async () => {
  await using database = await sqliteFile();
  await using server = await serve(database.url.replace(/^sqlite:/, ''));
  const { client } = server;
  const { id } = await client.conversations.create();
  const items = Array.from({ length: ITEMS }, () => ({
    type: 'message' as const,
    role: 'user' as const,
    content: 'x',
  }));
  let expected = 0;
  const append = async (): Promise<void> => {
    expected += APPENDS * ITEMS;
    for (let count = 0; count < APPENDS; count += 1) {
      await client.conversations.items.create(id, { items });
    }
    await reading.until(({ length }) => length >= expected);
  };
  await using reading = await openFeed(`${client.baseURL}/conversations/events`);
  // The memory of the work itself.
  await append();
  using stack = new DisposableStack();
  for (let reader = 0; reader < READERS; reader += 1) {
    const connection = stack.use(await openConnection(client.baseURL));
    connection.socket.once('data', () => connection.socket.pause());
    connection.socket.write(getRequest('/v1/conversations/events'));
    await connection.received('200 OK');
  }
  const before = residentBytes(server.child.pid);
  await append();
  await sleep(1_000);
  expect(residentBytes(server.child.pid) - before).toBeLessThan(ALL_BYTES / 4);
  expect(await server.vitals()).toEqual([200, 200]);
});
