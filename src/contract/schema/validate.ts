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

/** Returns the check of a schema. It compiles on first use, since a process seldom meets every type. */
export function validator<Schema extends TSchema>(schema: Schema): Validate<Schema> {
  let compiled: { Check(value: unknown): boolean } | undefined;
  return (value, path) => {
    compiled ??= Compile(schema);
    // Sound, here and below: Check has just confirmed it.
    if (compiled.Check(value)) return value as Static<Schema>;
    const withoutNulls = omitNulls(asJsonSchema(schema), value);
    if (compiled.Check(withoutNulls)) return withoutNulls as Static<Schema>;
    throw (
      explain(asJsonSchema(schema), withoutNulls, path) ??
      new Error(
        `${path} does not fit its schema, and explain() finds no reason; teach src/contract/schema/explain.ts`,
      )
    );
  };
}

/** Copies a value without optional fields that are null against the schema. They count as omitted. */
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
