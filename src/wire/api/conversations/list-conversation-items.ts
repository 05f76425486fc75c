import { Type } from 'typebox';
import {
  Conversation,
  createItemsBody,
  ItemDeleted,
} from '../../../contract/conversations/conversation.ts';
import { Include } from '../../../contract/items/include.ts';
import {
  ConversationItem,
  ConversationItemList,
  InputItem,
} from '../../../contract/items/schemas.ts';
import { serveItem } from '../../../contract/items/serve.ts';
import type { RequestParser } from '../../../contract/conversations/requests.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import { conversationJson, itemDeletedJson, itemListJson } from './json.ts';
import type { QueryParameter, Route } from '../../http/route.ts';
import {
  conversationId,
  ITEM,
  itemId,
  ITEMS,
  ok,
  pageParameters,
  TAG,
  type ConversationRouteOptions,
} from './shared.ts';

const include: QueryParameter = {
  name: 'include[]',
  description: 'Further parts of items to return, repeated once for each.',
  schema: Type.Array(Include),
};

/** The operations on a conversation's items. */
export function itemRoutes(
  conversations: Conversations,
  parser: RequestParser,
  options: ConversationRouteOptions,
): readonly Route[] {
  return [
    ...itemListRoutes(conversations, parser, options),
    ...singleItemRoutes(conversations, parser, options),
  ];
}

function itemListRoutes(
  conversations: Conversations,
  parser: RequestParser,
  options: ConversationRouteOptions,
): readonly Route[] {
  return [
    {
      tag: TAG,
      isPublic: false,
      method: 'POST',
      path: ITEMS,
      operationId: 'createConversationItems',
      actions: ['update'],
      summary: 'Append items to a conversation: all of them or none',
      query: [include],
      body: { schema: createItemsBody(InputItem, options.itemsPerRequest), required: true },
      response: ok('The items, in the order of the request', ConversationItemList),
      errors: [404],
      handle: async (call) => {
        const included = parser.include(call.query);
        const items = await conversations.appendItems(
          call.principal,
          conversationId(call),
          parser.createItems(call.body),
        );
        return itemListJson({ entries: items, hasMore: false }, included);
      },
    },
    {
      tag: TAG,
      isPublic: false,
      method: 'GET',
      path: ITEMS,
      operationId: 'listConversationItems',
      actions: ['read'],
      summary: "List a conversation's items in the order they were appended, or backwards",
      query: [
        ...pageParameters(options.pageSize, 'Oldest first or newest first.', 'item'),
        include,
      ],
      response: ok('A page of items', ConversationItemList),
      errors: [404],
      handle: async (call) => {
        const { include: included, ...page } = parser.listItems(call.query);
        return itemListJson(
          await conversations.listItems(call.principal, conversationId(call), page),
          included,
        );
      },
    },
  ];
}

function singleItemRoutes(
  conversations: Conversations,
  parser: RequestParser,
  { dialect }: ConversationRouteOptions,
): readonly Route[] {
  return [
    {
      tag: TAG,
      isPublic: false,
      method: 'GET',
      path: ITEM,
      operationId: 'getConversationItem',
      actions: ['read'],
      summary: 'Get an item',
      query: [include],
      response: ok('The item', ConversationItem),
      errors: [404],
      handle: async (call) => {
        const included = parser.include(call.query);
        const item = await conversations.getItem(
          call.principal,
          conversationId(call),
          itemId(call),
        );
        return serveItem(item, included);
      },
    },
    {
      tag: TAG,
      isPublic: false,
      method: 'DELETE',
      path: ITEM,
      operationId: 'deleteConversationItem',
      // The answer may show the conversation.
      actions: ['update', 'read'],
      summary: 'Delete an item',
      query: [],
      response:
        dialect === 'openai'
          ? ok('The conversation that the item was in', Conversation)
          : ok('The item is gone', ItemDeleted),
      errors: [404],
      handle: async (call) => {
        const conversation = await conversations.deleteItem(
          call.principal,
          conversationId(call),
          itemId(call),
        );
        return dialect === 'openai'
          ? conversationJson(conversation)
          : itemDeletedJson(itemId(call));
      },
    },
  ];
}
