import { closest } from 'fastest-levenshtein';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { ATTRIBUTE_NAMES, type AttributeName } from '../../base/row-filter.ts';
import type { PolicyRuleOptions, PolicyScopeOptions } from '../../options/access-policy.ts';
import {
  ACTIONS,
  PRIVATE_POLICY,
  type Action,
  type Condition,
  type Policy,
  type Rule,
} from './rule.ts';

const EFFECTS = ['permit', 'forbid'] as const;

/**
 * Parses rules in Llama Stack's `access_policy` grammar. Without rules returns the private policy. Throws an
 * `OperatorError` that names the rule's place and the fix.
 */
export function policyOf(rules: readonly PolicyRuleOptions[] | undefined): Policy {
  return rules === undefined ? PRIVATE_POLICY : rules.map(parseRule);
}

function parseRule(rule: PolicyRuleOptions): Rule {
  const [effect, second] = EFFECTS.filter((key) => rule[key] !== undefined);
  const scope = effect === undefined ? undefined : rule[effect];
  if (effect === undefined || scope === undefined || second !== undefined) {
    throw refusal(rule, 'a rule has either permit or forbid', 'Write exactly one of them.');
  }
  return {
    effect,
    principal: scope.principal,
    actions: parseActions(scope),
    conversations: parseResources(scope),
    guard: parseGuard(rule),
    description: rule.description,
    origin: rule.origin,
  };
}

function parseActions(scope: PolicyScopeOptions): readonly Action[] {
  const fix = `Write actions: [${ACTIONS.join(', ')}], or some of them.`;
  const { actions = [] } = scope;
  if (actions.length === 0) throw refusal(scope, 'a rule needs actions', fix);
  return actions.map((action) => {
    const known = ACTIONS.find((candidate) => candidate === action);
    if (known !== undefined) return known;
    const nearest = closest(action, [...ACTIONS]);
    throw refusal(scope, `there is no action '${action}'`, `The nearest is ${nearest}. ${fix}`);
  });
}

/** Conversations as resources. The names that begin with `sql_record::` are those of Llama Stack. */
const RESOURCE =
  /^(?:conversation|sql_record::openai_conversations|sql_record::conversation_items)::(\*|[A-Za-z0-9_-]+)$/;

/** Returns the ids of the scope's conversations; `undefined` for all conversations. */
function parseResources(scope: PolicyScopeOptions): readonly string[] | undefined {
  const fix = 'Write conversation::* for all, or conversation::ID for one.';
  const { resource } = scope;
  if (resource?.length === 0) throw refusal(scope, 'resource is empty, and matches nothing', fix);
  const ids = resource?.map((name) => {
    const id = RESOURCE.exec(name)?.[1];
    if (id !== undefined) return id;
    throw refusal(scope, `'${name}' is not a resource`, fix);
  });
  return ids?.includes('*') === true ? undefined : ids;
}

function parseGuard(rule: PolicyRuleOptions): Rule['guard'] {
  const [kind, second] = (['when', 'unless'] as const).filter((key) => rule[key] !== undefined);
  if (kind === undefined) return undefined;
  if (second !== undefined) {
    throw refusal(rule, 'a rule has both when and unless', 'Keep one, or write two rules.');
  }
  const conditions = rule[kind] ?? [];
  if (conditions.length === 0) {
    throw refusal(rule, `${kind} has no condition`, `Leave ${kind} out, or write a condition.`);
  }
  return { kind, conditions: conditions.map((text) => parseCondition(text, rule)) };
}

/** Values that look like several conditions, or have quotes that would be part of the value. */
const AMBIGUOUS_VALUE = /["'`,]| (?:in|and|or|not) /;
const USER_WITH = /^user with (.+?) (not )?in (\S+)$/;
const USER_IN_OWNERS = /^user (not )?in owners (\S+)$/;

function parseCondition(text: string, rule: PolicyRuleOptions): Condition {
  const plain = text.trim().replaceAll(/\s+/g, ' ');
  if (plain === 'user is owner') return { kind: 'owner', negated: false };
  if (plain === 'user is not owner') return { kind: 'owner', negated: true };
  if (plain === 'resource is unowned') return { kind: 'unowned' };
  const [, notShared, shared] = USER_IN_OWNERS.exec(plain) ?? [];
  if (shared !== undefined) {
    const attribute = parseAttribute(shared, rule);
    return { kind: 'shares', attribute, negated: notShared !== undefined };
  }
  const [, given, notIn, list] = USER_WITH.exec(plain) ?? [];
  if (given !== undefined && list !== undefined && !AMBIGUOUS_VALUE.test(` ${given} `)) {
    const attribute = parseAttribute(list, rule);
    return { kind: 'has', value: given, attribute, negated: notIn !== undefined };
  }
  throw refusal(
    rule,
    `'${text}' is not a condition`,
    'Write one condition a line, without quotes: user is owner; user is not owner; user with VALUE in LIST; user with VALUE not in LIST; user in owners LIST; user not in owners LIST; resource is unowned.',
  );
}

function parseAttribute(name: string, rule: PolicyRuleOptions): AttributeName {
  const known = ATTRIBUTE_NAMES.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  const nearest = closest(name, [...ATTRIBUTE_NAMES]);
  throw refusal(
    rule,
    `users have no list '${name}'`,
    `The nearest is ${nearest}; there are ${ATTRIBUTE_NAMES.join(', ')}.`,
  );
}

function refusal(
  { origin }: { readonly origin: string },
  problem: string,
  fix: string,
): OperatorError {
  return new OperatorError('invalid_policy', `${origin}: ${problem}.`, fix);
}
