import { Type } from 'typebox';
import {
  Conversation,
  ConversationDeleted,
  ConversationList,
  createConversationBody,
  Metadata,
  UpdateConversationBody,
} from '../../../contract/conversations/conversation.ts';
import { InputItem } from '../../../contract/items/schemas.ts';
import { RequestParser } from '../../../contract/conversations/requests.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import { conversationJson, conversationListJson, deletedJson } from './json.ts';
import { itemRoutes } from './item-routes.ts';
import type { Route } from '../../http/route.ts';
import {
  COLLECTION,
  CONVERSATION,
  conversationId,
  ok,
  pageParameters,
  TAG,
  type ConversationRouteOptions,
} from './shared.ts';

/** OpenAI's eight operations, and the list of conversations. */
export function conversationRoutes(
  conversations: Conversations,
  options: ConversationRouteOptions,
): readonly Route[] {
  const parser = new RequestParser(options);
  return [
    conversationListRoute(conversations, parser, options),
    ...wholeConversationRoutes(conversations, parser, options),
    ...itemRoutes(conversations, parser, options),
  ];
}

/** Not one of OpenAI's operations, and the one that its users ask for most. */
function conversationListRoute(
  conversations: Conversations,
  parser: RequestParser,
  options: ConversationRouteOptions,
): Route {
  return {
    tag: TAG,
    isPublic: false,
    isExtension: true,
    method: 'GET',
    path: COLLECTION,
    operationId: 'listConversations',
    actions: ['read'],
    summary: 'List the conversations that the caller may read, newest first',
    query: [
      ...pageParameters(options.pageSize, 'Newest first or oldest first.', 'conversation'),
      {
        name: 'before',
        description: 'The id of a conversation: the page ends in front of it, in the given order.',
        schema: Type.String(),
      },
      {
        name: 'metadata',
        description: '`metadata[key]=value`: only conversations with this pair; all must match.',
        schema: Metadata,
        style: 'deepObject',
      },
      {
        name: 'created_after',
        description: 'Only conversations created after this second.',
        schema: Type.Integer(),
      },
      {
        name: 'created_before',
        description: 'Only conversations created before this second.',
        schema: Type.Integer(),
      },
    ],
    response: ok('A page of conversations', ConversationList),
    errors: [404],
    handle: async ({ principal, query }) =>
      conversationListJson(await conversations.list(principal, parser.listConversations(query))),
  };
}

function wholeConversationRoutes(
  conversations: Conversations,
  parser: RequestParser,
  options: ConversationRouteOptions,
): readonly Route[] {
  const common = { tag: TAG, isPublic: false, query: [] };
  return [
    {
      ...common,
      method: 'POST',
      path: COLLECTION,
      operationId: 'createConversation',
      actions: ['create'],
      summary: 'Create a conversation, with first items if any are given',
      body: { schema: createConversationBody(InputItem, options.itemsPerRequest), required: false },
      response: ok('The conversation', Conversation),
      errors: [404],
      handle: async ({ principal, body }) =>
        conversationJson(await conversations.create(principal, parser.createConversation(body))),
    },
    {
      ...common,
      method: 'GET',
      path: CONVERSATION,
      operationId: 'getConversation',
      actions: ['read'],
      summary: 'Get a conversation',
      response: ok('The conversation', Conversation),
      errors: [404],
      handle: async (call) =>
        conversationJson(await conversations.get(call.principal, conversationId(call))),
    },
    {
      ...common,
      method: 'POST',
      path: CONVERSATION,
      operationId: 'updateConversation',
      actions: ['update'],
      summary: "Replace a conversation's metadata",
      body: { schema: UpdateConversationBody, required: true },
      response: ok('The conversation with its new metadata', Conversation),
      errors: [404],
      handle: async (call) => {
        const metadata = parser.updateConversation(call.body);
        return conversationJson(
          await conversations.update(call.principal, conversationId(call), metadata),
        );
      },
    },
    {
      ...common,
      method: 'DELETE',
      path: CONVERSATION,
      operationId: 'deleteConversation',
      actions: ['delete'],
      summary: 'Delete a conversation and its items',
      response: ok('The conversation is gone', ConversationDeleted),
      errors: [404],
      handle: async (call) => {
        await conversations.delete(call.principal, conversationId(call));
        return deletedJson(conversationId(call));
      },
    },
  ];
}
