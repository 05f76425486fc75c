import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import { NOT_MODIFIED } from '../../http/answer.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { addEntityTag, hasRevision, IF_NONE_MATCH, isConditional } from './conditions.ts';
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
    headers: IF_NONE_MATCH,
    mayBeUnmodified: true,
    response: { description: 'A page of items', schema: contract.ConversationItemPage },
    errors: [404],
    handle: async (call) => {
      const { page, included } = itemsRequestOf(call.query);
      const id = conversationId(call);
      // Read before the items, which may be newer than the tag, and not older. Other requests need no revision.
      if (isConditional(call)) {
        const { revision } = await conversations.get(call.principal, id);
        const isUnmodified = hasRevision(call, revision);
        addEntityTag(call, revision);
        if (isUnmodified) return NOT_MODIFIED;
      }
      const listed = await conversations.listItems(call.principal, id, page);
      return itemListJson(listed, contract, included, page.hasPlacements);
    },
  });
}
