/** The unions over all item types, as the OpenAPI document and the exported types show them. */

import { Type, type TSchema } from 'typebox';
import {
  AnyId,
  asJsonSchema,
  Id,
  type JsonSchema,
  listOf,
  nullable,
  omittable,
} from '../schema/schema.ts';
import type { ItemDefinition } from './define.ts';
import { acceptedSchema, TYPE_NAME } from './liberal.ts';
import type { ItemRules } from './parse.ts';
import { servedSchema } from './served-schema.ts';
import { storedForm } from './stored-form.ts';
import {
  ITEM_DEFINITIONS,
  type ConversationItem as Item,
  type InputItem as Input,
} from './table.ts';

/** The schemas of items that a request may have and an answer has. */
export interface ItemSchemas {
  readonly InputItem: TSchema;
  readonly ConversationItem: TSchema;
  readonly ConversationItemList: TSchema;
}

/** Returns the schemas under the rules of a server. */
export function itemSchemas(rules: ItemRules): ItemSchemas {
  const definitions: readonly ItemDefinition[] = ITEM_DEFINITIONS;
  const served = Type.Unsafe<Item>({
    title: 'ConversationItem',
    description:
      'An item as it is stored. Fields that this document does not name are kept as sent.',
    anyOf: [
      ...definitions.map((definition) => servedItem(definition, rules)),
      ...(rules.isStrict ? [] : [otherItem('OtherItem', Type.String())]),
    ],
  });
  const input = Type.Unsafe<Input>({
    title: 'InputItem',
    description:
      'An item to store. Null in an optional field counts as omitted; fields that this document does not name are kept.',
    anyOf: [
      ...definitions.map((definition) => inputItem(definition, rules)),
      Type.Object(
        {
          id: rules.isStrict ? Id : AnyId,
          type: omittable(Type.Literal('item_reference')),
        },
        { title: 'ItemReference' },
      ),
      ...(rules.isStrict
        ? []
        : [otherItem('OtherItemParam', Type.Optional(nullable(Type.String({ maxLength: 1024 }))))]),
    ],
  });
  return {
    InputItem: input,
    ConversationItem: served,
    ConversationItemList: listOf(served, 'ConversationItemList'),
  };
}

/** The list of items, as the library's types have it. */
export type ConversationItemList = {
  object: 'list';
  data: Item[];
  first_id: string | null;
  has_more: boolean;
  last_id: string | null;
};

function servedItem(definition: ItemDefinition, { isStrict }: ItemRules): JsonSchema {
  const { type, prefix, returned, example } = definition;
  const stored = storedForm({ id: `${prefix}_1`, ...example }, definition);
  return described(isStrict ? returned : servedSchema(definition), type, '', stored);
}

function inputItem(definition: ItemDefinition, { isStrict }: ItemRules): JsonSchema {
  const { type, create, example } = definition;
  const schema = isStrict ? create : withId(acceptedSchema(definition));
  return described(schema, type, 'Param', example);
}

/** An accepted item with the id that a caller may give it; an empty one counts as omitted. */
function withId(schema: TSchema): TSchema {
  const { properties, ...rest } = asJsonSchema(schema);
  const id = Type.Union([AnyId, Type.Literal('')]);
  return Type.Unsafe({ ...rest, properties: { id, ...properties } });
}

/** An item of a hosted tool that does not fit its schema, or of a type that is not known. */
function otherItem(title: string, id: TSchema): TSchema {
  const checked = ITEM_DEFINITIONS.filter(({ handling }) => handling === 'checked');
  const type = Type.Unsafe<string>({
    type: 'string',
    pattern: TYPE_NAME.source,
    not: { enum: checked.map((definition) => definition.type) },
  });
  const description =
    'An item of a hosted tool with fields or values that this document does not know, or of a type that it does not know. It is kept as it was posted.';
  return Type.Object({ id, type }, { title, description });
}

/** Adds a title and an example. The title of `function_call` is `FunctionCall` and the suffix. */
function described(schema: TSchema, type: string, suffix: string, example: unknown): JsonSchema {
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return {
    title: `${words.join('')}${suffix}`,
    ...asJsonSchema(schema),
    examples: [example],
  };
}
