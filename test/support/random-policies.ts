/** Random policies and principals, of a few names that meet often. */

import fc from 'fast-check';
import { ACTIONS, type Condition, type Rule } from '../../src/access/policy/rule.ts';
import type { Principal } from '../../src/access/principal.ts';
import { ATTRIBUTE_NAMES, type Attributes } from '../../src/base/row-filter.ts';

const subjects = ['ann', 'bob', 'anonymous', "o'hara"];
const values = ['a', 'b', 'c d', '"', "'"];

export const subject = fc.constantFrom(...subjects);
export const attributes: fc.Arbitrary<Attributes> = fc.record(
  Object.fromEntries(ATTRIBUTE_NAMES.map((name) => [name, fc.subarray(values, { minLength: 1 })])),
  { requiredKeys: [] },
);
export const principal: fc.Arbitrary<Principal> = fc.record({
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
export const ids = ['conv_0', 'conv_1', 'conv_2', 'conv_3', 'conv_4', 'conv_5'];
export const rule: fc.Arbitrary<Rule> = fc.record({
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
