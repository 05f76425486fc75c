/** The unions over all item types, as the OpenAPI document and the exported types show them. */

import { Type, type TSchema } from 'typebox';
import { AnyId, asJsonSchema, Id, type JsonSchema, listOf } from '../schema/schema.ts';
import { ID_CHARACTER } from '../../base/ids.ts';
import type { ItemDefinition } from './define.ts';
import { acceptedSchema, INSTRUCTION, TYPE_NAME } from './liberal.ts';
import { itemPage } from './pages.ts';
import type { ItemRules } from './parse.ts';
import { servedSchema } from './served-schema.ts';
import { storedForm } from './stored-form.ts';
import {
  ITEM_DEFINITIONS,
  ITEM_REFERENCE,
  type ConversationItem as Item,
  type InputItem as Input,
} from './table.ts';

/** The schemas of items that a request may have and an answer has. */
export interface ItemSchemas {
  readonly InputItem: TSchema;
  readonly ConversationItem: TSchema;
  readonly ConversationItemList: TSchema;
  /** The list as a page, with what a request may ask for besides. */
  readonly ConversationItemPage: TSchema;
}

/** Returns the schemas under the rules of a server. */
export function itemSchemas(rules: ItemRules): ItemSchemas {
  const definitions: readonly ItemDefinition[] = ITEM_DEFINITIONS;
  const { isStrict } = rules;
  const served = Type.Unsafe<Item>({
    title: 'ConversationItem',
    description:
      'An item as it is stored. Fields that this document does not name are kept as sent.',
    anyOf: [
      ...definitions.map((definition) => servedItem(definition, rules)),
      ...(isStrict ? [] : [otherItem('OtherItem', Type.String())]),
    ],
  });
  const input = Type.Unsafe<Input>({
    title: 'InputItem',
    description:
      'An item to store. Null in an optional field counts as omitted; fields that this document does not name are kept.',
    anyOf: [
      ...definitions.map((definition) => inputItem(definition, rules)),
      itemReference(isStrict ? Id : AnyId),
      ...(isStrict ? [] : [otherItem('OtherItemParam', Type.Optional(NewId))]),
    ],
  });
  return {
    InputItem: input,
    ConversationItem: served,
    ConversationItemList: listOf(served, 'ConversationItemList'),
    ConversationItemPage: itemPage(served, 'ConversationItemPage'),
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
  return described(asJsonSchema(isStrict ? returned : servedSchema(definition)), type, '', stored);
}

function inputItem(definition: ItemDefinition, { isStrict }: ItemRules): JsonSchema {
  const { type, create, example } = definition;
  const schema = isStrict
    ? withId(asJsonSchema(create), strictIdSchema(definition))
    : withId(asJsonSchema(acceptedSchema(definition)), NewId);
  return described(schema, type, 'Param', example);
}

/** An id that a caller may give to an item under the liberal rules; an empty one counts as omitted. */
const NewId = Type.Union([AnyId, Type.Literal('')]);

/** Returns the schema of the ids that the strict rules take for a type. */
function strictIdSchema({ prefix, prefixEnforced }: ItemDefinition): JsonSchema {
  const pattern = prefixEnforced ? `^${prefix}${ID_CHARACTER}*$` : `^${ID_CHARACTER}+$`;
  return { ...asJsonSchema(Id), pattern };
}

/** Returns a schema of items with another schema of their id. */
function withId({ anyOf, ...schema }: JsonSchema, id: JsonSchema): JsonSchema {
  if (anyOf !== undefined) return { ...schema, anyOf: anyOf.map((entry) => withId(entry, id)) };
  const { id: _id, ...fields } = schema.properties ?? {};
  return { ...schema, properties: { id, ...fields } };
}

/** Makes the schema of a reference to a stored item. Without a type, an item with other fields is a message. */
function itemReference(id: TSchema): TSchema {
  return Type.Union(
    [
      Type.Object({ id, type: Type.Literal(ITEM_REFERENCE) }),
      Type.Object({ id, type: Type.Optional(Type.Null()) }, { additionalProperties: false }),
    ],
    { title: 'ItemReference' },
  );
}

/** Makes the schema of a hosted tool's item that does not fit its own, or of an item of an unknown type. */
function otherItem(title: string, id: TSchema): TSchema {
  const checked = ITEM_DEFINITIONS.filter(({ handling }) => handling === 'checked');
  const others = [...checked.map((definition) => definition.type), ITEM_REFERENCE, INSTRUCTION];
  const type = Type.Unsafe<string>({
    type: 'string',
    pattern: TYPE_NAME.source,
    not: { enum: others },
  });
  const description =
    'An item of a hosted tool with fields or values that this document does not know, or of a type that it does not know. It is kept as it was posted. A type that is one or two letters away from a known one is refused.';
  return Type.Object({ id, type }, { title, description });
}

/** Adds a title and an example. The title of `function_call` is `FunctionCall` and the suffix. */
function described(schema: JsonSchema, type: string, suffix: string, example: unknown): JsonSchema {
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return {
    title: `${words.join('')}${suffix}`,
    ...schema,
    examples: [example],
  };
}
