import type { TSchema } from 'typebox';
import { apiError } from '../errors/registry.ts';
import { hasIdCharacters, newId } from '../../base/ids.ts';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { kindOf } from '../schema/explain.ts';
import { Id } from '../schema/schema.ts';
import { validator, type Validate } from '../schema/validate.ts';
import type { ItemDefinition } from './define.ts';
import { storedForm } from './stored-form.ts';
import { ITEM_DEFINITIONS, itemDefinition } from './table.ts';

/**
 * An item to append, as a store takes it. A `minted` item has a new id, a `claimed` one an id that the caller
 * chose, and a `reference` the id of a stored item. `data` is the JSON text of the item as it is served.
 */
export type ParsedItem =
  | {
      readonly kind: 'minted' | 'claimed';
      readonly id: string;
      readonly type: string;
      readonly data: string;
    }
  | { readonly kind: 'reference'; readonly id: string };

const ITEM_REFERENCE = 'item_reference';
const CREATABLE_TYPES = [...ITEM_DEFINITIONS.map(({ type }) => type), ITEM_REFERENCE];

const validators = new Map<string, Validate<TSchema>>(
  ITEM_DEFINITIONS.map(({ type, create }) => [type, validator<TSchema>(create)]),
);
const validateId = validator(Id);

/**
 * Checks and normalises one item of a request. `path` names it in errors, as in `items[0]`. Throws an
 * `ApiError`.
 */
export function parseItem(value: unknown, path: string): ParsedItem {
  if (!isJsonObject(value)) {
    throw apiError('invalid_type', {
      param: path,
      expected: 'an input item',
      found: kindOf(value),
    });
  }
  const type = typeOf(value, path);
  if (type === ITEM_REFERENCE) return parseReference(value, path);
  const definition = itemDefinition(type);
  const validate = validators.get(type);
  if (definition === undefined || validate === undefined) {
    throw apiError('invalid_value', { param: path, value: type, supported: CREATABLE_TYPES });
  }
  const refusal = definition.refuse?.(value, path);
  if (refusal !== undefined) throw refusal;
  // Sound: every create schema is of an object.
  const sent = validate(value, path) as JsonObject;
  const claimed = claimedId(sent, definition, `${path}.id`);
  const id = claimed ?? newId(definition.prefix);
  return {
    kind: claimed === undefined ? 'minted' : 'claimed',
    id,
    type,
    data: JSON.stringify(storedForm({ ...sent, id }, definition)),
  };
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

function parseReference(item: JsonObject, path: string): ParsedItem {
  const param = `${path}.id`;
  if (!Object.hasOwn(item, 'id')) throw apiError('missing_required_parameter', { param });
  const id = validateId(item['id'], param);
  // An id that could never be stored is looked up too, and not found.
  return { kind: 'reference', id };
}

function claimedId(
  item: JsonObject,
  { prefix, prefixEnforced }: ItemDefinition,
  param: string,
): string | undefined {
  const { id } = item;
  if (typeof id !== 'string') return undefined;
  if (prefixEnforced && !id.startsWith(prefix)) {
    throw apiError('wrong_id_prefix', { param, value: id, prefix });
  }
  if (!hasIdCharacters(id)) throw apiError('wrong_id_characters', { param, value: id });
  return id;
}
