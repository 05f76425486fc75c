/** Building blocks of the wire's schemas. */

import { Type, type Static, type TOptional, type TSchema, type TUnsafe } from 'typebox';

/** Keywords of JSON Schema that the schemas use. */
export interface JsonSchema {
  readonly title?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  /** Schemas that a value must also fit, for the document alone: functions check them, and word the errors. */
  readonly documentedAllOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** Returns a TypeBox schema with its keywords: it is JSON Schema at run time, and its type only hides them. */
export function asJsonSchema(schema: TSchema): JsonSchema {
  return schema;
}

export function acceptsNull(schema: JsonSchema): boolean {
  return schema.type === 'null' || (schema.anyOf?.some(acceptsNull) ?? false) || isAny(schema);
}

function isAny({ type, anyOf, enum: values, const: value }: JsonSchema): boolean {
  return type === undefined && anyOf === undefined && values === undefined && value === undefined;
}

/** Makes a schema of `T | null`, in which null has a meaning of its own. */
export function nullable<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema> | null> {
  return Type.Unsafe<Static<Schema> | null>(Type.Union([schema, Type.Null()]));
}

/**
 * Makes the schema of an optional field of a request that may be null in OpenAI's types. Null in any
 * optional field counts as omitted, so the schema itself does not have null.
 */
export function omittable<Schema extends TSchema>(
  schema: Schema,
): TOptional<TUnsafe<Static<Schema> | null>> {
  return Type.Optional(Type.Unsafe<Static<Schema> | null>(schema));
}

/** An object with values of any kind, which are not checked. */
export const AnyObject = Type.Unsafe<{ [key: string]: unknown }>({ type: 'object' });

/** Makes the schema of OpenAI's list envelope around a page. */
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

/** Limit of a message's or a tool output's text, in code points. */
const LONGEST_TEXT = 10_485_760;
/** Limit of an image URL or an encrypted blob, in code points. */
const LONGEST_BLOB = 20_971_520;

export const Text = Type.String({ maxLength: LONGEST_TEXT });
export const Blob = Type.String({ maxLength: LONGEST_BLOB });
/** Id of an item. Its characters and prefix are checked once the type is known. */
export const Id = Type.String({ maxLength: 64 });
export const CallId = Type.String({ minLength: 1, maxLength: 64 });

/** The longest id of any program's making, in code points. */
const LONGEST_ID = 1024;
/** Control characters, line breaks and unpaired surrogates, as a class of every language's expressions. */
const UNUSABLE = String.raw`\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff`;
/** Ids of any program's making: all but `.` and `..`, which clients resolve before they send a URL. */
const ANY_ID = `^([^.${UNUSABLE}][^${UNUSABLE}]*|\\.[^.${UNUSABLE}][^${UNUSABLE}]*|\\.\\.[^${UNUSABLE}]+)$`;

/** An item's id or a call's id as other programs make it. */
export const AnyId = Type.String({
  title: 'AnyId',
  minLength: 1,
  maxLength: LONGEST_ID,
  pattern: ANY_ID,
});

/** A status by whatever name a program gives it. */
export const AnyStatus = Type.String({ minLength: 1, maxLength: 64 });

export const Status = Type.Enum(['in_progress', 'completed', 'incomplete']);

/** Origin of a tool call: the model itself, or a program that it wrote. */
export const Caller = Type.Union([
  Type.Object({ type: Type.Literal('direct') }),
  Type.Object({ type: Type.Literal('program'), caller_id: Type.String() }),
]);
