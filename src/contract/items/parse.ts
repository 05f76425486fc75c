import type { TSchema } from 'typebox';
import { hasIdCharacters, newId } from '../../base/ids.ts';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { apiError } from '../errors/registry.ts';
import { kindOf } from '../schema/explain.ts';
import { AnyId, Id } from '../schema/schema.ts';
import { validator, type Validate } from '../schema/validate.ts';
import type { ItemDefinition } from './define.ts';
import { acceptedFields, assertKeepable, givenId } from './liberal.ts';
import { storedForm } from './stored-form.ts';
import { CREATABLE_TYPES, ITEM_DEFINITIONS, ITEM_REFERENCE, itemDefinition } from './table.ts';

/**
 * An item of a request: a new one, with an id that was made here or one that the caller gave it, or a reference to
 * a stored item. `data` is the JSON text of the item as it is served.
 */
export type ParsedItem =
  | {
      readonly kind: 'minted' | 'given';
      readonly id: string;
      readonly type: string;
      readonly data: string;
    }
  | { readonly kind: 'reference'; readonly id: string };

/** Rules for the items of requests: all that can be kept, or, when strict, those that OpenAI's service takes. */
export interface ItemRules {
  readonly isStrict: boolean;
}

/** The prefix of ids for items of types that are not in the table. */
const OTHER_PREFIX = 'item';

const validators = new Map<string, Validate<TSchema>>(
  ITEM_DEFINITIONS.map(({ type, create }) => [type, validator<TSchema>(create)]),
);
const validateId = validator(Id);
const validateAnyId = validator(AnyId);

/**
 * Checks and normalises one sent item; the result is what a store appends. `path` names the item in errors, as in
 * `items[0]`. Throws an `ApiError`.
 */
export function parseItem(
  value: unknown,
  path: string,
  { isStrict }: ItemRules = { isStrict: false },
): ParsedItem {
  if (!isJsonObject(value)) {
    const detail = { expected: 'an input item', found: kindOf(value) };
    throw apiError('invalid_type', { param: path, ...detail });
  }
  const type = typeOf(value, path);
  if (type === ITEM_REFERENCE) return parseReference(value, path, isStrict);
  return isStrict ? parseStrictly(value, type, path) : parseLiberally(value, type, path);
}

function parseLiberally(item: JsonObject, type: string, path: string): ParsedItem {
  const definition = itemDefinition(type);
  if (definition === undefined) assertKeepable(type, path);
  const given = givenId(item, `${path}.id`);
  const id = given ?? newId(definition?.prefix ?? OTHER_PREFIX);
  const fields = definition === undefined ? undefined : acceptedFields(item, definition, path);
  const kept =
    definition === undefined || fields === undefined
      ? { id, type, ...withoutId(item) }
      : storedForm({ ...fields, id }, definition);
  const kind = given === undefined ? 'minted' : 'given';
  return { kind, id, type, data: JSON.stringify(kept) };
}

function parseStrictly(item: JsonObject, type: string, path: string): ParsedItem {
  const definition = itemDefinition(type);
  const validate = validators.get(type);
  if (definition === undefined || validate === undefined) {
    throw apiError('invalid_value', { param: path, value: type, supported: CREATABLE_TYPES });
  }
  const refusal = definition.refuse?.(item, path);
  if (refusal !== undefined) throw refusal;
  // Sound: every create schema is of an object.
  const sent = validate(item, path) as JsonObject;
  const given = strictId(sent, definition, `${path}.id`);
  const id = given ?? newId(definition.prefix);
  const data = JSON.stringify(storedForm({ ...sent, id }, definition));
  return { kind: given === undefined ? 'minted' : 'given', id, type, data };
}

/** Returns the type of an item, which a message and a lone id, a reference, may leave out. */
function typeOf(item: JsonObject, path: string): string {
  const { type = null } = item;
  if (typeof type === 'string') return type;
  if (type !== null) {
    throw apiError('invalid_type', {
      param: `${path}.type`,
      expected: 'a string',
      found: kindOf(type),
    });
  }
  const isLoneId = Object.keys(item).every((key) => key === 'id' || key === 'type');
  return isLoneId && Object.hasOwn(item, 'id') ? ITEM_REFERENCE : 'message';
}

function parseReference(item: JsonObject, path: string, isStrict: boolean): ParsedItem {
  const param = `${path}.id`;
  if (!Object.hasOwn(item, 'id')) throw apiError('missing_required_parameter', { param });
  // An id that could not have been stored is looked for like any other, and not found.
  const id = (isStrict ? validateId : validateAnyId)(item['id'], param);
  return { kind: 'reference', id };
}

/** Returns the id that a caller gave to an item, if OpenAI's service takes it. Throws an `ApiError`. */
function strictId(
  { id }: JsonObject,
  { prefix, prefixEnforced }: ItemDefinition,
  param: string,
): string | undefined {
  if (typeof id !== 'string') return undefined;
  if (prefixEnforced && !id.startsWith(prefix)) {
    throw apiError('wrong_id_prefix', { param, value: id, prefix });
  }
  if (!hasIdCharacters(id)) throw apiError('wrong_id_characters', { param, value: id });
  return id;
}

function withoutId({ id: _id, type: _type, ...rest }: JsonObject): JsonObject {
  return rest;
}
