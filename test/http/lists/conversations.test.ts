import OpenAI from 'openai';
import { ConversationCursorPage } from 'openai/core/pagination';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  keysWithPolicy,
  listIds,
  pathOf,
  startAccessServer,
} from '../../support/access.ts';

const access = await startAccessServer(
  keysWithPolicy(
    '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
    '{ permit: { actions: [read, delete] }, when: user with support in roles }',
    '{ permit: { actions: [read] }, when: user in owners teams }',
  ),
);
afterAll(() => access[Symbol.asyncDispose]());

let ann: string;
let bob: string;
let support: string;
/** Conversations of `ann`, the oldest first. */
const ids: string[] = [];

async function append(id: string, ...texts: readonly string[]): Promise<void> {
  const items = texts.map((content) => ({ role: 'user', content }));
  expect((await access.call(ann, 'POST', `${pathOf(id)}/items`, { items })).status).toBe(200);
}

beforeAll(async () => {
  ann = await access.key('ann', '--team', 'core');
  bob = await access.key('bob', '--team', 'core');
  support = await access.key('eve', '--role', 'support');
  for (let n = 0; n < 6; n += 1) {
    ids.push(await createConversation(access, ann, n % 2 === 0 ? { topic: `${n}` } : {}));
  }
  await createConversation(access, bob, { topic: 'of Bob' });
  await append(ids[4] ?? '', 'a');
  await append(ids[1] ?? '', 'b', 'c');
});

interface Entry {
  readonly id: string;
}

type Fields = Readonly<Record<string, unknown>>;

async function list(key: string, query: string): Promise<{ data: readonly Fields[] } & Fields> {
  const { status, body } = await access.call(key, 'GET', `${CONVERSATIONS}?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as unknown as { data: readonly Fields[] } & Fields;
}

test('conversations have further fields only where a request includes them', async () => {
  const query = 'include[]=owner&include[]=item_count&include[]=last_item_at&include[]=permissions';
  const { data } = await list(ann, `owner=ann&order=asc&${query}`);
  const [first, second] = data;
  expect(first).toEqual({
    id: ids[0],
    object: 'conversation',
    created_at: expect.any(Number),
    metadata: { topic: '0' },
    owner: 'ann',
    item_count: 0,
    last_item_at: null,
    permissions: ['read', 'update', 'delete'],
  });
  expect(second).toMatchObject({ item_count: 2, last_item_at: expect.any(Number) });
  const some = await list(ann, 'order=asc&include=item_count');
  expect(Object.keys(some.data[0] ?? {})).toEqual([
    'id',
    'object',
    'created_at',
    'metadata',
    'item_count',
  ]);
  expect(Object.keys((await list(ann, '')).data[0] ?? {})).toHaveLength(4);
  const get = async (key: string, more = ''): Promise<unknown> =>
    (await access.call(key, 'GET', `${pathOf(ids[1] ?? '')}?${more}`)).body;
  expect(await get(ann, query)).toEqual(second);
  expect(await get(ann)).not.toHaveProperty('owner');
  expect(await get(bob, query)).toMatchObject({ owner: 'ann', permissions: ['read'] });
  expect(await get(support, query)).toMatchObject({ permissions: ['read', 'delete'] });
});

test('a list can be limited to an owner and to keys of metadata', async () => {
  expect(await listIds(access, support, '?owner=ann')).toHaveLength(6);
  expect(await listIds(access, support, '?owner=bob')).toHaveLength(1);
  expect(await listIds(access, support, '?owner=eve')).toEqual([]);
  expect(await listIds(access, support, '?metadata_key[]=topic')).toHaveLength(4);
  expect(await listIds(access, ann, '?metadata_key=topic&owner=ann&order=asc')).toEqual([
    ids[0],
    ids[2],
    ids[4],
  ]);
  expect(await listIds(access, ann, '?metadata_key=topic&metadata_key=none')).toEqual([]);
  expect(await listIds(access, ann, '?metadata_key=opi')).toEqual([]);
});

test('the owner of a conversation that the caller may not read is not found', async () => {
  const stranger = await access.key('mallory');
  expect(await listIds(access, stranger, '?owner=ann&include[]=owner')).toEqual([]);
  const answer = await access.call(stranger, 'GET', `${pathOf(ids[0] ?? '')}?include[]=owner`);
  expect(answer.status).toBe(404);
});

test('a list by activity begins with the conversation that was used last', async () => {
  const active = (query: string) => listIds(access, ann, `?sort=last_item_at&owner=ann&${query}`);
  const expected = [ids[1], ids[4], ids[5], ids[3], ids[2], ids[0]];
  expect(await active('')).toEqual(expected);
  expect(await active('order=asc')).toEqual(expected.toReversed());
  expect(await active(`after=${ids[4]}&limit=2`)).toEqual(expected.slice(2, 4));
  expect(await active(`before=${ids[4]}`)).toEqual([ids[1]]);
  const page = await list(ann, 'sort=last_item_at&owner=ann&limit=2');
  expect(page['last_id']).toMatch(new RegExp(`^at_\\d+_\\d+_${ids[4]}$`));
  expect(await active(`after=${String(page['last_id'])}`)).toEqual(expected.slice(2));
  expect(await active(`before=${String(page['last_id'])}`)).toEqual([ids[1]]);
  const now = Math.floor(Date.now() / 1000);
  expect(await active(`last_item_after=${now - 3_600}`)).toEqual(expected.slice(0, 2));
  expect(await active(`last_item_before=${now + 60}`)).toEqual(expected.slice(0, 2));
  expect(await active(`last_item_after=${now + 60}`)).toEqual([]);
  expect(await active(`last_item_after=${'9'.repeat(30)}`)).toEqual([]);
});

test('the official client walks a list by activity while a conversation moves to the front', async () => {
  const { server } = access;
  const walker = new OpenAI({ baseURL: server.url, apiKey: ann, maxRetries: 0 });
  const made: string[] = [];
  for (let n = 0; n < 7; n += 1) {
    const id = await createConversation(access, ann, { walk: 'yes' });
    await append(id, 'x');
    made.push(id);
  }
  const expected = made.toReversed();
  for (const limit of [1, 2, 3, 7]) {
    const query = { 'metadata[walk]': 'yes', sort: 'last_item_at', limit };
    const options = { query } as const;
    const walked: string[] = [];
    const pages = walker.getAPIList<Entry, ConversationCursorPage<Entry>>(
      '/conversations',
      ConversationCursorPage,
      options,
    );
    for await (const { id } of pages) {
      walked.push(id);
      // Whichever one the page ends with moves to the front before the next page is asked for.
      await append(id, 'y');
    }
    expect(walked, `pages of ${limit}`).toEqual(expected);
    expected.reverse();
  }
});

test.each([
  [400, 'sort=owner', 'sort'],
  [400, 'include[]=items', 'include[0]'],
  [400, 'include[]=owner&include[]=Owner', 'include[1]'],
  [400, 'last_item_after=1.5', 'last_item_after'],
  [400, 'last_item_before=now', 'last_item_before'],
  [400, 'owner=a&owner=b', 'owner'],
  [404, 'sort=last_item_at&after=at_1', 'after'],
  [404, 'sort=last_item_at&after=at_x_1_c', 'after'],
  [404, 'sort=created_at&after=at_1_1_c', 'after'],
  [404, 'sort=last_item_at&before=conv_none', 'before'],
])('listing conversations answers %i to the query %s', async (status, query, param) => {
  const answer = await access.call(ann, 'GET', `${CONVERSATIONS}?${query}`);
  expect(answer).toMatchObject({ status, body: { error: { param } } });
});

test('a place that was made up finds nothing but what the caller may read', async () => {
  const end = `at_9999999999_${Number.MAX_SAFE_INTEGER}_x`;
  const stranger = await access.key('stranger');
  expect(await listIds(access, stranger, `?sort=last_item_at&after=${end}`)).toEqual([]);
  expect(await listIds(access, ann, `?sort=last_item_at&owner=ann&after=${end}`)).not.toEqual([]);
});
