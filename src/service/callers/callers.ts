import type { Authorizer } from '../../access/policy/authorizer.ts';
import { resourceToCreate } from '../../access/policy/decide.ts';
import { ACTIONS, type Action } from '../../access/policy/rule.ts';
import type { RetentionRules } from '../retention/rules.ts';
import type { Principal } from '../../access/principal.ts';

/** What callers may ask about themselves. */
export class Callers {
  readonly #authorizer: Pick<Authorizer, 'filter' | 'decide'>;

  readonly #rules: Pick<RetentionRules, 'of'>;

  constructor(
    authorizer: Pick<Authorizer, 'filter' | 'decide'>,
    rules: Pick<RetentionRules, 'of'>,
  ) {
    this.#authorizer = authorizer;
    this.#rules = rules;
  }

  /** Returns how long the conversations of a principal's tenant are kept. */
  retention({ tenant }: Principal): ReturnType<RetentionRules['of']> {
    return this.#rules.of(tenant);
  }

  /** Returns the actions that the policy may permit to a principal on some conversation, and a creation if it is. */
  actions(principal: Principal): readonly Action[] {
    return ACTIONS.filter((action) =>
      action === 'create'
        ? this.#authorizer.decide(principal, action, resourceToCreate(principal)).allowed
        : this.#authorizer.filter(principal, action).kind !== 'none',
    );
  }
}
