import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  OWN_WORDS,
  parseQuery,
  withFilter,
  withoutFilter,
} from '../../console/src/conversations/query.ts';
import { zone } from '../../console/src/text/clock.ts';
import { searchBody, unusedFilters } from '../../console/src/search/request.ts';

// The choice of the zone is read when the bar is loaded.
vi.hoisted(() => vi.stubGlobal('localStorage', { getItem: () => null }));

const parametersOf = (text: string) =>
  parseQuery(text).filters.flatMap(({ parameters }) => parameters.map((pair) => pair.join('=')));

test.each([
  ['user_id:user-17', ['metadata[user_id]=user-17']],
  ['topic:"two words" owner:ann', ['metadata[topic]=two words', 'owner=ann']],
  ['has:topic', ['metadata_key[]=topic']],
])('the bar takes %s as filters', (text, parameters) => {
  expect(parametersOf(text)).toEqual(parameters);
  expect(parseQuery(text).words).toBe('');
});

test('a range of days has both of its days', () => {
  const [after = '', before = ''] = parametersOf('created:2026-11-01..2026-11-02');
  const seconds = (text: string) => Number(text.split('=')[1]);
  expect(after).toMatch(/^created_after=/);
  expect(before).toMatch(/^created_before=/);
  // Both bounds are exclusive.
  expect(seconds(before) - seconds(after)).toBe(2 * 86_400 + 1);
  expect(parametersOf('active:..2026-11-02')).toHaveLength(1);
});

test('a day is that of the zone in which times are shown, and ends where the next one begins', () => {
  const hours = (day: string) => {
    const [after = 0, before = 0] = parametersOf(`created:${day}`).map((text) =>
      Number(text.split('=')[1]),
    );
    return [new Date((after + 1) * 1000).toISOString(), (before - after - 1) / 3600];
  };
  onTestFinished(() => {
    zone.value = 'local';
    vi.unstubAllEnvs();
  });
  vi.stubEnv('TZ', 'Europe/Zurich');
  expect(hours('2026-03-29')).toEqual(['2026-03-28T23:00:00.000Z', 23]);
  expect(hours('2026-10-25')).toEqual(['2026-10-24T22:00:00.000Z', 25]);
  zone.value = 'UTC';
  expect(hours('2026-03-29')).toEqual(['2026-03-29T00:00:00.000Z', 24]);
});

test.each([
  'created:yesterday',
  'created:2026-13-45',
  'active:2026-02-29..',
  'owner:',
  'active:..',
])('the bar says what is wrong in %s', (text) => {
  const { problems, filters } = parseQuery(text);
  expect(problems).toHaveLength(1);
  expect(filters).toEqual([]);
});

test.each(['"helm rollback" -dev', 'https://example.com/a', 'deploy*', '-"a b"'])(
  '%s is words to search for',
  (text) => {
    expect(parseQuery(text)).toMatchObject({ words: text, filters: [], problems: [] });
  },
);

test('an id or a link is opened, and not searched for', () => {
  const id = 'msg_01a21cee5afe0000678e';
  expect(parseQuery(id).id).toBe(id);
  const link = `http://127.0.0.1:4141/console/#/conversations/conv_1?item=${id}`;
  expect(parseQuery(link).id).toBe(id);
  expect(parseQuery(`${id} words`).id).toBeUndefined();
});

test('a filter is added once, and taken away again', () => {
  const text = withFilter('parcel', 'topic', 'two words');
  expect(text).toBe('parcel topic:"two words"');
  expect(withFilter(text, 'topic', 'two words')).toBe(text);
  const [filter] = parseQuery(text).filters;
  expect(filter === undefined ? '' : withoutFilter(text, filter)).toBe('parcel');
});

test('a filter that is a part of another one is added and taken away by itself', () => {
  const text = withFilter('data:b', 'a', 'b');
  expect(text).toBe('data:b a:b');
  const [, filter] = parseQuery(text).filters;
  expect(filter === undefined ? '' : withoutFilter(text, filter)).toBe('data:b');
});

test('each pair of metadata can be said as a filter, and is understood again', () => {
  const link = '#/conversations/conv_01a21cee5afe0000678e';
  const words = fc.constantFrom(
    ...OWN_WORDS.keys(),
    'a b',
    '"',
    '\\',
    ':',
    '-',
    '//',
    '\n',
    'x',
    'https',
    link,
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(words).map((each) => each.join('')),
  );
  fc.assert(
    fc.property(texts, texts, (key, value) => {
      const alone = parseQuery(withFilter('', key, value));
      expect(alone.filters.map(({ pair }) => pair)).toEqual([[key, value]]);
      const text = withFilter('user_id:user-17', key, value);
      const pairs = parseQuery(text).filters.map(({ pair }) => pair);
      const before = ['user_id', 'user-17'];
      const isSame = key === before[0] && value === before[1];
      expect(pairs).toEqual(isSame ? [before] : [before, [key, value]]);
    }),
  );
});

test('a search has the filters of the bar, and names those that it does not take', () => {
  const query = parseQuery('parcel topic:refund owner:ann active:2026-11-01 has:user_id');
  expect(searchBody(query, undefined)).toMatchObject({
    query: 'parcel',
    filters: { metadata: { topic: 'refund' }, owner: 'ann' },
  });
  expect(unusedFilters(query).map(({ label }) => label)).toEqual([
    'active from 2026-11-01 to 2026-11-01',
    'has user_id',
  ]);
});
