import { createItemsBody } from '../../../contract/conversations/conversation.ts';
import { createItemsParser } from '../../../contract/conversations/requests.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { addEntityTag, IF_MATCH, preconditionOf } from './conditions.ts';
import { itemListJson } from './json.ts';
import { include } from './parameters.ts';
import { conversationId, ITEMS, TAG } from './paths.ts';

export function createConversationItems(
  conversations: Conversations,
  contract: ItemContract,
  { maxItemsPerRequest }: { readonly maxItemsPerRequest: number },
): Route {
  const parse = createItemsParser(contract, maxItemsPerRequest);
  return defineRoute({
    method: 'POST',
    path: ITEMS,
    operationId: 'createConversationItems',
    summary: 'Append items to a conversation: all of them or none',
    tag: TAG,
    isPublic: false,
    audited: onConversation('update'),
    isRepeatable: true,
    query: { include },
    headers: IF_MATCH,
    body: { schema: createItemsBody(contract.InputItem, maxItemsPerRequest), required: true },
    response: {
      description: 'The items, in the order of the request',
      schema: contract.ConversationItemList,
    },
    errors: [404, 412],
    handle: async (call, key) => {
      const items = parse(call.body);
      const id = conversationId(call);
      const options = { key, precondition: preconditionOf(call) };
      const appended = await conversations.appendItems(call.principal, id, items, options);
      addEntityTag(call, appended.revision);
      return itemListJson(
        { entries: appended.items, hasMore: false },
        contract,
        call.query.include,
      );
    },
  });
}
