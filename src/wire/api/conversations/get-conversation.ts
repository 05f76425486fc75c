import { DetailedConversation } from '../../../contract/conversations/details.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import { NOT_MODIFIED } from '../../http/answer.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationInclude } from './choice.ts';
import { detailedConversationJson } from './json.ts';
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
    query: { include: conversationInclude },
    headers: IF_NONE_MATCH,
    mayBeUnmodified: true,
    response: { description: 'The conversation', schema: DetailedConversation },
    errors: [404],
    handle: async (call) => {
      const { include } = call.query;
      const hasDetails = include.length > 0;
      const found = await conversations.get(call.principal, conversationId(call), { hasDetails });
      addEntityTag(call, found.revision);
      return hasRevision(call, found.revision)
        ? NOT_MODIFIED
        : detailedConversationJson(found, include);
    },
  });
}
