/** Bodies of forks and rewinds, and the objects that answer them. Each parser throws an `ApiError`. */

import { Type, type TSchema } from 'typebox';
import { apiError } from '../errors/registry.ts';
import type { ItemContract } from '../items/contract.ts';
import type { ParsedItem } from '../items/parse.ts';
import { bodyObject } from '../schema/body-object.ts';
import { validator } from '../schema/validate.ts';
import { Metadata } from './conversation.ts';
import { parseItems } from './requests.ts';

/** A place in a conversation: after an item or before it. */
interface ItemPlace {
  readonly side: 'after' | 'before';
  readonly itemId: string;
}

const ItemId = Type.String({ minLength: 1 });

const place = {
  after: Type.Optional(ItemId),
  before: Type.Optional(ItemId),
};

export function forkBody(item: TSchema, mostItems: number) {
  return Type.Object(
    {
      ...place,
      metadata: Type.Optional(Metadata),
      items: Type.Optional(Type.Array(item, { maxItems: mostItems })),
    },
    { title: 'ForkConversation', additionalProperties: false },
  );
}

export interface ForkRequest {
  /** `undefined` for all items. */
  readonly until: ItemPlace | undefined;
  /** `undefined` for that of the source. */
  readonly metadata: Metadata | undefined;
  readonly items: readonly ParsedItem[];
}

/** Returns a parser of the body of a fork. An absent body copies all. */
export function forkParser(
  contract: Pick<ItemContract, 'parse'>,
  maxItemsPerRequest: number,
): (body: unknown) => ForkRequest {
  const validate = validator(forkBody(Type.Unknown(), maxItemsPerRequest));
  return (body) => {
    const { metadata, items = [], ...named } = validate(bodyObject(body), '');
    return { until: placeOf(named), metadata, items: parseItems(items, contract) };
  };
}

export function rewindBody(item: TSchema, mostItems: number) {
  return Type.Object(
    {
      ...place,
      expected_item_ids: Type.Optional(
        Type.Array(Type.String(), {
          description:
            'Ids of the items that must be removed, in order; otherwise nothing is done.',
        }),
      ),
      items: Type.Optional(Type.Array(item, { maxItems: mostItems })),
    },
    { title: 'RewindConversation', additionalProperties: false },
  );
}

export interface RewindRequest {
  readonly from: ItemPlace;
  /** `undefined` for any. */
  readonly expectedIds: readonly string[] | undefined;
  readonly items: readonly ParsedItem[];
}

export function rewindParser(
  contract: Pick<ItemContract, 'parse'>,
  maxItemsPerRequest: number,
): (body: unknown) => RewindRequest {
  const validate = validator(rewindBody(Type.Unknown(), maxItemsPerRequest));
  return (body) => {
    const { items = [], expected_item_ids, ...named } = validate(bodyObject(body), '');
    const from = placeOf(named);
    if (from === undefined) throw apiError('one_place_required');
    return { from, expectedIds: expected_item_ids, items: parseItems(items, contract) };
  };
}

function placeOf({
  after,
  before,
}: {
  readonly after?: string;
  readonly before?: string;
}): ItemPlace | undefined {
  if (after !== undefined && before !== undefined) {
    throw apiError('mutually_exclusive_parameters', { first: 'after', second: 'before' });
  }
  if (after !== undefined) return { side: 'after', itemId: after };
  return before === undefined ? undefined : { side: 'before', itemId: before };
}

/** Makes the schema of the answer to a rewind. */
export function conversationRewound(item: TSchema) {
  return Type.Object(
    {
      id: Type.String(),
      object: Type.Literal('conversation.rewound'),
      deleted_item_ids: Type.Array(Type.String(), {
        description: 'The first 1,000 items that were removed, in order',
      }),
      deleted_items: Type.Integer({ minimum: 0, description: 'Number of the removed items' }),
      data: Type.Array(item, { description: 'The items that were appended' }),
    },
    { title: 'ConversationRewound' },
  );
}
