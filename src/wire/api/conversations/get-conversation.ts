import { Conversation } from '../../../contract/conversations/conversation.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import { NOT_MODIFIED } from '../../http/answer.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationAnswer } from './answers.ts';
import { addEntityTag, hasRevision, IF_NONE_MATCH } from './conditions.ts';
import { CONVERSATION, conversationId, TAG } from './paths.ts';

export function getConversation(conversations: Conversations): Route {
  return defineRoute({
    method: 'GET',
    path: CONVERSATION,
    operationId: 'getConversation',
    summary: 'Get a conversation',
    tag: TAG,
    isPublic: false,
    audited: onConversation('read'),
    query: {},
    headers: IF_NONE_MATCH,
    mayBeUnmodified: true,
    response: { description: 'The conversation', schema: Conversation },
    errors: [404],
    handle: async (call) => {
      const conversation = await conversations.get(call.principal, conversationId(call));
      if (!hasRevision(call, conversation.revision)) return conversationAnswer(call, conversation);
      addEntityTag(call, conversation.revision);
      return NOT_MODIFIED;
    },
  });
}
