import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide, filterFor, type Resource } from '../../../src/access/policy/decide.ts';
import { policyOf } from '../../../src/access/policy/parse.ts';
import {
  ACTIONS,
  PRIVATE_POLICY,
  type Condition,
  type Policy,
  type Rule,
} from '../../../src/access/policy/rule.ts';
import type { Principal } from '../../../src/access/principal.ts';
import { ATTRIBUTE_NAMES, type Attributes } from '../../../src/base/row-filter.ts';
import { loadConfig, openStore, type Store } from '../../../src/index.ts';
import { temporaryFolder } from '../../support/folder.ts';
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

describe('a policy', () => {
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

  test('decides in SQL as it decides in the program', async () => {
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
            expect(found !== null).toBe(allowed.includes(id));
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('that nobody wrote is private, and one condition on the owner', () => {
    const who = { tenant: 't', subject: 'ann', owner: 'ann', attributes: { teams: ['a'] } };
    expect(filterFor(PRIVATE_POLICY, who, 'read')).toEqual({ kind: 'owner', subject: 'ann' });
  });
});

/** Parses rules that a config file gives. */
async function parse(...rules: unknown[]): Promise<Policy> {
  await using folder = await temporaryFolder();
  const file = folder.path('c.yaml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ auth: { schemes: ['keys'], access_policy: rules } }));
  const { auth } = await loadConfig({ arguments: ['--config', file] });
  return policyOf(auth.accessPolicy);
}

describe('the grammar', () => {
  const all = { actions: ['read'] };
  test.each([
    ['user is owner', { kind: 'owner', negated: false }],
    ['user is not owner', { kind: 'owner', negated: true }],
    ['resource is unowned', { kind: 'unowned' }],
    [
      'user with admin in roles',
      { kind: 'has', value: 'admin', attribute: 'roles', negated: false },
    ],
    [
      'user with x y not in teams',
      { kind: 'has', value: 'x y', attribute: 'teams', negated: true },
    ],
    ['user in owners teams', { kind: 'shares', attribute: 'teams', negated: false }],
    ['user not in owners projects', { kind: 'shares', attribute: 'projects', negated: true }],
  ])('%s', async (text, expected) => {
    expect((await parse({ permit: all, when: text }))[0]?.guard).toEqual({
      kind: 'when',
      conditions: [expected],
    });
    expect((await parse({ forbid: all, unless: [text, text] }))[0]?.guard).toEqual({
      kind: 'unless',
      conditions: [expected, expected],
    });
  });

  test('resources have our name and those of Llama Stack', async () => {
    const of = async (resource: unknown) =>
      (await parse({ permit: { ...all, resource } }))[0]?.conversations;
    expect(await of(undefined)).toBeUndefined();
    expect(await of('conversation::*')).toBeUndefined();
    expect(await of('conversation::conv_1')).toEqual(['conv_1']);
    expect(await of('sql_record::openai_conversations::conv_1')).toEqual(['conv_1']);
    expect(await of('sql_record::conversation_items::*')).toBeUndefined();
  });

  test.each([
    [{ permit: all, forbid: all }, 'either permit or forbid'],
    [{}, 'either permit or forbid'],
    [{ permit: {} }, 'needs actions'],
    [{ permit: { actions: ['raed'] } }, "there is no action 'raed'"],
    [{ permit: { ...all, resource: 'model::x' } }, "'model::x' is not a resource"],
    [{ permit: all, when: 'user is tall' }, "'user is tall' is not a condition"],
    [{ permit: all, when: 'user in owners groups' }, "users have no list 'groups'"],
    [{ permit: all, when: 'user is owner', unless: 'user is owner' }, 'both when and unless'],
    [{ permit: all, when: [] }, 'when has no condition'],
    [
      { permit: { ...all, principle: 'x' } },
      'Unknown setting auth.access_policy.0.permit.principle',
    ],
    [{ permit: all, whenn: 'x' }, 'Unknown setting auth.access_policy.0.whenn'],
    ['permit', 'not a map'],
    [{ permit: all, when: null }, 'when has no value'],
    [{ permit: { ...all, principal: null } }, 'principal has no value'],
    [{ permit: { ...all, principal: 12345 } }, /permit\.principal, line 1 of \S+ is not text/],
    [{ permit: { ...all, principal: '' } }, /permit\.principal, line 1 of \S+ is empty/],
    [{ permit: { ...all, resource: null } }, 'resource has no value'],
    [{ permit: { ...all, resource: [] } }, 'resource is empty'],
    [{ permit: { ...all, resource: 'conversation::conv_*' } }, 'is not a resource'],
    [{ permit: { ...all, resource: 'conversation::a, conversation::b' } }, 'is not a resource'],
    [{ forbid: all, unless: 'user with a in roles or user with b in teams' }, 'is not a condition'],
    [{ forbid: all, unless: 'user with "core" in teams' }, 'is not a condition'],
  ])('%j is refused with its place and a fix', async (source, message) => {
    const refused = await parse(source).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      message: expect.stringMatching(/auth\.access_policy\.0.*line 1 of \S+c\.yaml/),
      fix: expect.stringMatching(/\S/),
    });
    expect(String(refused)).toMatch(message);
  });

  test('the first rule that matches decides, and none is no', async () => {
    const who = { tenant: 't', subject: 'ann', owner: 'ann', attributes: {} };
    const mine = { id: 'c', owner: 'ann', attributes: {} };
    const policy = await parse(
      { forbid: { actions: ['delete'] } },
      { permit: { actions: ['read', 'delete'] }, when: 'user is owner' },
    );
    expect(decide(policy, who, 'read', mine)).toMatchObject({ allowed: true, rule: policy[1] });
    expect(decide(policy, who, 'delete', mine)).toMatchObject({ allowed: false, rule: policy[0] });
    expect(decide(policy, who, 'update', mine)).toEqual({ allowed: false, rule: undefined });
  });
});
