import { Conversation } from '../../../contract/conversations/conversation.ts';
import type { Trash } from '../../../service/retention/trash.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { conversationAnswer } from '../conversations/answers.ts';
import { IF_MATCH, preconditionOf } from '../conversations/conditions.ts';
import { conversationId, RESTORE, TAG } from '../conversations/paths.ts';
import { defineRoute } from '../define-route.ts';

export function restoreConversation(trash: Trash): Route {
  return defineRoute({
    method: 'POST',
    path: RESTORE,
    operationId: 'restoreConversation',
    summary: 'Take a conversation out of the trash',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    // The answer shows the conversation.
    audited: onConversation('delete', 'read'),
    isRepeatable: true,
    query: {},
    headers: IF_MATCH,
    response: { description: 'The conversation', schema: Conversation },
    errors: [404, 412],
    handle: async (call, key) => {
      const options = { key, precondition: preconditionOf(call) };
      const restored = await trash.restore(call.principal, conversationId(call), options);
      return conversationAnswer(call, restored);
    },
  });
}
