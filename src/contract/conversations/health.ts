/** The health of a conversation's items: the defects that model servers refuse, and their repairs. */

import { Type, type Static } from 'typebox';
import { nullable } from '../schema/schema.ts';

/** Defects of a list of items. */
export const HISTORY_RULES = [
  'duplicate_id',
  'empty_message',
  'approval_without_request',
  'call_of_unapproved_request',
  'output_without_call',
  'output_before_call',
  'duplicate_output',
  'call_without_output',
  'reasoning_alone',
  'left_in_progress',
] as const;
export type HistoryRule = (typeof HISTORY_RULES)[number];

/** Differences that findings make to what a model is shown. */
export const HISTORY_FIXES = ['drop', 'insert', 'move', 'change', 'none'] as const;

const OPEN_CALLS = ['answer', 'drop', 'keep'] as const;
/** Treatment of a call without output. */
export type OpenCalls = (typeof OPEN_CALLS)[number];

export const OpenCallsParam = Type.Enum([...OPEN_CALLS], { default: 'answer' });

const HistoryFinding = Type.Object(
  {
    rule: Type.Enum([...HISTORY_RULES]),
    item_id: nullable(Type.String()),
    call_id: nullable(Type.String()),
    fix: Type.Enum([...HISTORY_FIXES]),
    message: Type.String(),
  },
  { title: 'HistoryFinding' },
);

const examined = {
  findings: Type.Array(HistoryFinding),
  items: Type.Integer({ description: 'Number of the items that were examined' }),
  truncated: Type.Boolean({ description: 'Whether the conversation has more items' }),
};

export const ConversationHealthObject = Type.Object(
  { object: Type.Literal('conversation.health'), healthy: Type.Boolean(), ...examined },
  { title: 'ConversationHealth' },
);
export type ConversationHealthObject = Static<typeof ConversationHealthObject>;

export const ConversationRepairObject = Type.Object(
  {
    object: Type.Literal('conversation.repair'),
    dry_run: Type.Boolean(),
    deleted: Type.Array(Type.String(), {
      description: 'Ids of the items that were deleted, or would be',
    }),
    ...examined,
  },
  { title: 'ConversationRepair' },
);
export type ConversationRepairObject = Static<typeof ConversationRepairObject>;

export const RepairConversationBody = Type.Object(
  {
    dry_run: Type.Optional(Type.Boolean({ default: false })),
    rules: Type.Optional(Type.Array(Type.Enum([...HISTORY_RULES]))),
    open_calls: Type.Optional(OpenCallsParam),
  },
  { title: 'RepairConversation', additionalProperties: false },
);
