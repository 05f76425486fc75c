import { createItemsBody } from '../../../contract/conversations/conversation.ts';
import { createItemsParser } from '../../../contract/conversations/requests.ts';
import { ConversationItemList, InputItem } from '../../../contract/items/schemas.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import { itemListJson } from './json.ts';
import { include } from './parameters.ts';
import { conversationId, ITEMS, TAG } from './paths.ts';

export function createConversationItems(
  conversations: Conversations,
  { maxItemsPerRequest }: { readonly maxItemsPerRequest: number },
): Route {
  const parse = createItemsParser(maxItemsPerRequest);
  return defineRoute({
    method: 'POST',
    path: ITEMS,
    operationId: 'createConversationItems',
    summary: 'Append items to a conversation: all of them or none',
    tag: TAG,
    isPublic: false,
    actions: ['update'],
    query: { include },
    body: { schema: createItemsBody(InputItem, maxItemsPerRequest), required: true },
    response: {
      description: 'The items, in the order of the request',
      schema: ConversationItemList,
    },
    errors: [404],
    handle: async (call) => {
      const items = parse(call.body);
      const id = conversationId(call);
      const entries = await conversations.appendItems(call.principal, id, items);
      return itemListJson({ entries, hasMore: false }, call.query.include);
    },
  });
}
