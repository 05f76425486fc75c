import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decide, filterFor, type Resource } from '../../../src/access/policy/decide.ts';
import {
  ACTIONS,
  PRIVATE_POLICY,
  type Condition,
  type Rule,
} from '../../../src/access/policy/rule.ts';
import type { Principal } from '../../../src/access/principal.ts';
import { ATTRIBUTE_NAMES, type Attributes } from '../../../src/base/row-filter.ts';
import { ALL, loadConfig, openStore, type Store } from '../../../src/index.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';

const subjects = ['ann', 'bob', 'anonymous', "o'hara"];
const values = ['a', 'b', 'c d', '"', "'"];

const subject = fc.constantFrom(...subjects);
const attributes: fc.Arbitrary<Attributes> = fc.record(
  Object.fromEntries(ATTRIBUTE_NAMES.map((name) => [name, fc.subarray(values, { minLength: 1 })])),
  { requiredKeys: [] },
);
const principal: fc.Arbitrary<Principal> = fc.record({
  tenant: fc.constant('t'),
  subject,
  owner: subject,
  attributes,
});
const attribute = fc.constantFrom(...ATTRIBUTE_NAMES);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant('owner' as const), negated: fc.boolean() }),
  fc.record({ kind: fc.constant('unowned' as const) }),
  fc.record({
    kind: fc.constant('has' as const),
    value: fc.constantFrom(...values),
    attribute,
    negated: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('shares' as const), attribute, negated: fc.boolean() }),
);
/** The last ones are deleted. */
const ids = ['conv_0', 'conv_1', 'conv_2', 'conv_3', 'conv_4', 'conv_5', 'conv_6', 'conv_7'];
const DELETED = ids.slice(-2);
const rule: fc.Arbitrary<Rule> = fc.record({
  effect: fc.constantFrom('permit' as const, 'forbid' as const),
  principal: fc.option(subject, { nil: undefined }),
  actions: fc.subarray([...ACTIONS], { minLength: 1 }),
  conversations: fc.option(fc.subarray(ids, { minLength: 1 }), { nil: undefined }),
  guard: fc.option(
    fc.record({
      kind: fc.constantFrom('when' as const, 'unless' as const),
      conditions: fc.array(condition, { minLength: 1, maxLength: 3 }),
    }),
    { nil: undefined },
  ),
  description: fc.constant(undefined),
  origin: fc.constant('a test'),
});

let database: TestDatabase;
let store: Store;
let resources: readonly Resource[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  const config = await loadConfig({ arguments: ['--database-url', database.url] });
  store = await openStore(config.database);
  const samples = fc.sample(fc.tuple(subject, attributes), { numRuns: ids.length, seed: 7 });
  resources = samples.map(([owner, theirs], index) => ({
    id: ids[index] ?? '',
    owner,
    attributes: theirs,
  }));
  for (const { id, owner, attributes: theirs } of resources) {
    await store.conversations.create({
      tenant: 't',
      conversationId: id,
      owner,
      attributes: theirs,
      metadata: '{}',
      createdAt: Date.now(),
      items: [],
      readable: { kind: 'none' },
    });
  }
  for (const conversationId of DELETED) {
    await store.conversations.delete({ tenant: 't', conversationId, access: ALL });
  }
});
afterAll(async () => {
  await store.close();
  await database[Symbol.asyncDispose]();
});

/** A moment before the conversations were made. */
const BEFORE = { at: Date.now() - 60_000, transaction: 3, database: 0 };

async function idsOf(
  pages: AsyncIterable<readonly { readonly conversationId: string }[]>,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const page of pages) for (const each of page) found.add(each.conversationId);
  return [...found].toSorted((a, b) => a.localeCompare(b));
}

test('a policy decides in SQL as it decides in the program', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 5 }),
      principal,
      fc.constantFrom(...ACTIONS),
      async (policy, who, action) => {
        const access = filterFor(policy, who, action);
        const allowed = resources
          .filter((resource) => decide(policy, who, action, resource).allowed)
          .map(({ id }) => id)
          .filter((id) => !DELETED.includes(id));
        const page = await store.conversations.list({
          tenant: 't',
          access,
          order: 'asc',
          limit: 100,
          cursor: undefined,
          metadata: [],
          createdFrom: undefined,
          createdUntil: undefined,
        });
        expect(page?.entries.map(({ id }) => id)).toEqual(allowed);
        const news = { tenant: 't', access, since: BEFORE };
        expect(await idsOf(store.changes.changed(news))).toEqual(allowed);
        const deleted = resources
          .filter(({ id }) => DELETED.includes(id))
          .filter((resource) => decide(policy, who, action, resource).allowed)
          .map(({ id }) => id);
        expect(await idsOf(store.changes.deleted(news))).toEqual(deleted);
        for (const { id } of resources) {
          const deletion = await store.changes.deletion({
            tenant: 't',
            conversationId: id,
            access,
          });
          expect(deletion !== null, id).toBe(deleted.includes(id));
          const found = await store.conversations.get({
            tenant: 't',
            conversationId: id,
            access,
          });
          expect(found !== null, id).toBe(allowed.includes(id));
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('a policy that is not written becomes one condition on the owner', () => {
  const who = { tenant: 't', subject: 'ann', owner: 'ann', attributes: { teams: ['a'] } };
  expect(filterFor(PRIVATE_POLICY, who, 'read')).toEqual({ kind: 'owner', subject: 'ann' });
});
