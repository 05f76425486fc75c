import { Type, type Static, type TSchema } from 'typebox';
import { EXPIRY_FIELDS, ExpiresAfter, TRASH_FIELDS } from '../retention/expiry.ts';
import { nullable } from '../schema/schema.ts';

export const MOST_PAIRS = 16;
const LONGEST_KEY = 64;
const LONGEST_VALUE = 512;

export const Metadata = Type.Unsafe<{ [key: string]: string }>({
  title: 'Metadata',
  type: 'object',
  maxProperties: MOST_PAIRS,
  propertyNames: { type: 'string', maxLength: LONGEST_KEY },
  additionalProperties: { type: 'string', maxLength: LONGEST_VALUE },
});
export type Metadata = Static<typeof Metadata>;

/** Pairs that a conversation's metadata must have. Longer keys and values are allowed: they match nothing. */
export const MetadataFilter = Type.Unsafe<Metadata>({
  title: 'MetadataFilter',
  type: 'object',
  maxProperties: MOST_PAIRS,
  additionalProperties: { type: 'string' },
});

/** The conversation that was copied. Only forks have it; null when the source is gone, or not readable by the caller. */
const ForkedFrom = Type.Object(
  {
    conversation_id: Type.String(),
    item_id: nullable(Type.String({ description: 'The last item that was copied' })),
  },
  { title: 'ForkedFrom' },
);

export const Conversation = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('conversation'),
    created_at: Type.Integer({ description: 'Unix seconds', format: 'unixtime' }),
    metadata: Metadata,
    ...EXPIRY_FIELDS,
    ...TRASH_FIELDS,
    forked_from: Type.Optional(nullable(ForkedFrom)),
  },
  { title: 'Conversation' },
);
export type Conversation = Static<typeof Conversation>;

export const ConversationDeleted = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('conversation.deleted'),
    deleted: Type.Literal(true),
  },
  { title: 'ConversationDeleted' },
);

/** Answer to the deletion of an item in the `llama-stack` dialect. */
export const ItemDeleted = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('conversation.item.deleted'),
    deleted: Type.Literal(true),
  },
  { title: 'ConversationItemDeleted' },
);

/** Makes the schema of a new conversation's body. The document has the schema of items; the parser checks each item by itself. */
export function createConversationBody(item: TSchema, mostItems: number) {
  return Type.Object(
    {
      metadata: Type.Optional(Metadata),
      items: Type.Optional(Type.Array(item, { maxItems: mostItems })),
      expires_after: Type.Optional(ExpiresAfter),
    },
    { title: 'CreateConversation', additionalProperties: false },
  );
}

export const UpdateConversationBody = Type.Object(
  {
    metadata: Type.Optional(nullable(Metadata)),
    expires_after: Type.Optional(nullable(ExpiresAfter)),
  },
  { title: 'UpdateConversation', additionalProperties: false },
);

export function createItemsBody(item: TSchema, mostItems: number) {
  return Type.Object(
    { items: Type.Array(item, { maxItems: mostItems }) },
    { title: 'CreateItems', additionalProperties: false },
  );
}
