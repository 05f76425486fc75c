import type { ItemContract } from '../../../contract/items/contract.ts';
import { inputItemList } from '../../../contract/responses/response.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { itemListJson } from '../conversations/json.ts';
import { include, pageParameters } from '../conversations/parameters.ts';
import { onResponse } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { INPUT_ITEMS, responseId, TAG } from './paths.ts';

export function listInputItems(
  responses: Responses,
  contract: ItemContract,
  { maxPageSize }: { readonly maxPageSize: number },
): Route {
  return defineRoute({
    method: 'GET',
    path: INPUT_ITEMS,
    operationId: 'listInputItems',
    summary: 'List the items that a response was made from: the history and its own input',
    tag: TAG,
    isPublic: false,
    audited: onResponse('read'),
    query: {
      ...pageParameters({
        maxPageSize,
        orderDescription: 'Oldest first or newest first.',
        entry: 'item',
      }),
      include,
    },
    response: {
      description: 'A page of items',
      schema: inputItemList(contract.ConversationItem),
    },
    errors: [404],
    handle: async (call) => {
      const { include: included, ...page } = call.query;
      const items = await responses.inputItems(call.principal, responseId(call), page);
      return itemListJson(items, contract, included);
    },
  });
}
