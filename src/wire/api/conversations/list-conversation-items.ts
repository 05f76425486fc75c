import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { itemListJson } from './json.ts';
import { itemPageParameters, itemsRequestOf } from './parameters.ts';
import { conversationId, ITEMS, TAG } from './paths.ts';

export function listConversationItems(
  conversations: Conversations,
  contract: ItemContract,
  limits: { readonly maxPageSize: number },
): Route {
  return defineRoute({
    method: 'GET',
    path: ITEMS,
    operationId: 'listConversationItems',
    summary: "List a conversation's items in the order they were appended, or backwards",
    tag: TAG,
    isPublic: false,
    audited: onConversation('read'),
    query: itemPageParameters(limits),
    response: { description: 'A page of items', schema: contract.ConversationItemPage },
    errors: [404],
    handle: async (call) => {
      const { page, included } = itemsRequestOf(call.query);
      const listed = await conversations.listItems(call.principal, conversationId(call), page);
      return itemListJson(listed, contract, included, page.hasPlacements);
    },
  });
}
