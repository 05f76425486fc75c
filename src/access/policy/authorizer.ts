import { and, type RowFilter } from '../../base/row-filter.ts';
import type { Principal } from '../principal.ts';
import { decide, filterFor, type Decision, type Resource } from './decide.ts';
import type { Action, Policy } from './rule.ts';

/** A policy that decides requests. */
export class Authorizer {
  readonly #policy: Policy;
  readonly #filters = new WeakMap<Principal, Map<string, RowFilter>>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /**
   * Returns the filter of the conversations for which the principal may do all of this. It is the same object each
   * time, by which stores find their statements.
   */
  filter(principal: Principal, ...actions: readonly [Action, ...Action[]]): RowFilter {
    const known = this.#filters.get(principal) ?? new Map<string, RowFilter>();
    this.#filters.set(principal, known);
    const key = actions.length === 1 ? actions[0] : actions.join(' ');
    const filter =
      known.get(key) ?? and(...actions.map((action) => filterFor(this.#policy, principal, action)));
    known.set(key, filter);
    return filter;
  }

  /** Decides about one conversation, and names the rule. */
  decide(principal: Principal, action: Action, resource: Resource): Decision {
    return decide(this.#policy, principal, action, resource);
  }
}
