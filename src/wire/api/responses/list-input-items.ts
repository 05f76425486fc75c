import type { ItemContract } from '../../../contract/items/contract.ts';
import { itemPage } from '../../../contract/items/pages.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { itemListJson } from '../conversations/json.ts';
import { itemPageParameters, itemsRequestOf } from '../conversations/parameters.ts';
import { onResponse } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { INPUT_ITEMS, responseId, TAG } from './paths.ts';

export function listInputItems(
  responses: Responses,
  contract: ItemContract,
  limits: { readonly maxPageSize: number },
): Route {
  return defineRoute({
    method: 'GET',
    path: INPUT_ITEMS,
    operationId: 'listInputItems',
    summary: 'List the items that a response was made from: the history and its own input',
    tag: TAG,
    isPublic: false,
    audited: onResponse('read'),
    query: itemPageParameters(limits),
    response: {
      description: 'A page of items',
      schema: itemPage(contract.ConversationItem, 'ResponseItemList'),
    },
    errors: [404],
    handle: async (call) => {
      const { page, included } = itemsRequestOf(call.query);
      const items = await responses.inputItems(call.principal, responseId(call), page);
      return itemListJson(items, contract, included, page.hasPlacements);
    },
  });
}
