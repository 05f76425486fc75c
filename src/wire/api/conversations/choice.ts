/** Query parameters that choose conversations by their own fields. */

import { Type } from 'typebox';
import { MetadataFilter } from '../../../contract/conversations/conversation.ts';
import { ConversationInclude } from '../../../contract/conversations/details.ts';
import type {
  QueryParameter,
  QueryParameters,
  QueryValues,
} from '../../../contract/schema/query.ts';
import { refuseMilliseconds } from '../../../contract/schema/unix-seconds.ts';
import type { ChoiceRequest } from '../../../service/conversations/choice-request.ts';

const MOST_IDS = 100;

export const choiceParameters = {
  metadata: {
    description: '`metadata[key]=value`: only conversations with this pair; all must match.',
    schema: MetadataFilter,
  },
  metadata_key: {
    description: 'Only conversations with this key in their metadata, repeated once for each key.',
    schema: Type.Array(Type.String({ minLength: 1 })),
  },
  owner: {
    description: 'Only conversations of this owner.',
    schema: Type.Optional(Type.String({ minLength: 1 })),
  },
  conversation_id: {
    description: 'Only conversations with these ids, repeated once for each.',
    schema: Type.Array(Type.String({ minLength: 1 }), { maxItems: MOST_IDS }),
  },
  created_after: {
    description: 'Only conversations created after this second.',
    schema: Type.Optional(Type.Integer()),
  },
  created_before: {
    description: 'Only conversations created before this second.',
    schema: Type.Optional(Type.Integer()),
  },
  last_item_after: {
    description: 'Only conversations whose last item was stored after this second.',
    schema: Type.Optional(Type.Integer()),
  },
  last_item_before: {
    description: 'Only conversations whose last item was stored before this second.',
    schema: Type.Optional(Type.Integer()),
  },
} satisfies QueryParameters;

export const conversationInclude = {
  description: 'What to return beside the fields of OpenAI, repeated once for each.',
  schema: Type.Array(ConversationInclude),
  isExtension: true,
} satisfies QueryParameter;

/** Returns the choice that a query makes. Throws an `ApiError` for a time in milliseconds. */
export function choiceOf(query: QueryValues<typeof choiceParameters>): ChoiceRequest {
  const { owner, metadata, metadata_key: metadataKeys, conversation_id: ids } = query;
  const { created_after, created_before, last_item_after, last_item_before } = query;
  refuseMilliseconds({ created_after, created_before, last_item_after, last_item_before });
  return {
    owner,
    metadata,
    metadataKeys,
    ids,
    createdAfter: created_after,
    createdBefore: created_before,
    lastItemAfter: last_item_after,
    lastItemBefore: last_item_before,
  };
}
