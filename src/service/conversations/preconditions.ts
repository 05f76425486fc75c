/** Conditions of a client on the conversation that it changes. */

import { apiError } from '../../contract/errors/registry.ts';
import { and } from '../../base/row-filter.ts';
import type {
  ConversationReader,
  ConversationRef,
  GetConversationParams,
} from '../../store/conversations/port.ts';

/** The revisions of which the conversation must have one; `undefined` for any. */
export interface Precondition {
  readonly revisions: readonly number[] | undefined;
}

/** Returns a conversation that counts as absent, too, when it has another revision. */
export function onRevision(
  conversation: ConversationRef,
  precondition: Precondition | undefined,
): ConversationRef {
  const revisions = precondition?.revisions;
  if (revisions === undefined) return conversation;
  const access = and(conversation.access, { kind: 'revision', revisions });
  return { ...conversation, access };
}

/** Returns the error for a conversation that was absent for a change: it is not there, or has another revision. */
export async function absenceOf(
  store: Pick<ConversationReader, 'get'>,
  conversation: GetConversationParams,
  precondition: Precondition | undefined,
): Promise<Error> {
  const isThere = precondition?.revisions !== undefined && (await store.get(conversation)) !== null;
  return isThere
    ? apiError('precondition_failed')
    : apiError('conversation_not_found', { id: conversation.conversationId });
}
