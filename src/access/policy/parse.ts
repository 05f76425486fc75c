import { closest } from 'fastest-levenshtein';
import type { OperatorError } from '../../base/errors/operator-error.ts';
import { ATTRIBUTE_NAMES, type AttributeName } from '../../base/row-filter.ts';
import type { Section } from '../../base/section.ts';
import {
  ACTIONS,
  PRIVATE_POLICY,
  type Action,
  type Condition,
  type Policy,
  type Rule,
} from './rule.ts';

const SCOPE_KEYS = ['principal', 'actions', 'resource'];
const EFFECTS = ['permit', 'forbid'] as const;

/**
 * Reads rules in Llama Stack's `access_policy` grammar. Throws an `OperatorError` that names the place
 * and the fix.
 */
function parsePolicy(rules: readonly Section[]): Policy {
  return rules.map(parseRule);
}

/** The written policy, or where nobody wrote one, the private one. */
export function policyOf(rules: readonly Section[] | undefined): Policy {
  return rules === undefined ? PRIVATE_POLICY : parsePolicy(rules);
}

function parseRule(rule: Section): Rule {
  const [effect, second] = EFFECTS.filter((key) => rule.has(key));
  const scope = effect === undefined ? undefined : rule.section(effect, SCOPE_KEYS);
  if (effect === undefined || scope === undefined || second !== undefined) {
    throw refusal(rule, 'a rule has either permit or forbid', 'Write exactly one of them.');
  }
  return {
    effect,
    principal: scope.exactText('principal'),
    actions: parseActions(scope),
    conversations: parseResources(scope),
    guard: parseGuard(rule),
    description: rule.text('description'),
    origin: rule.origin(),
  };
}

function parseActions(scope: Section): readonly Action[] {
  const fix = `Write actions: [${ACTIONS.join(', ')}], or some of them.`;
  const actions = scope.texts('actions') ?? [];
  if (actions.length === 0) throw refusal(scope, 'a rule needs actions', fix);
  return actions.map((action) => {
    const known = ACTIONS.find((candidate) => candidate === action);
    if (known !== undefined) return known;
    const nearest = closest(action, [...ACTIONS]);
    throw refusal(scope, `there is no action '${action}'`, `The nearest is ${nearest}. ${fix}`);
  });
}

/** `sql_record::…` are the names under which Llama Stack knows what is a conversation here. */
const RESOURCE =
  /^(?:conversation|sql_record::openai_conversations|sql_record::conversation_items)::(\*|[A-Za-z0-9_-]+)$/;

function parseResources(scope: Section): readonly string[] | undefined {
  const fix = 'Write conversation::* for all, or conversation::ID for one.';
  const resources = scope.texts('resource');
  if (resources?.length === 0) throw refusal(scope, 'resource is empty, and matches nothing', fix);
  const ids = resources?.map((resource) => {
    const id = RESOURCE.exec(resource)?.[1];
    if (id !== undefined) return id;
    throw refusal(scope, `'${resource}' is no resource`, fix);
  });
  return ids?.includes('*') === true ? undefined : ids;
}

function parseGuard(rule: Section): Rule['guard'] {
  const [kind, second] = (['when', 'unless'] as const).filter((key) => rule.has(key));
  if (kind === undefined) return undefined;
  if (second !== undefined) {
    throw refusal(rule, 'a rule has both when and unless', 'Keep one, or write two rules.');
  }
  const conditions = rule.texts(kind) ?? [];
  if (conditions.length === 0) {
    throw refusal(rule, `${kind} has no condition`, `Leave ${kind} out, or write a condition.`);
  }
  return { kind, conditions: conditions.map((text) => parseCondition(text, rule)) };
}

/** What looks like more than one condition, or like quotes that would be part of the value. */
const AMBIGUOUS_VALUE = /["'`,]| (?:in|and|or|not) /;
const USER_WITH = /^user with (.+?) (not )?in (\S+)$/;
const USER_IN_OWNERS = /^user (not )?in owners (\S+)$/;

function parseCondition(text: string, rule: Section): Condition {
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
    `'${text}' is no condition`,
    'Write one condition a line, without quotes: user is owner; user is not owner; user with VALUE in LIST; user with VALUE not in LIST; user in owners LIST; user not in owners LIST; resource is unowned.',
  );
}

function parseAttribute(name: string, rule: Section): AttributeName {
  const known = ATTRIBUTE_NAMES.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  const nearest = closest(name, [...ATTRIBUTE_NAMES]);
  throw refusal(
    rule,
    `users have no list '${name}'`,
    `The nearest is ${nearest}; there are ${ATTRIBUTE_NAMES.join(', ')}.`,
  );
}

function refusal(section: Section, problem: string, fix: string): OperatorError {
  return section.invalid(problem, fix, 'invalid_policy');
}
