/** What the routes of conversations and of their items share. */

import { Type, type TSchema } from 'typebox';
import { defaultLimit, type RequestLimits } from '../../../contract/conversations/requests.ts';
import type { Call, QueryParameter, Route } from '../../http/route.ts';

export interface ConversationRouteOptions extends RequestLimits {
  /** What deleting an item answers: OpenAI's Conversation, or the deletion object that Llama Stack's clients expect. */
  readonly dialect: 'openai' | 'llama-stack';
}

export const TAG = 'Conversations';
export const COLLECTION = '/v1/conversations';
export const CONVERSATION = `${COLLECTION}/{conversation_id}`;
export const ITEMS = `${CONVERSATION}/items`;
export const ITEM = `${ITEMS}/{item_id}`;

/** How a list is paged. */
export function pageParameters(
  pageSize: number,
  orderDescription: string,
  entry: string,
): readonly QueryParameter[] {
  return [
    {
      name: 'limit',
      description: 'How many to return.',
      schema: Type.Integer({ minimum: 1, maximum: pageSize, default: defaultLimit(pageSize) }),
    },
    {
      name: 'order',
      description: orderDescription,
      schema: Type.Enum(['asc', 'desc'], { default: 'desc' }),
    },
    {
      name: 'after',
      description: `The id of one ${entry}: the page begins behind it, in the given order.`,
      schema: Type.String(),
    },
  ];
}

export function ok(description: string, schema: TSchema): Route['response'] {
  return { description, schema };
}

export function conversationId({ path }: Call): string {
  return path['conversation_id'] ?? '';
}

export function itemId({ path }: Call): string {
  return path['item_id'] ?? '';
}
