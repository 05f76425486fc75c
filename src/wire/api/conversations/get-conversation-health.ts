import {
  ConversationHealthObject,
  OpenCallsParam,
} from '../../../contract/conversations/health.ts';
import type { ConversationHealth } from '../../../service/conversations/health.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationId, HEALTH, TAG } from './paths.ts';

export function getConversationHealth(health: ConversationHealth): Route {
  return defineRoute({
    method: 'GET',
    path: HEALTH,
    operationId: 'getConversationHealth',
    summary: "Find the defects of a conversation's items that model servers refuse",
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: onConversation('read'),
    query: {
      open_calls: {
        description:
          'What a call without output gets: an output that says so, removal, or nothing.',
        schema: OpenCallsParam,
      },
    },
    response: { description: 'The findings', schema: ConversationHealthObject },
    errors: [404],
    handle: async (call) => {
      const { open_calls: openCalls } = call.query;
      return JSON.stringify(await health.get(call.principal, conversationId(call), openCalls));
    },
  });
}
