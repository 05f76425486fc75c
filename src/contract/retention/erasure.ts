import { Type, type Static } from 'typebox';
import { MOST_PAIRS, type Metadata } from '../conversations/conversation.ts';
import { apiError } from '../errors/registry.ts';
import { bodyObject } from '../schema/body-object.ts';
import { nullable, omittable } from '../schema/schema.ts';
import { validator } from '../schema/validate.ts';

/** Pairs that must be in the metadata. A value that is empty would be a mistake, such as a variable that is not set. */
const ErasureMetadata = Type.Unsafe<Metadata>({
  title: 'ErasureMetadata',
  type: 'object',
  maxProperties: MOST_PAIRS,
  additionalProperties: { type: 'string', minLength: 1 },
});

const MOST_IDS = 1_000;

export const EraseConversationsBody = Type.Object(
  {
    metadata: omittable(ErasureMetadata),
    owner: omittable(Type.String({ minLength: 1, maxLength: 1024 })),
    conversation_ids: omittable(
      Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
        maxItems: MOST_IDS,
        description: 'Only conversations with these ids',
      }),
    ),
    dry_run: omittable(Type.Boolean({ default: false })),
  },
  { title: 'EraseConversations', additionalProperties: false },
);

const Count = Type.Integer({ minimum: 0 });
const Seconds = Type.Integer({ description: 'Unix seconds', format: 'unixtime' });

/** The receipt of an erasure, or what one would do. */
export const ErasureReceipt = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('conversation.erasure'),
    dry_run: Type.Boolean(),
    matched: Count,
    deleted: Count,
    held: Type.Integer({ minimum: 0, description: 'Conversations that a hold keeps' }),
    items: Type.Integer({
      minimum: 0,
      description: 'Items that were deleted; of a dry run, those that would be',
    }),
    bytes: Type.Integer({ minimum: 0, description: 'Bytes of these items' }),
    has_more: Type.Boolean({
      description: 'Whether the request has ended before all were deleted; repeat it then',
    }),
    started_at: Seconds,
    finished_at: Seconds,
    ids_sha256: nullable(
      Type.String({
        description:
          'SHA-256 of the ids of the deleted conversations, sorted, each with a line feed; null in a dry run',
      }),
    ),
    not_covered: Type.Array(Type.String(), {
      description: 'Where texts may be that the server does not reach',
    }),
  },
  { title: 'ConversationErasure' },
);
export type ErasureReceipt = Static<typeof ErasureReceipt>;

export interface EraseConversationsParams {
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly owner: string | undefined;
  /** `undefined` for any. */
  readonly ids: readonly string[] | undefined;
  readonly isDryRun: boolean;
}

const validate = validator(EraseConversationsBody);

/** Returns the filter of an erasure. Throws an `ApiError` for one that would match everything. */
export function parseEraseConversations(body: unknown): EraseConversationsParams {
  const { metadata, dry_run, ...rest } = validate(bodyObject(body), '');
  const owner = rest.owner ?? undefined;
  const ids = rest.conversation_ids ?? undefined;
  const pairs = Object.entries(metadata ?? {});
  if (pairs.length === 0 && owner === undefined && (ids ?? []).length === 0) {
    throw apiError('empty_erasure_filter');
  }
  return { metadata: pairs, owner, ids, isDryRun: dry_run ?? false };
}
