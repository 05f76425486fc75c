import { Type } from 'typebox';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { ResponseList } from '../../../contract/responses/response.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { listing, readOf } from '../audited.ts';
import { listJson } from '../conversations/json.ts';
import { beforeParameter, cursorOf, include, pageParameters } from '../conversations/parameters.ts';
import { defineRoute } from '../define-route.ts';
import { storedJson } from './json.ts';
import { COLLECTION, TAG } from './paths.ts';

/** Lists what OpenAI's API returns by id alone. */
export function listResponses(
  responses: Responses,
  contract: ItemContract,
  { maxPageSize }: { readonly maxPageSize: number },
): Route {
  return defineRoute({
    method: 'GET',
    path: COLLECTION,
    operationId: 'listResponses',
    summary: 'List the stored responses of a conversation, newest first',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: ({ query }) => {
      const { conversation: id } = query;
      return typeof id === 'string' ? readOf(id) : listing();
    },
    query: {
      conversation: {
        description: 'The id of the conversation.',
        schema: Type.String(),
      },
      ...pageParameters({
        maxPageSize,
        orderDescription: 'Newest first or oldest first.',
        entry: 'response',
      }),
      before: beforeParameter('response'),
      include,
    },
    response: { description: 'A page of responses', schema: ResponseList },
    errors: [404],
    handle: async ({ principal, query }) => {
      const { conversation, order, limit } = query;
      const cursor = cursorOf(query);
      const page = await responses.list(principal, conversation, { order, limit, cursor });
      return listJson(page, (response) => storedJson(response, contract, query.include));
    },
  });
}
