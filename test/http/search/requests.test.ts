import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import {
  highlighted,
  message,
  postSearch,
  search,
  SEARCH,
  type SearchAnswer,
} from '../../support/search.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Items that all have the word `common`, and their number; the last one is the newest. */
const COUNT = 30;
const conversations: string[] = [];
beforeAll(async () => {
  for (let first = 0; first < COUNT; first += 10) {
    const numbers = Array.from({ length: 10 }, (_, index) => first + index);
    const { id } = await server.client.conversations.create({
      metadata: { part: String(first) },
      items: numbers.map((number) =>
        message(number % 2 === 0 ? 'user' : 'assistant', `common number${number}`),
      ),
    });
    conversations.push(id);
  }
  await server.client.conversations.items.create(conversations[0] ?? '', {
    items: [
      { type: 'function_call', call_id: 'c', name: 'find_weather', arguments: '{"city":"Thun"}' },
      { type: 'function_call_output', call_id: 'c', output: 'raining cats' },
    ],
  });
});

const numbersOf = ({ data }: SearchAnswer): readonly number[] =>
  data.map(({ snippet: { text } }) => Number(/\d+/.exec(text)?.[0]));

/** Walks through all pages. */
async function walk(query: string, limit: number, more: object = {}): Promise<readonly number[]> {
  const numbers: number[] = [];
  let page: string | null = null;
  do {
    const answer = await search(server, query, { limit, page, ...more });
    expect(answer.data.length).toBeLessThanOrEqual(limit);
    expect(answer.has_more).toBe(answer.next_page !== null);
    numbers.push(...numbersOf(answer));
    page = answer.next_page;
  } while (page !== null);
  return numbers;
}

const ALL = Array.from({ length: COUNT }, (_, index) => index);

describe('pages', () => {
  test.each([1, 7, 30, 100])(
    'pages of %i by time have each item once, newest first',
    async (limit) => {
      expect(await walk('common', limit)).toEqual(ALL.toReversed());
    },
  );

  test('pages by relevance have each item once', async () => {
    const numbers = await walk('common', 7, { sort: 'relevance' });
    expect(numbers.toSorted((a, b) => a - b)).toEqual(ALL);
  });

  test('an item that has the word more often is more relevant', async () => {
    const items = [message('user', 'zebra'.padEnd(400, ' filler')), message('user', 'zebra zebra')];
    items.push(message('user', 'another filler zebra'.padEnd(900, ' filler')));
    await server.client.conversations.create({ items });
    const { data } = await search(server, 'zebra', { sort: 'relevance' });
    expect(data.map(({ position }) => position)).toEqual([1, 0, 2]);
    const scores = data.map(({ score }) => score ?? 0);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test('items that are appended between two pages do not change the next one', async () => {
    const { id } = await server.client.conversations.create({
      items: [message('user', 'shifting 1'), message('user', 'shifting 2')],
    });
    const first = await search(server, 'shifting', { limit: 1 });
    await server.client.conversations.items.create(id, { items: [message('user', 'shifting 3')] });
    const second = await search(server, 'shifting', { limit: 1, page: first.next_page });
    expect([first, second].flatMap(numbersOf)).toEqual([2, 1]);
  });
});

describe('filters', () => {
  test.each<[string, object, readonly number[]]>([
    ['role', { role: ['user'] }, ALL.filter((number) => number % 2 === 0)],
    ['roles', { role: ['user', 'assistant'] }, ALL],
    ['type', { type: ['message'] }, ALL],
    ['another type', { type: ['reasoning', 'function_call'] }, []],
    ['metadata', { metadata: { part: '10' } }, ALL.slice(10, 20)],
    ['owner', { owner: 'anonymous' }, ALL],
    ['another owner', { owner: 'ann' }, []],
    ['time', { created_after: 1_000, created_before: 9_999_999_999 }, ALL],
    ['a time in the future', { created_after: 9_999_999_999 }, []],
    ['a time in the past', { created_before: 1_000 }, []],
    ['an absent conversation', { conversation_id: 'conv_absent' }, []],
    ['nulls', { role: null, created_after: null, owner: null }, ALL],
  ])('a filter by %s leaves what fits it', async (_, filters, numbers) => {
    expect(await walk('common', 9, { filters })).toEqual(numbers.toReversed());
  });

  test('a filter by conversation leaves the items of the conversation', async () => {
    const filters = { conversation_id: conversations[1] };
    expect(await walk('common', 4, { filters })).toEqual(ALL.slice(10, 20).toReversed());
  });
});

describe('what is searched', () => {
  test('calls and their outputs are found by their words and filtered by their type', async () => {
    const [call] = (await search(server, 'weather thun')).data;
    expect(call).toMatchObject({ type: 'function_call', role: null, position: 10, score: null });
    const [output] = (await search(server, 'cats', { filters: { type: ['function_call_output'] } }))
      .data;
    expect(output).toMatchObject({ type: 'function_call_output', position: 11 });
  });

  test('escaped JSON in arguments and outputs is found by what it means', async () => {
    const inner = JSON.stringify({ deep: 'gamma\ndelta' });
    const json = `{"city":"Z\\u00fcrich","text":"alpha\\nbravo","zh":"\\u5929\\u6d25","k\\u00e4se":1,"nested":${JSON.stringify(inner)}}`;
    const call = { call_id: 'call_json', status: 'completed' } as const;
    const { id } = await server.client.conversations.create({
      items: [
        { type: 'function_call', name: 'f', arguments: json, ...call },
        { type: 'function_call_output', output: json, ...call },
        {
          type: 'function_call_output',
          output: [{ type: 'input_text', text: json }],
          call_id: 'call_json',
        },
        // What is not JSON is searched as it is.
        { type: 'function_call_output', output: `${json} C:\\zulu`, ...call },
      ],
    });
    const found = async (query: string): Promise<readonly number[]> => {
      const { data } = await search(server, query, { filters: { conversation_id: id } });
      return data.map(({ position }) => position).toSorted((a, b) => a - b);
    };
    for (const query of ['Zürich', 'zurich', '天津', 'bravo', '"alpha bravo"', 'käse', 'delta']) {
      expect(await found(query), query).toEqual([0, 1, 2]);
    }
    expect(await found('nbravo')).toEqual([3]);
    expect(await found('zulu')).toEqual([3]);
    const [result] = (await search(server, '天津', { filters: { conversation_id: id } })).data;
    expect(result?.snippet.text).toContain('"city":"Zürich","text":"alpha bravo","zh":"天津"');
    await server.client.conversations.delete(id);
  });

  test('the item and the metadata are part of a result where they are asked for', async () => {
    const [bare] = (await search(server, 'number12')).data;
    expect(Object.keys(bare ?? {})).not.toContain('item');
    const [full] = (await search(server, 'number12', { include: ['item', 'metadata'] })).data;
    const item = await server.client.conversations.items.retrieve(bare?.item_id ?? '', {
      conversation_id: conversations[1] ?? '',
    });
    expect(full).toMatchObject({ ...bare, item, metadata: { part: '10' } });
  });

  test('the id of an item finds it', async () => {
    const [bare] = (await search(server, 'number12')).data;
    const { data, search_query } = await search(server, bare?.item_id ?? '');
    expect(data).toEqual([{ ...bare, snippet: { ...bare?.snippet, highlights: [] } }]);
    expect(search_query).toEqual([bare?.item_id]);
  });

  test('a phrase does not reach from one part of an item into the next', async () => {
    const content = ['left edge', 'right edge'].map(
      (text) => ({ type: 'input_text', text }) as const,
    );
    await server.client.conversations.create({
      items: [{ type: 'message', role: 'user', content }],
    });
    expect((await search(server, '"edge right"')).data).toEqual([]);
    expect((await search(server, 'left right')).data.flatMap(highlighted)).toEqual(['left']);
  });

  test('responses of conversations are found, and those without a conversation are not listed', async () => {
    const { data } = await search(server, 'common', { limit: 1 });
    expect(data).toHaveLength(1);
  });
});

describe('bad requests', () => {
  const words = (count: number): string =>
    Array.from({ length: count }, (_, i) => `w${i}`).join(' ');

  test.each<[string, object, string, string | null]>([
    ['no query', {}, 'missing_required_parameter', 'query'],
    ['no words', { query: ' "" * - & ' }, 'missing_required_parameter', 'query'],
    ['exclusions alone', { query: '-a -"b c"' }, 'missing_required_parameter', 'query'],
    ['33 words', { query: words(33) }, 'invalid_value', 'query'],
    [
      '65 characters of a script without spaces',
      { query: '天'.repeat(65) },
      'invalid_value',
      'query',
    ],
    ['a short beginning', { query: 'ab*' }, 'invalid_value', 'query'],
    ['a long query', { query: 'x'.repeat(1025) }, 'string_above_max_length', 'query'],
    ['a number as query', { query: 5 }, 'invalid_type', 'query'],
    ['a limit of 0', { query: 'a', limit: 0 }, 'integer_below_min_value', 'limit'],
    ['a limit of 101', { query: 'a', limit: 101 }, 'integer_above_max_value', 'limit'],
    ['an unknown sort', { query: 'a', sort: 'oldest' }, 'invalid_value', 'sort'],
    ['an unknown filter', { query: 'a', filters: { tag: 1 } }, 'unknown_parameter', 'filters.tag'],
    [
      'milliseconds',
      { query: 'a', filters: { created_after: 1_790_000_000_000 } },
      'invalid_value',
      'filters.created_after',
    ],
    ['a page of no search', { query: 'a', page: 'x' }, 'invalid_value', 'page'],
    ['a page that is JSON', { query: 'a', page: 'W10' }, 'invalid_value', 'page'],
  ])('%s is refused', async (_, body, code, param) => {
    const { status, body: answer } = await postSearch(server, body);
    expect(answer.error).toMatchObject({ code, param });
    expect(status).toBe(400);
  });

  test('the refusal of a short beginning names the word before the sign', async () => {
    const { body } = await postSearch(server, { query: 'at 192.16*' });
    expect(body.error?.message).toBe(
      "Invalid 'query': '16*'. Expected at least 3 characters in the word before '*'.",
    );
  });

  test('the refusal of exclusions alone says that they find nothing', async () => {
    const { body } = await postSearch(server, { query: '-helm -foo' });
    expect(body.error?.message).toContain('excluded words alone find nothing');
  });

  test('64 characters of a script without spaces are taken, and found', async () => {
    const text = 'การตั้งค่าเซิร์ฟเวอร์สำหรับระบบค้นหาข้อความ';
    const { id } = await server.client.conversations.create({ items: [message('user', text)] });
    const { data } = await search(server, text);
    expect(data.map((result) => result.conversation_id)).toEqual([id]);
    const characters = { query: '天'.repeat(64) };
    expect((await postSearch(server, characters)).status).toBe(200);
  });

  test('32 words are taken', async () => {
    expect((await postSearch(server, { query: words(32) })).status).toBe(200);
  });

  test.each<[string, object]>([
    ['query', { query: 'number1' }],
    ['sort', { query: 'common', sort: 'relevance' }],
    ['filters', { query: 'common', filters: { role: ['user'] } }],
  ])('a page of a search with another %s is refused', async (_, other) => {
    const { next_page: page } = await search(server, 'common', { limit: 1 });
    const { status, body } = await postSearch(server, { ...other, page });
    expect([status, body.error?.param]).toEqual([400, 'page']);
  });

  test.each([
    [[1.5], [-1], [2 ** 60], ['1'], [1, 2, 3], [1, 'c', -2], [1, 'c'], [{}], [null, 'c', 1]],
  ])('a page that was made up is refused', async (...places) => {
    const { next_page: page } = await search(server, 'common', { limit: 1 });
    const [hash] = JSON.parse(Buffer.from(page ?? '', 'base64url').toString()) as [string];
    for (const place of places) {
      const forged = Buffer.from(JSON.stringify([hash, ...place])).toString('base64url');
      const { status } = await postSearch(server, { query: 'common', page: forged });
      expect(status, JSON.stringify(place)).toBe(400);
    }
  });
});

test('the path of a search is unknown where search is off, and the document does not have it', async () => {
  await using off = await startServer('--search', 'off');
  const { status } = await fetch(`${off.origin}${SEARCH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"a"}',
  });
  expect(status).toBe(404);
  const { body } = await off.request('/openapi.json');
  expect(JSON.stringify(body)).not.toContain('searchConversations');
});
