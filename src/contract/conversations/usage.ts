import { Type } from 'typebox';
import { listOf } from '../schema/schema.ts';

const Count = Type.Integer({ minimum: 0 });
const Seconds = Type.Integer({ description: 'Unix seconds', format: 'unixtime' });

/** What a group of conversations amounts to; it has the name of the group that was requested. */
const ConversationUsage = Type.Object(
  {
    object: Type.Literal('conversation.usage'),
    owner: Type.Optional(Type.String()),
    conversation: Type.Optional(Type.String()),
    day: Type.Optional(Type.String({ description: 'A day in UTC, such as `2026-11-27`' })),
    conversations: Count,
    items: Count,
    bytes: Count,
    responses: Count,
    input_tokens: Count,
    input_cached_tokens: Count,
    output_tokens: Count,
    output_reasoning_tokens: Count,
    oldest: Seconds,
    newest: Seconds,
  },
  { title: 'ConversationUsage' },
);

export const ConversationUsageList = listOf(ConversationUsage, 'ConversationUsageList');
