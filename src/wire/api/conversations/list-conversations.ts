import { refuseMilliseconds } from '../../../contract/schema/unix-seconds.ts';
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
      last_item_after: {
        description: 'Only conversations whose last item was stored after this second.',
        schema: Type.Optional(Type.Integer()),
      },
      last_item_before: {
        description: 'Only conversations whose last item was stored before this second.',
        schema: Type.Optional(Type.Integer()),
      },
      sort: {
        description: 'By creation, or by the last stored item.',
        schema: Type.Enum(['created_at', 'last_item_at'], { default: 'created_at' }),
      },
      include: conversationInclude,
      forked_from: {
        description: 'Only forks of this conversation, which the caller must be able to read.',
        schema: Type.Optional(Type.String({ minLength: 1 })),
      },
      created_after: {
        description: 'Only conversations created after this second.',
        schema: Type.Optional(Type.Integer()),
      },
      deleted: {
        description:
          'Whether to list the conversations in the trash that the caller may restore, and no others.',
        schema: Type.Enum(['true', 'false'], { default: 'false' }),
      },
      created_before: {
        description: 'Only conversations created before this second.',
        schema: Type.Optional(Type.Integer()),
      },
    },
    response: { description: 'A page of conversations', schema: DetailedConversationList },
    errors: [404],
    handle: async ({ principal, query }) => {
      const { sort, order, limit, include } = query;
      const { created_after, created_before, last_item_after, last_item_before } = query;
      refuseMilliseconds({ created_after, created_before, last_item_after, last_item_before });
      const page = await conversations.list(principal, {
        sort,
        order,
        limit,
        ...choiceOf(query),
        hasDetails: include.length > 0,
        cursor: cursorOf(query),
        forkedFrom: query.forked_from,
        createdAfter: created_after,
        createdBefore: created_before,
        lastItemAfter: last_item_after,
        lastItemBefore: last_item_before,
        isTrash: query.deleted === 'true',
      });
      return conversationListJson(page, include);
    },
  });
}
