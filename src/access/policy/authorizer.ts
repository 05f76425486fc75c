import type { RowFilter } from '../../base/row-filter.ts';
import type { Principal } from '../principal.ts';
import { decide, filterFor, type Decision, type Resource } from './decide.ts';
import type { Action, Policy } from './rule.ts';

/** A policy, ready to be asked. */
export class Authorizer {
  readonly #policy: Policy;
  readonly #filters = new WeakMap<Principal, Map<Action, RowFilter>>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Which conversations the principal may do this to. */
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
