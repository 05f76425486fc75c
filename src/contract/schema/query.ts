/** Query parameters: one declaration refuses unknown names, parses values and describes them. */

import { Type, type Static, type TOptional, type TSchema } from 'typebox';
import { apiError } from '../errors/registry.ts';
import { explain, unknownParameter } from './explain.ts';
import { asJsonSchema, type JsonSchema } from './schema.ts';

/** A query as it arrived. A repeated name has an array. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** Declaration of one parameter. */
export interface QueryParameter<Schema extends TSchema = TSchema> {
  readonly description: string;
  /**
   * Schema of the value: text, an enumeration or an integer. An array of these is sent as
   * `name[]=a&name[]=b`, and an object of text as `name[key]=value`. The parameter is required if the schema is not optional and has no default.
   */
  readonly schema: Schema;
  /** Names of parameters that cannot be given together with this one. */
  readonly excludes?: readonly string[];
  /** Set for a parameter of an operation of OpenAI's that OpenAI's has not. */
  readonly isExtension?: boolean;
}

/** Declarations by name. Values are checked in this order, after the parameters that exclude each other. */
export type QueryParameters = Readonly<Record<string, QueryParameter>>;

type Pairs = readonly (readonly [key: string, value: string])[];

type ValueOf<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? Pairs
    : Value;

/** Parsed values by name. An object is a list of pairs, since its keys may be any text. */
export type QueryValues<Parameters extends QueryParameters> = {
  readonly [Name in keyof Parameters]: Parameters[Name]['schema'] extends TOptional
    ? ValueOf<Static<Parameters[Name]['schema']>> | undefined
    : ValueOf<Static<Parameters[Name]['schema']>>;
};

/** Spellings of one parameter in a URL. */
interface Reader {
  /** Returns whether a name of the query belongs to the parameter. */
  readonly matches: (key: string) => boolean;
  /** Returns the value. Throws an `ApiError` that names the parameter. */
  readonly read: (query: Query) => unknown;
}

const EMPTY: Query = {};

/** Returns a function that parses queries with these parameters. It throws the `ApiError` of the first fault. */
export function queryParser<Parameters extends QueryParameters>(
  parameters: Parameters,
): (query: Query) => QueryValues<Parameters> {
  const names = Object.keys(parameters);
  const readers = Object.entries(parameters).map(([name, { schema }]) => {
    const reader = readerOf(name, schema);
    // Most requests leave most parameters out.
    return { name, ...reader, absent: isRequired(schema) ? undefined : [reader.read(EMPTY)] };
  });
  const exclusions = Object.entries(parameters).flatMap(([second, { excludes = [] }]) =>
    excludes.map((first) => ({ first, second })),
  );
  return (query) => {
    const given = new Set<string>();
    for (const key of Object.keys(query)) {
      const reader = readers.find(({ matches }) => matches(key));
      if (reader === undefined) throw unknownParameter(key, key, names, query);
      given.add(reader.name);
    }
    assertCompatible(exclusions, query);
    const values: Record<string, unknown> = {};
    for (const { name, read, absent } of readers) {
      values[name] = absent === undefined || given.has(name) ? read(query) : absent[0];
    }
    // Sound: there is a value for each name, of the type that its schema describes.
    return values as QueryValues<Parameters>;
  };
}

/** Returns a parameter's description for the OpenAPI document, without `in`. */
export function describeParameter(
  name: string,
  { description, schema, isExtension = false }: QueryParameter,
) {
  const { type } = asJsonSchema(schema);
  return {
    name,
    description,
    schema,
    ...(type === 'object' ? { style: 'deepObject', explode: true } : {}),
    ...(type === 'array' ? { style: 'form', explode: true } : {}),
    ...(isRequired(schema) ? { required: true } : {}),
    ...(isExtension ? { 'x-colloquy-extension': true } : {}),
  };
}

function isRequired(schema: TSchema): boolean {
  const { type, default: fallback } = asJsonSchema(schema);
  const isList = type === 'array' || type === 'object';
  return !isList && fallback === undefined && !Type.IsOptional(schema);
}

function assertCompatible(
  exclusions: readonly { readonly first: string; readonly second: string }[],
  query: Query,
): void {
  for (const exclusion of exclusions) {
    const values = [single(query, exclusion.first), single(query, exclusion.second)];
    if (!values.includes(undefined)) throw apiError('mutually_exclusive_parameters', exclusion);
  }
}

function readerOf(name: string, schema: TSchema): Reader {
  const json = asJsonSchema(schema);
  if (json.type === 'object') return mapReader(name, json);
  if (json.type === 'array') return listReader(name, json.items ?? {});
  return {
    matches: (key) => key === name,
    read: (query) => {
      const text = query[name] === '' && refusesEmpty(json) ? '' : single(query, name);
      if (text !== undefined) return parseText(json, text, name);
      if (isRequired(schema)) throw apiError('missing_required_parameter', { param: name });
      return json.default;
    },
  };
}

/** Checks whether a parameter refuses the empty text, which otherwise counts as a parameter that was not sent. */
function refusesEmpty({ minLength = 0 }: JsonSchema): boolean {
  return minLength > 0;
}

/** Reads `name[]=a&name[]=b`, which OpenAI's clients send, and `name=a` and `name[0]=a`, which mean the same. */
function listReader(name: string, entry: JsonSchema): Reader {
  const matches = (key: string): boolean =>
    key === name || /^\d{0,4}$/.test(bracketed(key, name) ?? '-');
  return {
    matches,
    read: (query) =>
      Object.entries(query)
        .filter(([key]) => matches(key))
        .flatMap(([, value]) => value)
        .filter((text) => text !== '' || refusesEmpty(entry))
        .map((text, index) => parseText(entry, text, `${name}[${index}]`)),
  };
}

/** Reads `name[key]=value`, once for each pair. */
function mapReader(name: string, schema: JsonSchema): Reader {
  return {
    matches: (key) => key === name || bracketed(key, name) !== undefined,
    read: (query) => {
      // Without a key the filter would match everything.
      const error = Object.hasOwn(query, name) ? explain(schema, query[name], name) : undefined;
      if (error !== undefined) throw error;
      const pairs = Object.keys(query).flatMap((full) => {
        const key = bracketed(full, name);
        return key === undefined ? [] : [[key, single(query, full) ?? ''] as const];
      });
      const { maxProperties: limit = Infinity } = schema;
      if (pairs.length <= limit) return pairs;
      const detail = { param: name, limit, found: pairs.length };
      throw apiError('object_above_max_properties', detail);
    },
  };
}

/** Returns `key` of `name[key]`. */
function bracketed(text: string, name: string): string | undefined {
  return text.startsWith(`${name}[`) && text.endsWith(']')
    ? text.slice(name.length + 1, -1)
    : undefined;
}

/** Returns the text of a parameter; one that is empty counts as absent. */
function single(query: Query, name: string): string | undefined {
  const value = query[name] || undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw apiError('invalid_type', { param: name, expected: 'a single value', found: 'an array' });
}

function parseText(schema: JsonSchema, text: string, param: string): unknown {
  if (schema.type === 'integer') return parseInteger(schema, text, param);
  const error = explain(schema, text, param);
  if (error !== undefined) throw error;
  return text;
}

function parseInteger({ minimum, maximum }: JsonSchema, text: string, param: string): number {
  if (!/^-?\d+$/.test(text)) {
    const found = /^-?\d*\.\d+$/.test(text) ? 'a decimal number' : 'a string';
    throw apiError('invalid_type', { param, expected: 'an integer', found });
  }
  const value = Number(text);
  if (minimum !== undefined && value < minimum) {
    throw apiError('integer_below_min_value', { param, limit: minimum, found: text });
  }
  if (maximum !== undefined && value > maximum) {
    throw apiError('integer_above_max_value', { param, limit: maximum, found: text });
  }
  return value;
}
