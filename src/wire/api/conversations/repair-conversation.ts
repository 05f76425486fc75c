import {
  ConversationRepairObject,
  RepairConversationBody,
} from '../../../contract/conversations/health.ts';
import { parseRepairConversation } from '../../../contract/conversations/requests.ts';
import type { ConversationHealth } from '../../../service/conversations/health.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationId, REPAIR, TAG } from './paths.ts';

export function repairConversation(health: ConversationHealth): Route {
  return defineRoute({
    method: 'POST',
    path: REPAIR,
    operationId: 'repairConversation',
    summary: 'Delete the items that a model is never shown, since they are defects',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    // The answer shows which items the conversation has.
    audited: onConversation('update', 'read'),
    query: {},
    body: { schema: RepairConversationBody, required: false },
    response: {
      description: 'What was deleted, and what was found',
      schema: ConversationRepairObject,
    },
    errors: [404],
    handle: async (call) => {
      const params = parseRepairConversation(call.body);
      return JSON.stringify(await health.repair(call.principal, conversationId(call), params));
    },
  });
}
