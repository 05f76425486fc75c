import { Type } from 'typebox';
import { ConversationList } from '../../../contract/conversations/conversation.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { listing } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { choiceOf, choiceParameters } from './choice.ts';
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
      created_after: {
        description: 'Only conversations created after this second.',
        schema: Type.Optional(Type.Integer()),
      },
      created_before: {
        description: 'Only conversations created before this second.',
        schema: Type.Optional(Type.Integer()),
      },
    },
    response: { description: 'A page of conversations', schema: ConversationList },
    errors: [404],
    handle: async ({ principal, query }) => {
      const { limit, order } = query;
      const page = await conversations.list(principal, {
        limit,
        order,
        cursor: cursorOf(query),
        ...choiceOf(query),
        createdAfter: query.created_after,
        createdBefore: query.created_before,
      });
      return conversationListJson(page);
    },
  });
}
