import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { itemListJson } from './json.ts';
import { include, pageParameters } from './parameters.ts';
import { conversationId, ITEMS, TAG } from './paths.ts';

export function listConversationItems(
  conversations: Conversations,
  contract: ItemContract,
  { maxPageSize }: { readonly maxPageSize: number },
): Route {
  return defineRoute({
    method: 'GET',
    path: ITEMS,
    operationId: 'listConversationItems',
    summary: "List a conversation's items in the order they were appended, or backwards",
    tag: TAG,
    isPublic: false,
    audited: onConversation('read'),
    query: {
      ...pageParameters({
        maxPageSize,
        orderDescription: 'Oldest first or newest first.',
        entry: 'item',
      }),
      include,
    },
    response: { description: 'A page of items', schema: contract.ConversationItemList },
    errors: [404],
    handle: async (call) => {
      const { include: included, ...page } = call.query;
      const id = conversationId(call);
      const listed = await conversations.listItems(call.principal, id, page);
      return itemListJson(listed, contract, included);
    },
  });
}
