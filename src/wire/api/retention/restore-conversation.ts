import { Conversation } from '../../../contract/conversations/conversation.ts';
import type { Trash } from '../../../service/retention/trash.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { conversationJson } from '../conversations/json.ts';
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
    response: { description: 'The conversation', schema: Conversation },
    errors: [404],
    handle: async (call, key) =>
      conversationJson(await trash.restore(call.principal, conversationId(call), key)),
  });
}
