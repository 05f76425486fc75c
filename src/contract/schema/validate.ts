import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isJsonObject } from '../../base/json-object.ts';
import { flatten, meantAlternative } from './alternatives.ts';
import { explain } from './explain.ts';
import { acceptsNull, asJsonSchema, type JsonSchema } from './schema.ts';

/**
 * Returns the value if it fits the schema, without the nulls that count as omitted fields. Otherwise throws an
 * `ApiError` of the first fault; `path` names the value in it, as in `items[0]`.
 */
export type Validate<Schema extends TSchema> = (value: unknown, path: string) => Static<Schema>;

/** Makes a check of JSON values that throws. Compiles `schema` when it is first used. */
export function validator<Schema extends TSchema>(schema: Schema): Validate<Schema> {
  const fit = fitting(schema);
  return (value, path) => {
    const fitted = fit(value);
    if (fitted !== undefined) return fitted;
    const json = asJsonSchema(schema);
    throw (
      explain(json, omitNulls(json, value), path) ??
      new Error(`${path} fails its schema for a reason that explain() does not know`)
    );
  };
}

/** As {@link validator}, with `undefined` for a value that does not fit. A process seldom sees every type. */
export function fitting<Schema extends TSchema>(
  schema: Schema,
): (value: unknown) => Static<Schema> | undefined {
  let compiled: { Check(value: unknown): boolean } | undefined;
  return (value) => {
    compiled ??= Compile(schema);
    // Sound, here and below: Check has just returned true.
    if (compiled.Check(value)) return value as Static<Schema>;
    const withoutNulls = omitNulls(asJsonSchema(schema), value);
    return compiled.Check(withoutNulls) ? (withoutNulls as Static<Schema>) : undefined;
  };
}

/** A copy without the optional fields that are null although their schema has no null: omitted, to OpenAI. */
function omitNulls(schema: JsonSchema, value: unknown): unknown {
  if (schema.anyOf !== undefined) {
    const meant = meantAlternative(flatten(schema.anyOf), value);
    return meant === undefined ? value : omitNulls(meant, value);
  }
  const { items, properties, required = [] } = schema;
  if (Array.isArray(value)) {
    return items === undefined ? value : value.map((entry: unknown) => omitNulls(items, entry));
  }
  if (!isJsonObject(value) || properties === undefined) return value;
  const kept: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const omitted =
      entry === null && property !== undefined && !acceptsNull(property) && !required.includes(key);
    if (!omitted) kept.push([key, property === undefined ? entry : omitNulls(property, entry)]);
  }
  return Object.fromEntries(kept);
}
