import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import { messages } from '../../support/texts.ts';

const COUNT = 10_000;
const PER_REQUEST = 1_000;

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

interface Entry {
  readonly id: string;
  readonly object?: string;
  readonly bytes?: number;
}

interface PlacedPage {
  readonly data: readonly Entry[];
  readonly has_more: boolean;
  readonly placements?: readonly { id: string; position: number; created_at: number }[];
}

let large: string;
/** Ids of its items, the oldest first. */
const ids: string[] = [];

beforeAll(async () => {
  large = (await server.client.conversations.create()).id;
  for (let first = 0; first < COUNT; first += PER_REQUEST) {
    const texts = Array.from({ length: PER_REQUEST }, (_, n) => `text ${first + n}`);
    const added = await server.client.conversations.items.create(large, {
      items: messages(...texts),
    });
    ids.push(...added.data.map(({ id }) => id ?? ''));
  }
});

async function listed(query: string, conversation = large): Promise<PlacedPage> {
  const path = `/v1/conversations/${conversation}/items?${query}`;
  const { status, body } = await server.request(path);
  expect(status, JSON.stringify(body).slice(0, 500)).toBe(200);
  // Sound: the answer was checked against the document.
  return body as PlacedPage;
}

const idsOf = ({ data }: PlacedPage): string[] => data.map(({ id }) => id);

test('a page of 10,000 items begins at any position, in both orders', async () => {
  for (const position of [0, 1, 4_999, 9_998, 9_999]) {
    const up = await listed(`order=asc&limit=3&position=${position}`);
    expect(idsOf(up)).toEqual(ids.slice(position, position + 3));
    const down = await listed(`limit=3&position=${position}`);
    const expected = ids.slice(Math.max(0, position - 2), position + 1).toReversed();
    expect(idsOf(down)).toEqual(expected);
  }
  expect(await listed(`order=asc&position=${COUNT}`)).toMatchObject({ data: [], has_more: false });
  expect(idsOf(await listed(`limit=1&position=${Number.MAX_SAFE_INTEGER}`))).toEqual([ids.at(-1)]);
});

test('placements beside the items say where they are and when they were stored', async () => {
  const page = await listed('order=asc&limit=2&position=5000&include[]=placement');
  expect(page.placements?.map(({ id, position }) => [id, position])).toEqual([
    [ids[5_000], 5_000],
    [ids[5_001], 5_001],
  ]);
  const now = Date.now() / 1000;
  for (const { created_at: at } of page.placements ?? []) {
    expect(at).toBeLessThanOrEqual(now);
    expect(at).toBeGreaterThan(now - 3_600);
  }
  expect(await listed('limit=2')).not.toHaveProperty('placements');
  expect(await listed(`position=0&order=desc&after=&limit=1&include[]=placement`)).toMatchObject({
    placements: [{ position: 0 }],
  });
  const { id } = await server.client.conversations.create();
  expect(await listed('include=placement', id)).toMatchObject({ data: [], placements: [] });
});

test('a page ends before an item, and the official client walks on from any start', async () => {
  const before = await listed(`order=asc&limit=2&before=${ids[5_000]}`);
  expect(idsOf(before)).toEqual([ids[4_998], ids[4_999]]);
  expect(before.has_more).toBe(true);
  const start = await listed(`order=asc&limit=5&position=9950`);
  const walked: unknown[] = [];
  const after = idsOf(start).at(-1) ?? '';
  const pages = server.client.conversations.items.list(large, { order: 'asc', limit: 7, after });
  for await (const item of pages) walked.push(item.id);
  expect(walked).toEqual(ids.slice(9_955));
});

test('a list can be limited to items stored after a second', async () => {
  const now = Math.floor(Date.now() / 1000);
  expect(idsOf(await listed(`order=asc&limit=2&created_after=${now - 3_600}`))).toEqual(
    ids.slice(0, 2),
  );
  expect(idsOf(await listed(`limit=2&created_after=${now - 3_600}`))).toEqual(
    ids.slice(-2).toReversed(),
  );
  const none = await listed(`order=asc&created_after=${now + 5}`);
  expect(none).toMatchObject({ data: [], has_more: false });
  const rest = `order=asc&limit=2&created_after=${now - 3_600}&after=${ids[7]}`;
  expect(idsOf(await listed(rest))).toEqual([ids[8], ids[9]]);
  for (const far of ['9'.repeat(30), `-${'9'.repeat(30)}`]) await listed(`created_after=${far}`);
});

test('items that are larger than a page takes come as stubs, and whole by their ids', async () => {
  const url = `data:image/png;base64,${'A'.repeat(200_000)}`;
  const { id } = await server.client.conversations.create({
    items: [
      { role: 'user', content: [{ type: 'input_image', image_url: url, detail: 'auto' }] },
      { role: 'user', content: 'small' },
      { type: 'function_call_output', call_id: 'call_1', output: 'ü'.repeat(40_000) },
    ],
  });
  const page = await listed('order=asc&max_item_bytes=65536&include[]=placement', id);
  const [image, small, output] = page.data;
  expect(image).toMatchObject({
    object: 'conversation.item.stub',
    type: 'message',
    role: 'user',
  });
  expect(image?.bytes).toBeGreaterThan(200_000);
  expect(small).toMatchObject({ content: [{ text: 'small' }] });
  expect(output).toMatchObject({ object: 'conversation.item.stub', type: 'function_call_output' });
  expect(output?.bytes).toBeGreaterThan(80_000);
  expect(page.placements).toHaveLength(3);
  const whole = await server.client.conversations.items.retrieve(image?.id ?? '', {
    conversation_id: id,
  });
  expect(whole).toMatchObject({ content: [{ image_url: url }] });
  expect((await listed('order=asc', id)).data[0]).not.toHaveProperty('bytes');
});

test.each([
  [400, 'position=-1', 'position', 'integer_below_min_value'],
  [400, 'position=9223372036854775808', 'position', 'integer_above_max_value'],
  [400, 'position=1.5', 'position', 'invalid_type'],
  [400, 'position=first', 'position', 'invalid_type'],
  [400, 'created_after=1.5', 'created_after', 'invalid_type'],
  [400, 'created_after=soon', 'created_after', 'invalid_type'],
  [400, 'created_after=1790000000000', 'created_after', 'invalid_value'],
  [400, 'max_item_bytes=0', 'max_item_bytes', 'integer_below_min_value'],
  [400, 'max_item_bytes=-5', 'max_item_bytes', 'integer_below_min_value'],
  [400, 'after=a&before=b', null, 'mutually_exclusive_parameters'],
  [400, 'after=a&position=3', null, 'mutually_exclusive_parameters'],
  [400, 'before=a&position=3', null, 'mutually_exclusive_parameters'],
  [400, 'created_after=1&position=3', null, 'mutually_exclusive_parameters'],
  [400, 'position=1&position=2', 'position', 'invalid_type'],
  [400, 'include[]=placements', 'include[0]', 'invalid_value'],
  [404, 'before=msg_none', 'before', null],
])('listing items answers %i to the query %s', async (status, query, param, code) => {
  const answer = await server.request(`/v1/conversations/${large}/items?${query}`);
  expect(answer).toMatchObject({ status, body: { error: { param, code } } });
});

test('the document marks the parameters that OpenAI lacks as extensions', async () => {
  const { body } = await server.request('/openapi.json');
  expect(body).toMatchObject({
    paths: {
      '/v1/conversations/{conversation_id}/items': {
        get: {
          parameters: expect.arrayContaining([
            expect.objectContaining({ name: 'position', 'x-colloquy-extension': true }),
          ]),
        },
      },
    },
  });
});
