/** The fields of a conversation that are served only on request, and that OpenAI's object lacks. */

import { Type } from 'typebox';
import { listOf, nullable } from '../schema/schema.ts';
import { Conversation } from './conversation.ts';

/** Values of `include` of a conversation. */
export const ConversationInclude = Type.Enum(
  ['owner', 'item_count', 'last_item_at', 'permissions'],
  { title: 'ConversationIncludable' },
);
export type ConversationInclude = (typeof ConversationInclude.enum)[number];

export const DetailedConversation = Type.Object(
  {
    ...Conversation.properties,
    owner: Type.Optional(Type.String()),
    item_count: Type.Optional(
      nullable(Type.Integer({ minimum: 0, description: 'null while it is not counted yet' })),
    ),
    last_item_at: Type.Optional(
      nullable(
        Type.Integer({
          description: 'Unix seconds of the last stored item; null without one',
          format: 'unixtime',
        }),
      ),
    ),
    permissions: Type.Optional(
      Type.Array(Type.Enum(['read', 'update', 'delete']), {
        description: 'What the policy permits to the caller on this conversation',
      }),
    ),
  },
  { title: 'DetailedConversation' },
);

export const DetailedConversationList = listOf(DetailedConversation, 'ConversationList');
