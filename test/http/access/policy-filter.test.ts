import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decide, filterFor, type Resource } from '../../../src/access/policy/decide.ts';
import { ACTIONS, PRIVATE_POLICY } from '../../../src/access/policy/rule.ts';
import { loadConfig, openStore, type Store } from '../../../src/index.ts';
import { freshDatabase, type TestDatabase } from '../../support/database.ts';
import { attributes, ids, principal, rule, subject } from '../../support/random-policies.ts';

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
