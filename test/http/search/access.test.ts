import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decide, filterFor } from '../../../src/access/policy/decide.ts';
import { wordsOf } from '../../../src/base/words.ts';
import { parseTerms, type SearchTerm } from '../../../src/contract/search/terms.ts';
import type { Store } from '../../../src/index.ts';
import { indexAll } from '../../../src/service/search/index-all.ts';
import { keysWithPolicy, startAccessServer } from '../../support/access.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { attributes, ids, principal, rule, subject } from '../../support/random-policies.ts';
import { NO_FILTERS, SEARCH } from '../../support/search.ts';
import { openOn } from '../../support/store.ts';

const WORDS = ['sun', 'moon', 'sunset', 'moonlight', '月', '太陽'];
const text = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 })
  .map((words) => words.join(' '));
const query = fc
  .array(
    fc.constantFrom('sun', 'moon', 'sun*', '"sun moon"', '-moonlight', '月', '-"moon sun"', '太陽'),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join(' '))
  .filter((parts) => parts.split(' ').some((part) => !part.startsWith('-') && part !== 'sun"'));

interface StoredText {
  readonly conversationId: string;
  readonly position: number;
  readonly createdAt: number;
  readonly text: string;
}

let database: TestDatabase;
let store: Store & AsyncDisposable;
const texts: StoredText[] = [];
const samples = fc.sample(
  fc.tuple(subject, attributes, fc.array(text, { minLength: 4, maxLength: 9 })),
  {
    numRuns: ids.length,
    seed: 11,
  },
);
const resources = samples.map(([owner, theirs], index) => ({
  id: ids[index] ?? '',
  owner,
  attributes: theirs,
}));

beforeAll(async () => {
  database = await freshDatabase();
  store = await openOn(database.url);
  for (const [index, [owner, theirs, contents]] of samples.entries()) {
    const conversationId = ids[index] ?? '';
    const createdAt = 1_000_000 + ((index * 7) % 5) * 1_000;
    const items = contents.map((content, position) => ({
      kind: 'minted' as const,
      id: `msg_${index}_${position}`,
      type: 'message',
      data: JSON.stringify({ role: 'user', content: [{ type: 'input_text', text: content }] }),
    }));
    await store.conversations.create({
      tenant: 't',
      conversationId,
      owner,
      attributes: theirs,
      metadata: '{}',
      createdAt,
      items,
      readable: { kind: 'none' },
    });
    contents.forEach((content, position) => {
      texts.push({ conversationId, position, createdAt, text: content });
    });
  }
  await indexAll(store.search);
});
afterAll(async () => {
  await store.close();
  await database[Symbol.asyncDispose]();
});

function hasTerm(content: string, { words, isPrefix }: SearchTerm): boolean {
  const all = ` ${wordsOf(content)
    .map((word) => word.text)
    .join(' ')} `;
  return all.includes(` ${words.join(' ')}${isPrefix ? '' : ' '}`);
}

test('a search finds what a caller finds by reading all that it may list', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 5 }),
      principal,
      query,
      fc.integer({ min: 1, max: 8 }),
      async (policy, who, asked, limit) => {
        const terms = parseTerms(asked);
        const readable = new Set(
          resources
            .filter((resource) => decide(policy, who, 'read', resource).allowed)
            .map(({ id }) => id),
        );
        const expected = texts.filter(
          (stored) =>
            readable.has(stored.conversationId) &&
            terms.wanted.every((term) => hasTerm(stored.text, term)) &&
            !terms.unwanted.some((term) => hasTerm(stored.text, term)),
        );
        const found: string[] = [];
        let after;
        do {
          const page = await store.search.byTime({
            tenant: 't',
            access: filterFor(policy, who, 'read'),
            filters: NO_FILTERS,
            limit,
            terms,
            after,
          });
          const times = page.entries.map(({ createdAt }) => createdAt);
          expect(times).toEqual(times.toSorted((a, b) => b - a));
          found.push(...page.entries.map((item) => `${item.conversationId} ${item.position}`));
          after = page.next;
        } while (after !== undefined);
        const names = expected.map((item) => `${item.conversationId} ${item.position}`);
        expect(found.toSorted()).toEqual(names.toSorted());
      },
    ),
    { numRuns: 200 },
  );
});

test('a search over HTTP shows what the policy lets its caller read, and nothing of another tenant', async () => {
  await using access = await startAccessServer(
    keysWithPolicy(
      'permit: { actions: [create, read, update, delete] }\n      when: user is owner',
      'permit: { actions: [read] }\n      when: user in owners teams',
    ),
  );
  const keys = {
    ann: await access.key('ann', '--team', 'a'),
    bob: await access.key('bob', '--team', 'a'),
    eve: await access.key('eve', '--team', 'b'),
    other: await access.key('ann', '--tenant', 'other', '--team', 'a'),
  };
  for (const [name, key] of Object.entries(keys)) {
    const items = [{ type: 'message', role: 'user', content: `secret of ${name}` }];
    await access.call(key, 'POST', '/v1/conversations', { items });
  }
  const seen = async (key: string, more: object = {}): Promise<readonly string[]> => {
    const body = { query: 'secret', ...more };
    const answer = await access.call(key, 'POST', SEARCH, body);
    // Sound: results of a search.
    const data = answer.body.data as unknown as { snippet: { text: string } }[];
    return data.map(({ snippet }) => snippet.text.replace('secret of ', '')).toSorted();
  };
  const { body: own } = await access.call(keys.ann, 'POST', SEARCH, { query: 'secret of ann' });
  // Sound: results of a search.
  const [{ item_id: query }] = own.data as unknown as [{ item_id: string }];
  expect(await seen(keys.bob, { query })).toEqual(['ann']);
  expect(await seen(keys.eve, { query })).toEqual([]);
  expect(await seen(keys.other, { query })).toEqual([]);
  expect(await seen(keys.ann)).toEqual(['ann', 'bob']);
  expect(await seen(keys.bob)).toEqual(['ann', 'bob']);
  expect(await seen(keys.eve)).toEqual(['eve']);
  expect(await seen(keys.other)).toEqual(['other']);
  expect(await seen(keys.eve, { filters: { owner: 'ann' } })).toEqual([]);
  expect(await seen(keys.bob, { filters: { owner: 'ann' } })).toEqual(['ann']);
});
