import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  listIds,
  startAccessServer,
} from '../../support/access.ts';

const access = await startAccessServer();
const { server } = access;
afterAll(() => access[Symbol.asyncDispose]());

let ann: string;
/** Conversations of `ann`, oldest first. */
const ids: string[] = [];
const newestFirst = (): string[] => ids.toReversed();

beforeAll(async () => {
  ann = await access.key('ann');
  for (let n = 0; n < 7; n += 1) {
    const metadata = { parity: n % 2 === 0 ? 'even' : 'odd', 'k"[]': 'x' };
    ids.push(await createConversation(access, ann, metadata));
  }
});

test('conversations are listed newest first, or oldest first on request', async () => {
  expect(await listIds(access, ann)).toEqual(newestFirst());
  expect(await listIds(access, ann, '?order=asc')).toEqual(ids);
});

test('pages of conversations begin after a cursor or end before one', async () => {
  const newest = newestFirst();
  expect(await listIds(access, ann, '?limit=3')).toEqual(newest.slice(0, 3));
  expect(await listIds(access, ann, `?limit=3&after=${newest[2]}`)).toEqual(newest.slice(3, 6));
  expect(await listIds(access, ann, `?limit=2&before=${newest[4]}`)).toEqual(newest.slice(2, 4));
  const oldestFirst = `?limit=2&order=asc&before=${ids[4]}`;
  expect(await listIds(access, ann, oldestFirst)).toEqual(ids.slice(2, 4));
});

test('a list of conversations can be limited to those with given metadata', async () => {
  const odd = '?metadata[parity]=odd';
  expect(await listIds(access, ann, `${odd}&order=asc`)).toEqual([ids[1], ids[3], ids[5]]);
  expect(await listIds(access, ann, `${odd}&metadata[none]=x`)).toEqual([]);
  const key = encodeURIComponent('metadata[k"[]]');
  expect(await listIds(access, ann, `?${key}=x`)).toHaveLength(7);
});

test('a list of conversations can be limited to a span of creation times', async () => {
  const now = Math.floor(Date.now() / 1000);
  expect(await listIds(access, ann, `?created_after=${now + 5}`)).toEqual([]);
  expect(await listIds(access, ann, `?created_before=${now - 60}`)).toEqual([]);
  const span = `?created_after=${now - 60}&created_before=${now + 5}`;
  expect(await listIds(access, ann, span)).toHaveLength(7);
});

test.each([16, 30, 400])(
  'a time of %i digits, which no database can store, is after every conversation',
  async (digits) => {
    const end = '9223372036854775'.padEnd(digits, '9');
    expect(await listIds(access, ann, `?created_after=${end}`)).toEqual([]);
    expect((await listIds(access, ann, `?created_before=${end}`)).length).toBeGreaterThan(0);
    expect(await listIds(access, ann, `?created_before=-${end}`)).toEqual([]);
  },
);

test('a page of conversations names its first and last, and an empty page has null', async () => {
  const first = await access.call(ann, 'GET', `${CONVERSATIONS}?limit=2`);
  expect(first.body).toMatchObject({
    object: 'list',
    has_more: true,
    first_id: ids[6],
    last_id: ids[5],
  });
  const empty = await access.call(ann, 'GET', `${CONVERSATIONS}?after=${ids[0]}`);
  expect(empty.body).toEqual({
    object: 'list',
    data: [],
    first_id: null,
    has_more: false,
    last_id: null,
  });
});

test('a list takes as many filters by metadata as a conversation has pairs', async () => {
  const filters = (count: number): string =>
    Array.from({ length: count }, (_, n) => `metadata[k${n}]=v`).join('&');
  expect((await access.call(ann, 'GET', `${CONVERSATIONS}?${filters(16)}`)).status).toBe(200);
  expect((await access.call(ann, 'GET', `${CONVERSATIONS}?${filters(17)}`)).status).toBe(400);
});

test.each([
  [400, 'limit=0', 'limit'],
  [400, 'after=a&before=b', null],
  [404, 'after=conv_none', 'after'],
  [404, 'before=conv_none', 'before'],
  [400, 'created_after=soon', 'created_after'],
  [400, 'created_before=1790000000000', 'created_before'],
  [400, 'last_item_after=1790000000000', 'last_item_after'],
  [400, 'metadat[k]=v', 'metadat[k]'],
  [400, 'metadata=v', 'metadata'],
  [400, 'metadata=v&metadata[k]=v', 'metadata'],
])('listing conversations answers %i to the query %s', async (status, query, param) => {
  const answer = await access.call(ann, 'GET', `${CONVERSATIONS}?${query}`);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ error: { param } });
});

test('the document marks the list of conversations as an extension', async () => {
  expect((await server.request('/openapi.json')).body).toMatchObject({
    paths: { '/v1/conversations': { get: { 'x-colloquy-extension': true } } },
  });
});
