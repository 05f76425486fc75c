/** Query parameters that choose conversations by their own fields. */

import { Type } from 'typebox';
import { MetadataFilter } from '../../../contract/conversations/conversation.ts';
import { ConversationInclude } from '../../../contract/conversations/details.ts';
import type {
  QueryParameter,
  QueryParameters,
  QueryValues,
} from '../../../contract/schema/query.ts';
import type { ConversationChoice } from '../../../store/conversations/choice.ts';

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
} satisfies QueryParameters;

export const conversationInclude = {
  description: 'What to return beside the fields of OpenAI, repeated once for each.',
  schema: Type.Array(ConversationInclude),
  isExtension: true,
} satisfies QueryParameter;

/** Returns the choice that a query makes. */
export function choiceOf({
  owner,
  metadata,
  metadata_key: metadataKeys,
}: QueryValues<typeof choiceParameters>): ConversationChoice {
  return { owner, metadata, metadataKeys };
}
