import type { RowFilter } from '../../base/row-filter.ts';
import type { Principal } from '../principal.ts';
import { decide, filterFor, type Decision, type Resource } from './decide.ts';
import type { Action, Policy } from './rule.ts';

/** A policy that decides requests. */
export class Authorizer {
  readonly #policy: Policy;
  readonly #filters = new WeakMap<Principal, Map<Action, RowFilter>>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Returns the filter of the conversations for which the principal may do this. */
  filter(principal: Principal, action: Action): RowFilter {
    const known = this.#filters.get(principal) ?? new Map<Action, RowFilter>();
    this.#filters.set(principal, known);
    const filter = known.get(action) ?? filterFor(this.#policy, principal, action);
    known.set(action, filter);
    return filter;
  }

  /** Decides about one conversation, and names the rule. */
  decide(principal: Principal, action: Action, resource: Resource): Decision {
    return decide(this.#policy, principal, action, resource);
  }
}
