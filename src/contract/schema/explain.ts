/** Finds the first fault of a value by walking it along its schema, and words it as OpenAI does. */

import { closest, distance } from 'fastest-levenshtein';
import { apiError, type ApiError } from '../errors/registry.ts';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import {
  admitsKind,
  flatten,
  hasType,
  meantAlternative,
  tagOf,
  tagValues,
} from './alternatives.ts';
import type { JsonSchema } from './schema.ts';

/** Names of schemas in sentences, by title, in place of the JSON type. */
const NAMES: Readonly<Record<string, string>> = {
  Metadata: 'a metadata object',
  MetadataFilter: 'a metadata object',
};

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a decimal number',
  boolean: 'a boolean',
  object: 'an object',
  array: 'an array',
  null: 'null',
};

/** Returns the kind of a JSON value as OpenAI's sentences name it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
  return KINDS[typeof value] ?? 'an object';
}

/** Counts the code points of a string; a lone surrogate counts as one. */
function codePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const pair = text.codePointAt(at) ?? 0;
    if (pair > 0xffff) at += 1;
    count += 1;
  }
  return count;
}

/** Returns the first fault of `value`, or `undefined` when it fits `schema`. */
export function explain(schema: JsonSchema, value: unknown, path: string): ApiError | undefined {
  if (schema.anyOf !== undefined) return explainUnion(schema.anyOf, value, path);
  if (schema.const !== undefined) return explainEnum([schema.const], value, path);
  if (schema.enum !== undefined) return explainEnum(schema.enum, value, path);
  if (schema.type === undefined) return undefined;
  if (!hasType(schema.type, value)) return wrongType([schema], value, path);
  if (typeof value === 'string') return explainString(schema, value, path);
  if (typeof value === 'number') return explainNumber(schema, value, path);
  if (Array.isArray(value)) return explainArray(schema, value, path);
  return isJsonObject(value) ? explainObject(schema, value, path) : undefined;
}

function wrongType(alternatives: readonly JsonSchema[], value: unknown, path: string): ApiError {
  const names = [...new Set(alternatives.map(nameOf))].filter((name) => name !== 'null');
  const expected = names.length > 1 ? `one of ${names.join(' or ')}` : (names[0] ?? 'null');
  return apiError('invalid_type', { param: path, expected, found: kindOf(value) });
}

function nameOf(schema: JsonSchema): string {
  return NAMES[schema.title ?? ''] ?? KINDS[schema.type ?? 'string'] ?? 'a string';
}

function explainUnion(
  alternatives: readonly JsonSchema[],
  value: unknown,
  path: string,
): ApiError | undefined {
  const flat = flatten(alternatives);
  const ofItsKind = flat.filter((alternative) => admitsKind(alternative, value));
  if (ofItsKind.length === 0) return wrongType(flat, value, path);
  const meant = meantAlternative(flat, value);
  if (meant !== undefined) return explain(meant, value, path);
  const tag = tagOf(ofItsKind);
  if (isJsonObject(value) && tag !== undefined) return explainTag(ofItsKind, tag, value, path);
  const errors = ofItsKind.map((alternative) => explain(alternative, value, path));
  return errors.includes(undefined) ? undefined : errors[0];
}

/** Explains a value with a tag that is missing or unknown to the alternatives. */
function explainTag(
  alternatives: readonly JsonSchema[],
  tag: string,
  value: JsonObject,
  path: string,
): ApiError | undefined {
  const param = join(path, tag);
  const supported = alternatives.flatMap((alternative) => tagValues(alternative, tag));
  return value[tag] === undefined
    ? apiError('missing_required_parameter', { param })
    : explainEnum(supported, value[tag], param);
}

function explainEnum(
  supported: readonly unknown[],
  value: unknown,
  path: string,
): ApiError | undefined {
  if (supported.includes(value)) return undefined;
  const expected = kindOf(supported[0]);
  return typeof value === typeof supported[0]
    ? apiError('invalid_value', {
        param: path,
        value: String(value),
        supported: supported.map(String),
      })
    : apiError('invalid_type', { param: path, expected, found: kindOf(value) });
}

function explainString(schema: JsonSchema, value: string, path: string): ApiError | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (minLength > 0 && value === '') return apiError('empty_string', { param: path });
  const found = value.length <= maxLength ? 0 : codePoints(value);
  if (found > maxLength) {
    return apiError('string_above_max_length', { param: path, limit: maxLength, found });
  }
  // Only ids have a pattern.
  return pattern === undefined || new RegExp(pattern, 'u').test(value)
    ? undefined
    : apiError('unusable_id', { param: path, value });
}

function explainNumber(schema: JsonSchema, value: number, path: string): ApiError | undefined {
  const { type, minimum = value, maximum = value } = schema;
  if (value >= minimum && value <= maximum) return undefined;
  const isInteger = type === 'integer';
  const detail = { param: path, limit: value < minimum ? minimum : maximum, found: String(value) };
  return value < minimum
    ? apiError(isInteger ? 'integer_below_min_value' : 'decimal_below_min_value', detail)
    : apiError(isInteger ? 'integer_above_max_value' : 'decimal_above_max_value', detail);
}

function explainArray(
  schema: JsonSchema,
  value: readonly unknown[],
  path: string,
): ApiError | undefined {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    const detail = { param: path, limit: schema.maxItems, found: value.length };
    return apiError('array_above_max_length', detail);
  }
  const { items } = schema;
  if (items === undefined) return undefined;
  return first(value.keys(), (index) => explain(items, value[index], `${path}[${index}]`));
}

function explainObject(schema: JsonSchema, value: JsonObject, path: string): ApiError | undefined {
  const known = schema.properties ?? {};
  const keys = Object.keys(value);
  if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) {
    const detail = { param: path, limit: schema.maxProperties, found: keys.length };
    return apiError('object_above_max_properties', detail);
  }
  const required = new Set(schema.required);
  return (
    first(Object.entries(known), ([key, property]) => {
      if (Object.hasOwn(value, key)) return explain(property, value[key], join(path, key));
      return required.has(key)
        ? apiError('missing_required_parameter', { param: join(path, key) })
        : undefined;
    }) ??
    first(keys, (key) =>
      Object.hasOwn(known, key) ? undefined : explainFurther(schema, value, key, path),
    )
  );
}

/** Explains a key that the schema does not name. */
function explainFurther(
  schema: JsonSchema,
  value: JsonObject,
  key: string,
  path: string,
): ApiError | undefined {
  const limit = schema.propertyNames?.maxLength;
  if (limit !== undefined && codePoints(key) > limit) {
    const detail = { param: path, name: key, limit, found: codePoints(key) };
    return apiError('property_name_above_max_length', detail);
  }
  if (schema.additionalProperties === false) {
    return unknownParameter(join(path, key), key, Object.keys(schema.properties ?? {}), value);
  }
  const { additionalProperties, patternProperties = {} } = schema;
  // A record has one pattern, which every key fits.
  const [further = additionalProperties] = Object.values(patternProperties);
  return typeof further === 'object' ? explain(further, value[key], join(path, key)) : undefined;
}

const FARTHEST_SUGGESTION = 2;

/** Returns the error of an unknown parameter. It suggests a similar known name that `given` does not have. */
export function unknownParameter(
  path: string,
  name: string,
  known: readonly string[],
  given: JsonObject,
): ApiError {
  const free = known.filter((candidate) => !Object.hasOwn(given, candidate));
  // The distance of names that differ much in length is large, and slow to compute for long ones.
  const near = free.filter(
    (candidate) =>
      Math.abs(candidate.length - name.length) <= FARTHEST_SUGGESTION &&
      distance(name, candidate) <= FARTHEST_SUGGESTION,
  );
  const nearest = near.length === 0 ? undefined : closest(name, near);
  return apiError('unknown_parameter', { param: path, nearest });
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function first<Entry>(
  entries: Iterable<Entry>,
  explainEntry: (entry: Entry) => ApiError | undefined,
): ApiError | undefined {
  for (const entry of entries) {
    const error = explainEntry(entry);
    if (error !== undefined) return error;
  }
  return undefined;
}
