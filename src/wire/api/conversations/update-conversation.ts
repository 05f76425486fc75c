import {
  Conversation,
  UpdateConversationBody,
} from '../../../contract/conversations/conversation.ts';
import { parseUpdateConversation } from '../../../contract/conversations/requests.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationAnswer } from './answers.ts';
import { IF_MATCH, preconditionOf } from './conditions.ts';
import { CONVERSATION, conversationId, TAG } from './paths.ts';

export function updateConversation(conversations: Conversations): Route {
  return defineRoute({
    method: 'POST',
    path: CONVERSATION,
    operationId: 'updateConversation',
    summary: "Replace a conversation's metadata, or how long it is kept",
    tag: TAG,
    isPublic: false,
    audited: onConversation('update'),
    isRepeatable: true,
    query: {},
    headers: IF_MATCH,
    body: { schema: UpdateConversationBody, required: true },
    response: { description: 'The conversation as it is now', schema: Conversation },
    errors: [404, 412],
    handle: async (call, key) => {
      const changes = parseUpdateConversation(call.body);
      const id = conversationId(call);
      const options = { key, precondition: preconditionOf(call) };
      const updated = await conversations.update(call.principal, id, changes, options);
      return conversationAnswer(call, updated);
    },
  });
}
