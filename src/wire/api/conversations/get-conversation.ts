import { Conversation } from '../../../contract/conversations/conversation.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationJson } from './json.ts';
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
    response: { description: 'The conversation', schema: Conversation },
    errors: [404],
    handle: async (call) =>
      conversationJson(await conversations.get(call.principal, conversationId(call))),
  });
}
