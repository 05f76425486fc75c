import { Type } from 'typebox';
import { DetailedConversationList } from '../../../contract/conversations/details.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { listing } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { choiceOf, choiceParameters, conversationInclude } from './choice.ts';
import { conversationListJson } from './json.ts';
import { beforeParameter, cursorOf, pageParameters } from './parameters.ts';
import { COLLECTION, TAG } from './paths.ts';

/** The operation that OpenAI's API lacks and that its users request the most. */
export function listConversations(
  conversations: Conversations,
  { maxPageSize }: { readonly maxPageSize: number },
): Route {
  return defineRoute({
    method: 'GET',
    path: COLLECTION,
    operationId: 'listConversations',
    summary: 'List the conversations that the caller may read, newest first',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: listing,
    query: {
      ...pageParameters({
        maxPageSize,
        orderDescription: 'Newest first or oldest first.',
        entry: 'conversation',
      }),
      before: beforeParameter('conversation'),
      ...choiceParameters,
      sort: {
        description: 'By creation, or by the last stored item.',
        schema: Type.Enum(['created_at', 'last_item_at'], { default: 'created_at' }),
      },
      include: conversationInclude,
      forked_from: {
        description: 'Only forks of this conversation, which the caller must be able to read.',
        schema: Type.Optional(Type.String({ minLength: 1 })),
      },
      deleted: {
        description:
          'Whether to list the conversations in the trash that the caller may restore, and no others.',
        schema: Type.Enum(['true', 'false'], { default: 'false' }),
      },
    },
    response: { description: 'A page of conversations', schema: DetailedConversationList },
    errors: [404],
    handle: async ({ principal, query }) => {
      const { sort, order, limit, include } = query;
      const page = await conversations.list(principal, {
        sort,
        order,
        limit,
        ...choiceOf(query),
        hasDetails: include.length > 0,
        cursor: cursorOf(query),
        forkedFrom: query.forked_from,
        isTrash: query.deleted === 'true',
      });
      return conversationListJson(page, include);
    },
  });
}
