import { afterAll, expect, test } from 'vitest';
import { newConversation, postItems } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';
import {
  appendTexts,
  conversationOf,
  listMessages,
  listTexts,
  messages,
} from '../../support/texts.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

test('appends at the same time store every batch whole and in one place', async () => {
  const id = await newConversation(server);
  const batches = Array.from({ length: 30 }, (_, n) => [`${n}a`, `${n}b`]);
  const answers = await Promise.all(batches.map((batch) => appendTexts(server, id, ...batch)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const all = await listTexts(server, id);
  expect(all).toHaveLength(60);
  for (const [first = '', second] of batches) {
    expect(all[all.indexOf(first) + 1], `the item after ${first}`).toBe(second);
  }
});

test('a second append does not overwrite the first', async () => {
  const id = await newConversation(server);
  await appendTexts(server, id, 'first');
  await appendTexts(server, id, 'second');
  expect(await listTexts(server, id)).toEqual(['first', 'second']);
});

test('posting the id of an item to another conversation neither moves nor changes the item', async () => {
  const source = await conversationOf(server, 'mine');
  const [item] = (await listMessages(server, source, 'order=asc')).data;
  const target = await newConversation(server);
  await postItems(server, target, [{ id: item?.id, role: 'user', content: 'its own' }]);
  expect(await listTexts(server, source)).toEqual(['mine']);
  expect(await listTexts(server, target)).toEqual(['its own']);
});

test('a batch with the same id twice is refused and stores nothing', async () => {
  const id = await newConversation(server);
  const twice = { id: 'msg_twice', role: 'user', content: 'x' };
  const { status, error } = await postItems(server, id, [twice, twice]);
  expect([status, error['code']]).toEqual([400, 'item_already_in_conversation']);
  expect(await listTexts(server, id)).toEqual([]);
});

test('a batch whose last item is refused stores none of its items', async () => {
  const id = await conversationOf(server, 'a');
  const [item] = (await listMessages(server, id, 'order=asc')).data;
  const items = [
    ...messages(...'bcdefghijklmnopqrst'.split('')),
    { type: 'item_reference', id: item?.id },
  ];
  expect(items).toHaveLength(20);
  expect((await postItems(server, id, items)).status).toBe(400);
  expect(await listTexts(server, id)).toEqual(['a']);
});
