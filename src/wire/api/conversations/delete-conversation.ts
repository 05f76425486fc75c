import { Type } from 'typebox';
import { ConversationDeleted } from '../../../contract/conversations/conversation.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { IF_MATCH, preconditionOf } from './conditions.ts';
import { deletedJson } from './json.ts';
import { CONVERSATION, conversationId, TAG } from './paths.ts';

export function deleteConversation(conversations: Conversations): Route {
  return defineRoute({
    method: 'DELETE',
    path: CONVERSATION,
    operationId: 'deleteConversation',
    summary: 'Delete a conversation and its items',
    tag: TAG,
    isPublic: false,
    audited: onConversation('delete'),
    query: {
      permanent: {
        description:
          'Whether to delete the conversation for good, also from the trash, where deleted ones go on servers that have one.',
        schema: Type.Enum(['true', 'false'], { default: 'false' }),
      },
    },
    headers: IF_MATCH,
    response: { description: 'The conversation is gone', schema: ConversationDeleted },
    errors: [404, 412],
    handle: async (call) => {
      await conversations.delete(call.principal, conversationId(call), {
        isPermanent: call.query.permanent === 'true',
        precondition: preconditionOf(call),
      });
      return deletedJson(conversationId(call));
    },
  });
}
