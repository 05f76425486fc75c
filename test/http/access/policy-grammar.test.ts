import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { decide } from '../../../src/access/policy/decide.ts';
import { policyOf } from '../../../src/access/policy/parse.ts';
import type { Policy } from '../../../src/access/policy/rule.ts';
import { loadConfig } from '../../../src/index.ts';
import { temporaryFolder } from '../../support/folder.ts';

/** Parses rules that a config file gives. */
async function parse(...rules: unknown[]): Promise<Policy> {
  await using folder = await temporaryFolder();
  const file = folder.path('c.yaml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ auth: { schemes: ['keys'], access_policy: rules } }));
  const { auth } = await loadConfig({ arguments: ['--config', file] });
  return policyOf(auth.accessPolicy);
}

const all = { actions: ['read'] };

test.each([
  ['user is owner', { kind: 'owner', negated: false }],
  ['user is not owner', { kind: 'owner', negated: true }],
  ['resource is unowned', { kind: 'unowned' }],
  ['user with admin in roles', { kind: 'has', value: 'admin', attribute: 'roles', negated: false }],
  ['user with x y not in teams', { kind: 'has', value: 'x y', attribute: 'teams', negated: true }],
  ['user in owners teams', { kind: 'shares', attribute: 'teams', negated: false }],
  ['user not in owners projects', { kind: 'shares', attribute: 'projects', negated: true }],
])('the condition "%s" is parsed in when and in unless', async (text, expected) => {
  expect((await parse({ permit: all, when: text }))[0]?.guard).toEqual({
    kind: 'when',
    conditions: [expected],
  });
  expect((await parse({ forbid: all, unless: [text, text] }))[0]?.guard).toEqual({
    kind: 'unless',
    conditions: [expected, expected],
  });
});

test('a rule names conversations by the words of Colloquy or of Llama Stack', async () => {
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
  [{ permit: { ...all, principle: 'x' } }, 'Unknown setting auth.access_policy.0.permit.principle'],
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
])('the rule %j is refused with its place and a fix', async (source, message) => {
  const refused = await parse(source).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    message: expect.stringMatching(/auth\.access_policy\.0.*line 1 of \S+c\.yaml/),
    fix: expect.stringMatching(/\S/),
  });
  expect(String(refused)).toMatch(message);
});

test('the first matching rule decides, and an action without one is forbidden', async () => {
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
