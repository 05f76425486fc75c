import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { key, newConversation, openOn, unmatched } from '../../../test/support/store.ts';
import { Turns } from './turns.ts';

const { signal } = new AbortController();
const WAIT = { whenBusy: 'wait', signal } as const;
const REJECT = { whenBusy: 'reject', signal } as const;

/** Opens a store with the conversation `c`, of which a turn is held. */
async function heldConversation() {
  const store = await openOn('sqlite::memory:');
  await store.conversations.create(newConversation('c'));
  const turns = new Turns(store.turns, store.conversations, { waitMs: 60_000 });
  const first = await turns.take(key('c'), WAIT);
  return { turns, first, [Symbol.asyncDispose]: () => store.close() };
}

test('turns that are waited for at once are taken in the order of their requests', async () => {
  await using held = await heldConversation();
  const { turns, first } = held;
  const order: number[] = [];
  const waiting = Array.from({ length: 8 }, async (_, index) => {
    const turn = await turns.take(key('c'), WAIT);
    order.push(index);
    await turn?.release();
  });
  await first?.release();
  await Promise.all(waiting);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a request that may not wait, or may not see the conversation, keeps no one waiting', async () => {
  await using held = await heldConversation();
  const { turns, first } = held;
  await expect(turns.take(key('c'), REJECT)).rejects.toThrow('Another process');
  expect(await turns.take({ ...key('c'), access: unmatched }, WAIT)).toBeNull();
  const stop = new AbortController();
  const gone = turns.take(key('c'), { ...WAIT, signal: stop.signal });
  stop.abort(new Error('the client has gone'));
  await expect(gone).rejects.toThrow('the client has gone');
  await first?.release();
  await setImmediate();
  const next = await turns.take(key('c'), REJECT);
  await next?.release();
  expect(next).not.toBeNull();
});
