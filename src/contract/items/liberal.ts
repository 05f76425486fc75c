/**
 * Rules for items of any program's making: what can be kept is kept. What the server itself works with is checked;
 * what hosted tools make, and items of types that are not known yet, are stored as they were posted.
 */

import { closest, distance } from 'fastest-levenshtein';
import { Type, type TSchema } from 'typebox';
import type { JsonObject } from '../../base/json-object.ts';
import { apiError } from '../errors/registry.ts';
import { AnyId, asJsonSchema } from '../schema/schema.ts';
import { fitting, validator, type Validate } from '../schema/validate.ts';
import type { ItemDefinition } from './define.ts';
import { CREATABLE_TYPES, ITEM_DEFINITIONS } from './table.ts';

/** The id that OpenAI's Agents SDK gives to items of models that give none. */
const PLACEHOLDER_ID = '__fake_id__';
/** An instruction to a model server, which is not an item and is never stored. */
export const INSTRUCTION = 'compaction_trigger';
/** With a tenant of 256 characters and the id of a conversation, within an index entry of PostgreSQL. */
const MOST_ID_BYTES = 1536;
/** Names of types that can be kept. */
export const TYPE_NAME = /^[A-Za-z0-9_.:/-]{1,64}$/;
/** The most letters by which a name counts as a misspelt one. */
const FARTHEST_TYPE = 2;

const validateId = validator(AnyId);

/** Returns the id that a caller gave to an item; `undefined` when there is none to keep. Throws an `ApiError`. */
export function givenId({ id = null }: JsonObject, param: string): string | undefined {
  if (id === null || id === '' || id === PLACEHOLDER_ID) return undefined;
  const given = validateId(id, param);
  const bytes = Buffer.byteLength(given);
  if (bytes <= MOST_ID_BYTES) return given;
  throw apiError('id_of_too_many_bytes', { param, limit: MOST_ID_BYTES, found: bytes });
}

/** Refuses, as a type that is not in the table: what is never stored, a misspelt name, and what is not a name. */
export function assertKeepable(type: string, path: string): void {
  if (type === INSTRUCTION) {
    throw apiError('invalid_value', { param: path, value: type, supported: CREATABLE_TYPES });
  }
  if (!TYPE_NAME.test(type)) {
    throw apiError('unusable_type', { param: `${path}.type`, value: type });
  }
  const meant = closest(type, [...CREATABLE_TYPES]);
  if (distance(type, meant) <= FARTHEST_TYPE) {
    throw apiError('misspelt_type', { param: path, value: type, meant });
  }
}

/**
 * Returns the fields of an item of a known type, without its id and the nulls that stand for omitted fields, or
 * `undefined` for a kept item that does not fit its schema. Throws an `ApiError` for a checked one.
 */
export function acceptedFields(
  item: JsonObject,
  definition: ItemDefinition,
  path: string,
): JsonObject | undefined {
  const { id: _id, ...fields } = item;
  const check = CHECKS.get(definition.type);
  if (check === undefined) throw new Error(`the type ${definition.type} has no check`);
  const refusal =
    definition.handling === 'checked' ? definition.refuseAny?.(item, path) : undefined;
  if (refusal !== undefined) throw refusal;
  // Sound: every schema of items is of an object.
  return check(fields, path) as JsonObject | undefined;
}

/** The schema of what is taken of a type, without the id. */
export function acceptedSchema({ accept, create }: ItemDefinition): TSchema {
  return accept ?? withAnyIds(create);
}

/** A schema of items with a `call_id` of any program's making, and without `id`. */
function withAnyIds(schema: TSchema): TSchema {
  const { properties = {}, required = [], ...rest } = asJsonSchema(schema);
  const { id: _id, ...fields } = properties;
  return Type.Unsafe({
    ...rest,
    properties: 'call_id' in fields ? { ...fields, call_id: AnyId } : fields,
    required: required.filter((name) => name !== 'id'),
  });
}

const CHECKS: ReadonlyMap<string, Validate<TSchema> | ((value: unknown) => unknown)> = new Map(
  ITEM_DEFINITIONS.map((definition: ItemDefinition) => {
    const schema = acceptedSchema(definition);
    return [
      definition.type,
      definition.handling === 'checked' ? validator(schema) : fitting(schema),
    ];
  }),
);
