import { Type, type TSchema } from 'typebox';
import {
  Conversation,
  ConversationDeleted,
  createConversationBody,
  createItemsBody,
  ItemDeleted,
  UpdateConversationBody,
} from '../contract/conversation.ts';
import { Include } from '../contract/include.ts';
import { ConversationItem, ConversationItemList, InputItem } from '../contract/items/schemas.ts';
import { serveItem } from '../contract/items/serve.ts';
import { parseNoQuery, RequestParser, type RequestLimits } from '../contract/requests.ts';
import type { Conversations } from '../service/conversations/conversations.ts';
import {
  conversationJson,
  deletedJson,
  itemDeletedJson,
  itemListJson,
} from './conversation-json.ts';
import type { Call, QueryParameter, Route } from './route.ts';

export interface ConversationRouteOptions extends RequestLimits {
  /** What deleting an item answers: OpenAI's Conversation, or the deletion object that Llama Stack's clients expect. */
  readonly dialect: 'openai' | 'llama-stack';
}

const TAG = 'Conversations';
const COLLECTION = '/v1/conversations';
const CONVERSATION = `${COLLECTION}/{conversation_id}`;
const ITEMS = `${CONVERSATION}/items`;
const ITEM = `${ITEMS}/{item_id}`;

const include: QueryParameter = {
  name: 'include[]',
  description: 'Further parts of items to return, repeated once for each.',
  schema: Type.Array(Include),
};

/** The eight operations. */
export function conversationRoutes(
  conversations: Conversations,
  options: ConversationRouteOptions,
): readonly Route[] {
  const parser = new RequestParser(options);
  return [
    ...wholeConversationRoutes(conversations, parser, options),
    ...itemListRoutes(conversations, parser, options),
    ...itemRoutes(conversations, parser, options),
  ];
}

function wholeConversationRoutes(
  conversations: Conversations,
  parser: RequestParser,
  options: ConversationRouteOptions,
): readonly Route[] {
  const common = { tag: TAG, query: [] };
  return [
    {
      ...common,
      method: 'POST',
      path: COLLECTION,
      operationId: 'createConversation',
      summary: 'Create a conversation, with first items if any are given',
      body: { schema: createConversationBody(InputItem, options.itemsPerRequest), required: false },
      response: ok('The conversation', Conversation),
      errors: [400, 404],
      handle: async ({ principal, body, query }) => {
        parseNoQuery(query);
        return conversationJson(
          await conversations.create(principal, parser.createConversation(body)),
        );
      },
    },
    {
      ...common,
      method: 'GET',
      path: CONVERSATION,
      operationId: 'getConversation',
      summary: 'Get a conversation',
      response: ok('The conversation', Conversation),
      errors: [404],
      handle: async (call) => {
        parseNoQuery(call.query);
        return conversationJson(await conversations.get(call.principal, conversationId(call)));
      },
    },
    {
      ...common,
      method: 'POST',
      path: CONVERSATION,
      operationId: 'updateConversation',
      summary: "Replace a conversation's metadata",
      body: { schema: UpdateConversationBody, required: true },
      response: ok('The conversation with its new metadata', Conversation),
      errors: [400, 404],
      handle: async (call) => {
        parseNoQuery(call.query);
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
      summary: 'Delete a conversation and its items',
      response: ok('The conversation is gone', ConversationDeleted),
      errors: [404],
      handle: async (call) => {
        parseNoQuery(call.query);
        await conversations.delete(call.principal, conversationId(call));
        return deletedJson(conversationId(call));
      },
    },
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
      method: 'POST',
      path: ITEMS,
      operationId: 'createConversationItems',
      summary: 'Append items to a conversation: all of them or none',
      query: [include],
      body: { schema: createItemsBody(InputItem, options.itemsPerRequest), required: true },
      response: ok('The items, in the order of the request', ConversationItemList),
      errors: [400, 404],
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
      method: 'GET',
      path: ITEMS,
      operationId: 'listConversationItems',
      summary: "List a conversation's items in the order they were appended, or backwards",
      query: [
        {
          name: 'limit',
          description: 'How many items to return.',
          schema: Type.Integer({ minimum: 1, maximum: options.pageSize, default: 20 }),
        },
        {
          name: 'order',
          description: 'Oldest first or newest first.',
          schema: Type.Enum(['asc', 'desc'], { default: 'desc' }),
        },
        {
          name: 'after',
          description: 'The id of an item: the page begins behind it, in the given order.',
          schema: Type.String(),
        },
        include,
      ],
      response: ok('A page of items', ConversationItemList),
      errors: [400, 404],
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

function itemRoutes(
  conversations: Conversations,
  parser: RequestParser,
  { dialect }: ConversationRouteOptions,
): readonly Route[] {
  return [
    {
      tag: TAG,
      method: 'GET',
      path: ITEM,
      operationId: 'getConversationItem',
      summary: 'Get an item',
      query: [include],
      response: ok('The item', ConversationItem),
      errors: [400, 404],
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
      method: 'DELETE',
      path: ITEM,
      operationId: 'deleteConversationItem',
      summary: 'Delete an item',
      query: [],
      response:
        dialect === 'openai'
          ? ok('The conversation that the item was in', Conversation)
          : ok('The item is gone', ItemDeleted),
      errors: [404],
      handle: async (call) => {
        parseNoQuery(call.query);
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

function ok(description: string, schema: TSchema): Route['response'] {
  return { description, schema };
}

function conversationId({ path }: Call): string {
  return path['conversation_id'] ?? '';
}

function itemId({ path }: Call): string {
  return path['item_id'] ?? '';
}
