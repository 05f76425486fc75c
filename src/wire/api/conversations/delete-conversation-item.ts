import { Conversation, ItemDeleted } from '../../../contract/conversations/conversation.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationJson, itemDeletedJson } from './json.ts';
import { conversationId, ITEM, itemId, TAG } from './paths.ts';

export function deleteConversationItem(
  conversations: Conversations,
  dialect: 'openai' | 'llama-stack',
): Route {
  return defineRoute({
    method: 'DELETE',
    path: ITEM,
    operationId: 'deleteConversationItem',
    summary: 'Delete an item',
    tag: TAG,
    isPublic: false,
    // The answer may show the conversation.
    audited: onConversation('update', 'read'),
    query: {},
    response:
      dialect === 'openai'
        ? { description: 'The conversation that the item was in', schema: Conversation }
        : { description: 'The item is gone', schema: ItemDeleted },
    errors: [404],
    handle: async (call) => {
      const [id, item] = [conversationId(call), itemId(call)];
      const conversation = await conversations.deleteItem(call.principal, id, item);
      return dialect === 'openai' ? conversationJson(conversation) : itemDeletedJson(item);
    },
  });
}
