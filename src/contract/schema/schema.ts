/** Building blocks of the wire's schemas. */

import { Type, type Static, type TOptional, type TSchema, type TUnsafe } from 'typebox';

/** The parts of JSON Schema that our schemas use. */
export interface JsonSchema {
  readonly title?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** TypeBox schemas are JSON Schema at run time; its types only hide the keywords. */
export function asJsonSchema(schema: TSchema): JsonSchema {
  return schema;
}

export function acceptsNull(schema: JsonSchema): boolean {
  return schema.type === 'null' || (schema.anyOf?.some(acceptsNull) ?? false) || isAny(schema);
}

function isAny({ type, anyOf, enum: values, const: value }: JsonSchema): boolean {
  return type === undefined && anyOf === undefined && values === undefined && value === undefined;
}

/** `T | null`, where null is a value of its own. */
export function nullable<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema> | null> {
  return Type.Unsafe<Static<Schema> | null>(Type.Union([schema, Type.Null()]));
}

/**
 * An optional field of a request that OpenAI's types let be null as well. Null in any optional field
 * counts as omitted, so the schema itself has no null.
 */
export function omittable<Schema extends TSchema>(
  schema: Schema,
): TOptional<TUnsafe<Static<Schema> | null>> {
  return Type.Optional(Type.Unsafe<Static<Schema> | null>(schema));
}

/** An object whose values nobody here looks into. */
export const AnyObject = Type.Unsafe<{ [key: string]: unknown }>({ type: 'object' });

/** OpenAI's list envelope around a page. */
export function listOf<Entry extends TSchema>(entry: Entry, title: string) {
  return Type.Object(
    {
      object: Type.Literal('list'),
      data: Type.Array(entry),
      first_id: nullable(Type.String()),
      has_more: Type.Boolean(),
      last_id: nullable(Type.String()),
    },
    { title },
  );
}

/** The longest text of a message or a tool output, in code points. */
const LONGEST_TEXT = 10_485_760;
/** The longest image URL or encrypted blob, in code points. */
const LONGEST_BLOB = 20_971_520;

export const Text = Type.String({ maxLength: LONGEST_TEXT });
export const Blob = Type.String({ maxLength: LONGEST_BLOB });
/** The id of an item. Its characters and prefix are checked where its type is known. */
export const Id = Type.String({ maxLength: 64 });
export const CallId = Type.String({ minLength: 1, maxLength: 64 });

export const Status = Type.Enum(['in_progress', 'completed', 'incomplete']);

/** What caused a tool call: the model directly, or a program it wrote. */
export const Caller = Type.Union([
  Type.Object({ type: Type.Literal('direct') }),
  Type.Object({ type: Type.Literal('program'), caller_id: Type.String() }),
]);
