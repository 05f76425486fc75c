import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { include } from './parameters.ts';
import { conversationId, ITEM, itemId, TAG } from './paths.ts';

export function getConversationItem(conversations: Conversations, contract: ItemContract): Route {
  return defineRoute({
    method: 'GET',
    path: ITEM,
    operationId: 'getConversationItem',
    summary: 'Get an item',
    tag: TAG,
    isPublic: false,
    audited: onConversation('read'),
    query: { include },
    response: { description: 'The item', schema: contract.ConversationItem },
    errors: [404],
    handle: async (call) => {
      const [id, item] = [conversationId(call), itemId(call)];
      const found = await conversations.getItem(call.principal, id, item);
      return contract.serve(found, call.query.include);
    },
  });
}
