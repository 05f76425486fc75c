import { Conversation, ItemDeleted } from '../../../contract/conversations/conversation.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationAnswer } from './answers.ts';
import { addEntityTag, IF_MATCH, preconditionOf } from './conditions.ts';
import { itemDeletedJson } from './json.ts';
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
    headers: IF_MATCH,
    response:
      dialect === 'openai'
        ? { description: 'The conversation that the item was in', schema: Conversation }
        : { description: 'The item is gone', schema: ItemDeleted },
    errors: [404, 412],
    handle: async (call) => {
      const [id, item] = [conversationId(call), itemId(call)];
      const options = { precondition: preconditionOf(call) };
      const conversation = await conversations.deleteItem(call.principal, id, item, options);
      if (dialect === 'openai') return conversationAnswer(call, conversation);
      addEntityTag(call, conversation.revision);
      return itemDeletedJson(item);
    },
  });
}
