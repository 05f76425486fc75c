/** The unions over all item types, as the OpenAPI document and the exported types show them. */

import { Type, type Static, type TSchema } from 'typebox';
import { asJsonSchema, Id, type JsonSchema, listOf, omittable } from '../schema/schema.ts';
import {
  ITEM_DEFINITIONS,
  type ConversationItem as Item,
  type InputItem as Input,
} from './table.ts';

const ItemReference = Type.Object(
  { id: Id, type: omittable(Type.Literal('item_reference')) },
  { title: 'ItemReference' },
);

/** `function_call` is described as `FunctionCall`, what callers send of it as `FunctionCallParam`. */
function named(schema: TSchema, type: string, suffix: string): JsonSchema {
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return { title: `${words.join('')}${suffix}`, ...asJsonSchema(schema) };
}

export const ConversationItem = Type.Unsafe<Item>({
  title: 'ConversationItem',
  description: 'An item as it is stored. Fields that this document does not name are kept as sent.',
  anyOf: ITEM_DEFINITIONS.map(({ type, returned }) => named(returned, type, '')),
});

export const InputItem = Type.Unsafe<Input>({
  title: 'InputItem',
  description:
    'An item to store. Null in an optional field counts as omitted; fields that this document does not name are kept.',
  anyOf: [
    ...ITEM_DEFINITIONS.map(({ type, create }) => named(create, type, 'Param')),
    ItemReference,
  ],
});

export const ConversationItemList = listOf(ConversationItem, 'ConversationItemList');
export type ConversationItemList = Static<typeof ConversationItemList>;
