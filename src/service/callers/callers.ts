import type { Authorizer } from '../../access/policy/authorizer.ts';
import { resourceToCreate } from '../../access/policy/decide.ts';
import { ACTIONS, type Action } from '../../access/policy/rule.ts';
import type { Principal } from '../../access/principal.ts';

/** What callers may ask about themselves. */
export class Callers {
  readonly #authorizer: Pick<Authorizer, 'filter' | 'decide'>;

  constructor(authorizer: Pick<Authorizer, 'filter' | 'decide'>) {
    this.#authorizer = authorizer;
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
