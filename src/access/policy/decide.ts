import {
  ALL,
  and,
  NONE,
  not,
  or,
  type AttributeName,
  type Attributes,
  type RowFilter,
} from '../../base/row-filter.ts';
import { UNOWNED, type Principal } from '../principal.ts';
import type { Action, Condition, Policy, Rule } from './rule.ts';

/** The fields of a conversation that access depends on. */
export interface Resource {
  readonly id: string;
  readonly owner: string;
  /** The creator's, stamped when it was created. */
  readonly attributes: Attributes;
}

/**
 * Returns the resource that a creation is decided about: the conversation that would result. Its id is not known yet,
 * so that no rule with ids matches it.
 */
export function resourceToCreate({ owner, attributes }: Principal): Resource {
  return { id: '', owner, attributes };
}

export interface Decision {
  readonly allowed: boolean;
  /** The rule that decided; undefined when none matched. */
  readonly rule: Rule | undefined;
}

/** Decides about one conversation. */
export function decide(
  policy: Policy,
  principal: Principal,
  action: Action,
  resource: Resource,
): Decision {
  const rule = policy.find(
    (candidate) =>
      concerns(candidate, principal, action) && matches(candidate, principal, resource),
  );
  return { allowed: rule?.effect === 'permit', rule };
}

/** Returns the policy as a condition on rows, which holds for exactly those that {@link decide} allows. */
export function filterFor(policy: Policy, principal: Principal, action: Action): RowFilter {
  return policy
    .filter((rule) => concerns(rule, principal, action))
    .reduceRight<RowFilter>((rest, rule) => {
      const matching = ruleFilter(rule, principal);
      return rule.effect === 'permit' ? or(matching, rest) : and(not(matching), rest);
    }, NONE);
}

function concerns(rule: Rule, principal: Principal, action: Action): boolean {
  const isForThem = rule.principal === undefined || rule.principal === principal.subject;
  return isForThem && rule.actions.includes(action);
}

function matches(rule: Rule, principal: Principal, resource: Resource): boolean {
  if (rule.conversations !== undefined && !rule.conversations.includes(resource.id)) return false;
  if (rule.guard === undefined) return true;
  const hold = rule.guard.conditions.every((condition) => holds(condition, principal, resource));
  return hold === (rule.guard.kind === 'when');
}

function holds(condition: Condition, principal: Principal, resource: Resource): boolean {
  switch (condition.kind) {
    case 'owner':
      return (resource.owner === principal.owner) !== condition.negated;
    case 'unowned':
      return resource.owner === UNOWNED;
    case 'has':
      return has(principal, condition.attribute, condition.value) !== condition.negated;
    case 'shares': {
      const theirs = resource.attributes[condition.attribute] ?? [];
      const shared = theirs.some((value) => has(principal, condition.attribute, value));
      return shared !== condition.negated;
    }
  }
}

function ruleFilter(rule: Rule, principal: Principal): RowFilter {
  const scope: RowFilter =
    rule.conversations === undefined ? ALL : { kind: 'ids', ids: rule.conversations };
  if (rule.guard === undefined) return scope;
  const conditions = and(
    ...rule.guard.conditions.map((condition) => conditionFilter(condition, principal)),
  );
  return and(scope, rule.guard.kind === 'when' ? conditions : not(conditions));
}

function conditionFilter(condition: Condition, principal: Principal): RowFilter {
  const filter = positiveFilter(condition, principal);
  return 'negated' in condition && condition.negated ? not(filter) : filter;
}

function positiveFilter(condition: Condition, principal: Principal): RowFilter {
  switch (condition.kind) {
    case 'owner':
      return { kind: 'owner', subject: principal.owner };
    case 'unowned':
      return { kind: 'owner', subject: UNOWNED };
    case 'has':
      return has(principal, condition.attribute, condition.value) ? ALL : NONE;
    case 'shares': {
      const values = principal.attributes[condition.attribute] ?? [];
      return values.length === 0
        ? NONE
        : { kind: 'attribute', attribute: condition.attribute, values };
    }
  }
}

function has(principal: Principal, attribute: AttributeName, value: string): boolean {
  return principal.attributes[attribute]?.includes(value) ?? false;
}
