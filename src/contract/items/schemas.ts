/** The unions over all item types, as the OpenAPI document and the exported types show them. */

import { Type, type Static, type TSchema } from 'typebox';
import { asJsonSchema, Id, type JsonSchema, listOf, omittable } from '../schema/schema.ts';
import { storedForm } from './stored-form.ts';
import {
  ITEM_DEFINITIONS,
  type ConversationItem as Item,
  type InputItem as Input,
} from './table.ts';

const ItemReference = Type.Object(
  { id: Id, type: omittable(Type.Literal('item_reference')) },
  { title: 'ItemReference' },
);

/** Adds a title and an example. The title of `function_call` is `FunctionCall` and the suffix. */
function described(schema: TSchema, type: string, suffix: string, example: unknown): JsonSchema {
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return {
    title: `${words.join('')}${suffix}`,
    ...asJsonSchema(schema),
    examples: [example],
  };
}

export const ConversationItem = Type.Unsafe<Item>({
  title: 'ConversationItem',
  description: 'An item as it is stored. Fields that this document does not name are kept as sent.',
  anyOf: ITEM_DEFINITIONS.map((definition) => {
    const { type, prefix, returned, example } = definition;
    const stored = storedForm({ id: `${prefix}_1`, ...example }, definition);
    return described(returned, type, '', stored);
  }),
});

export const InputItem = Type.Unsafe<Input>({
  title: 'InputItem',
  description:
    'An item to store. Null in an optional field counts as omitted; fields that this document does not name are kept.',
  anyOf: [
    ...ITEM_DEFINITIONS.map(({ type, create, example }) =>
      described(create, type, 'Param', example),
    ),
    ItemReference,
  ],
});

export const ConversationItemList = listOf(ConversationItem, 'ConversationItemList');
export type ConversationItemList = Static<typeof ConversationItemList>;
