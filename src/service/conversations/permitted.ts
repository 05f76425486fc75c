import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Action } from '../../access/policy/rule.ts';
import type { Principal } from '../../access/principal.ts';
import type { ShownConversation } from '../branches/origins.ts';

/** The actions on a conversation that exists. */
const ON_CONVERSATIONS = ['read', 'update', 'delete'] as const;

/** A conversation, with what the policy permits if it was requested with details. */
export interface PermittedConversation extends ShownConversation {
  readonly permissions?: readonly Action[];
}

/** Adds what the policy permits to a conversation that was requested with details. */
export function permitted(
  authorizer: Pick<Authorizer, 'decide'>,
  principal: Principal,
  conversation: ShownConversation,
): PermittedConversation {
  const { id, details } = conversation;
  if (details === undefined) return conversation;
  const resource = { id, owner: details.owner, attributes: details.attributes };
  const permissions = ON_CONVERSATIONS.filter(
    (action) => authorizer.decide(principal, action, resource).allowed,
  );
  return { ...conversation, permissions };
}
