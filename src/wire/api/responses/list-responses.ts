import { Type } from 'typebox';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { DetailedResponseList } from '../../../contract/responses/details.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { listing, readOf } from '../audited.ts';
import { listJson } from '../conversations/json.ts';
import { beforeParameter, cursorOf, pageParameters } from '../conversations/parameters.ts';
import { defineRoute } from '../define-route.ts';
import { storedJson } from './json.ts';
import { responseFields } from './parameters.ts';
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
      position: {
        description:
          'The position of an item: the page begins with the response whose last item it is, or with the next one in the given order.',
        schema: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
        excludes: ['after', 'before'],
        isExtension: true,
      },
      ...responseFields,
    },
    response: { description: 'A page of responses', schema: DetailedResponseList },
    errors: [404],
    handle: async ({ principal, query }) => {
      const { conversation, order, limit, position } = query;
      const cursor = position === undefined ? cursorOf(query) : { position };
      const hasOutput = !query.exclude.includes('output');
      const page = await responses.list(principal, conversation, {
        order,
        limit,
        cursor,
        hasOutput,
      });
      return listJson(page, (response) => storedJson(response, contract, query));
    },
  });
}
