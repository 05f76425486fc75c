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
import { loadConfig, openStore, type Store } from '../../../src/index.ts';
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
const ids = ['conv_0', 'conv_1', 'conv_2', 'conv_3', 'conv_4', 'conv_5'];
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
      createdAt: 1,
      items: [],
      readable: { kind: 'none' },
    });
  }
});
afterAll(async () => {
  await store.close();
  await database[Symbol.asyncDispose]();
});

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
          .map(({ id }) => id);
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
        for (const { id } of resources) {
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
