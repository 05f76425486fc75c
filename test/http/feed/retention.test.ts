import { afterAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  pathOf,
  startAccessServer,
} from '../../support/access.ts';
import { counting, openFeed, type ReadEvent } from '../../support/feed.ts';

const YAML = `
auth:
  schemes: [keys]
  access_policy:
    - permit: { actions: [create, read, update, delete] }
      when: user is owner
retention:
  trash_days: 7
`;

const access = await startAccessServer(YAML);
afterAll(() => access[Symbol.asyncDispose]());

const call = async (token: string, method: string, path: string, body?: object) => {
  const answer = await access.call(token, method, path, body);
  expect(answer.status, path).toBe(200);
  return answer.body;
};
const feed = (token: string, path: string, after?: string) =>
  openFeed(new URL(`${path}/events`, access.server.url).href, {
    token,
    ...(after !== undefined && { after }),
  });
const named = ({ type, conversation_id: id }: ReadEvent) => [type.replace('conversation.', ''), id];

test('the feed of a conversation ends with the trash, and goes on after the restoration', async () => {
  const ann = await access.key('ann');
  const id = await createConversation(access, ann);
  await using begun = await feed(ann, pathOf(id));
  await call(ann, 'DELETE', pathOf(id));
  await begun.end();
  expect(begun.events.map(named)).toEqual([['deleted', id]]);
  await call(ann, 'POST', `${pathOf(id)}/restore`);
  await using after = await feed(ann, pathOf(id), begun.cursor);
  expect((await after.until(counting(1))).map(named)).toEqual([['restored', id]]);
  await call(ann, 'POST', pathOf(id), { metadata: { a: 'b' } });
  await after.until(counting(2));
  await access.database.run(`UPDATE conversations SET expires_at = 1 WHERE id = '${id}'`);
  await after.end();
  expect(after.events.map(named)).toEqual([
    ['restored', id],
    ['updated', id],
    ['deleted', id],
  ]);
  await access.command('retention', 'sweep');
  await using late = await feed(ann, pathOf(id), begun.cursor);
  await late.end();
  // The time is that of the sweep now.
  expect(late.events.map((event) => event.id)).toEqual([after.events[2]?.id]);
});

test('the feed of all conversations shows trash, restoration, expiry, purge and erasure to those who could read them', async () => {
  const [bea, other] = [await access.key('bea'), await access.key('other')];
  await using followed = await feed(bea, CONVERSATIONS);
  await using foreign = await feed(other, CONVERSATIONS);
  const { cursor } = followed;
  const kept = await createConversation(access, bea);
  const expired = await createConversation(access, bea);
  const erased = await createConversation(access, bea, { user: '17' });
  await followed.until(counting(3));
  await call(bea, 'DELETE', pathOf(kept));
  await followed.until(counting(4));
  await call(bea, 'POST', `${pathOf(kept)}/restore`);
  await followed.until(counting(5));
  await access.database.run(`UPDATE conversations SET expires_at = 1 WHERE id = '${expired}'`);
  await access.command('retention', 'sweep');
  await followed.until(counting(6));
  const receipt = await call(bea, 'POST', `${CONVERSATIONS}/erase`, { metadata: { user: '17' } });
  expect(receipt).toMatchObject({ deleted: 1 });
  await followed.until(counting(7));
  await call(bea, 'DELETE', pathOf(kept));
  await followed.until(counting(8));
  await call(bea, 'DELETE', `${pathOf(kept)}?permanent=true`);
  const last = await createConversation(access, bea);
  await followed.until(counting(9));
  expect(followed.events.slice(3).map(named)).toEqual([
    ['deleted', kept],
    ['restored', kept],
    ['deleted', expired],
    ['deleted', erased],
    ['deleted', kept],
    ['created', last],
  ]);
  const ids = new Set(followed.events.map((event) => event.id));
  expect(ids.size, 'no event has the id of another one').toBe(9);
  // A reader who was away finds what is gone by now, and nobody else does.
  await using away = await feed(bea, CONVERSATIONS, cursor);
  await away.until(counting(4));
  expect(away.events.map(named)).toEqual(
    expect.arrayContaining([
      ['deleted', kept],
      ['deleted', expired],
      ['deleted', erased],
      ['created', last],
    ]),
  );
  const own = await createConversation(access, other);
  await foreign.until(counting(1));
  expect(foreign.events.map(named)).toEqual([['created', own]]);
});
