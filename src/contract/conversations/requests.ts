/** From what arrives, a body's parsed JSON or a query's strings, to what an operation takes. */

import { Type } from 'typebox';
import { apiError } from '../errors/registry.ts';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import type { Order, PageRequest } from '../../base/paging.ts';
import {
  createConversationBody,
  createItemsBody,
  MOST_PAIRS,
  UpdateConversationBody,
  type Metadata,
} from './conversation.ts';
import { Include } from '../items/include.ts';
import { parseItem, type ParsedItem } from '../items/parse.ts';
import { asJsonSchema } from '../schema/schema.ts';
import { validator } from '../schema/validate.ts';
import { explain, kindOf, unknownParameter } from '../schema/explain.ts';

/** How much one request may ask for. */
export interface RequestLimits {
  readonly itemsPerRequest: number;
  readonly pageSize: number;
}

export type Query = Readonly<Record<string, string | readonly string[]>>;

export interface CreateConversationRequest {
  readonly metadata: Metadata;
  readonly items: readonly ParsedItem[];
}

export interface ConversationListRequest {
  readonly limit: number;
  readonly order: Order;
  readonly cursor: { readonly id: string; readonly side: 'after' | 'before' } | undefined;
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Unix seconds, both exclusive. */
  readonly createdAfter: number | undefined;
  readonly createdBefore: number | undefined;
}

/** The parsers of all requests under the given limits. Each throws an `ApiError` that names the parameter. */
export class RequestParser {
  readonly #pageSize: number;
  readonly #validateCreate;
  readonly #validateCreateItems;

  constructor({ itemsPerRequest, pageSize }: RequestLimits) {
    this.#pageSize = pageSize;
    this.#validateCreate = validator(createConversationBody(Type.Unknown(), itemsPerRequest));
    this.#validateCreateItems = validator(createItemsBody(Type.Unknown(), itemsPerRequest));
  }

  /** An absent body creates an empty conversation. */
  createConversation(body: unknown): CreateConversationRequest {
    const { metadata = {}, items = [] } = this.#validateCreate(bodyObject(body), '');
    return { metadata, items: parseItems(items) };
  }

  updateConversation(body: unknown): Metadata {
    return validateUpdate(bodyObject(body), '').metadata ?? {};
  }

  createItems(body: unknown): readonly ParsedItem[] {
    return parseItems(this.#validateCreateItems(bodyObject(body), '').items);
  }

  listItems(query: Query): PageRequest & { readonly include: readonly Include[] } {
    refuseUnknown(query, ['limit', 'order', 'after', 'include']);
    return {
      limit: this.#parseLimit(single(query, 'limit')),
      order: parseOrder(single(query, 'order')),
      after: single(query, 'after'),
      include: parseInclude(query),
    };
  }

  /** The query of an operation that takes `include` only. */
  include(query: Query): readonly Include[] {
    refuseUnknown(query, ['include']);
    return parseInclude(query);
  }

  listConversations(query: Query): ConversationListRequest {
    const known = [
      'limit',
      'order',
      'after',
      'before',
      'created_after',
      'created_before',
      'metadata',
    ];
    refuseUnknown(query, known);
    const [after, before] = [single(query, 'after'), single(query, 'before')];
    if (after !== undefined && before !== undefined) {
      throw apiError('mutually_exclusive_parameters', { first: 'after', second: 'before' });
    }
    const id = after ?? before;
    return {
      limit: this.#parseLimit(single(query, 'limit')),
      order: parseOrder(single(query, 'order')),
      cursor: id === undefined ? undefined : { id, side: after === undefined ? 'before' : 'after' },
      metadata: parseMetadataFilter(query),
      createdAfter: parseSeconds(query, 'created_after'),
      createdBefore: parseSeconds(query, 'created_before'),
    };
  }

  #parseLimit(value: string | undefined): number {
    if (value === undefined) return defaultLimit(this.#pageSize);
    const limit = parseInteger(value, 'limit');
    if (limit < 1) {
      throw apiError('integer_below_min_value', { param: 'limit', limit: 1, found: value });
    }
    if (limit > this.#pageSize) {
      const detail = { param: 'limit', limit: this.#pageSize, found: value };
      throw apiError('integer_above_max_value', detail);
    }
    return limit;
  }
}

/** The query of an operation that takes none. */
export function parseNoQuery(query: Query): void {
  refuseUnknown(query, []);
}

const USUAL_LIMIT = 20;

/** How many entries a page has where nobody says. */
export function defaultLimit(pageSize: number): number {
  return Math.min(USUAL_LIMIT, pageSize);
}

const validateUpdate = validator(UpdateConversationBody);

function bodyObject(body: unknown): JsonObject {
  if (body === undefined) return {};
  if (!isJsonObject(body)) throw apiError('invalid_body_type', { found: kindOf(body) });
  return body;
}

function parseItems(items: readonly unknown[]): readonly ParsedItem[] {
  return items.map((item, index) => parseItem(item, `items[${index}]`));
}

function parseInteger(value: string, param: string): number {
  if (/^-?\d+$/.test(value)) return Number(value);
  const found = /^-?\d*\.\d+$/.test(value) ? 'a decimal number' : 'a string';
  throw apiError('invalid_type', { param, expected: 'an integer', found });
}

function parseSeconds(query: Query, name: string): number | undefined {
  const value = single(query, name);
  return value === undefined ? undefined : parseInteger(value, name);
}

const METADATA_KEY = /^metadata\[(.*)\]$/s;

/** `metadata[key]=value`, once for each pair that must be there. */
function parseMetadataFilter(query: Query): readonly (readonly [string, string])[] {
  const whole = query['metadata'];
  // Without its key it would filter nothing, and list everything.
  if (whole !== undefined) {
    const detail = { expected: 'a metadata object', found: kindOf(whole) };
    throw apiError('invalid_type', { param: 'metadata', ...detail });
  }
  const pairs = Object.keys(query).flatMap((name) => {
    const key = METADATA_KEY.exec(name)?.[1];
    return key === undefined ? [] : [[key, single(query, name) ?? ''] as const];
  });
  if (pairs.length > MOST_PAIRS) {
    const detail = { limit: MOST_PAIRS, found: pairs.length };
    throw apiError('object_above_max_properties', { param: 'metadata', ...detail });
  }
  return pairs;
}

function parseOrder(value: string | undefined): Order {
  if (value === undefined) return 'desc';
  if (value === 'asc' || value === 'desc') return value;
  throw apiError('invalid_value', { param: 'order', value, supported: ['asc', 'desc'] });
}

/** `include[]=a&include[]=b` is what OpenAI's clients send; `include=a` and `include[0]=a` mean the same. */
const INCLUDE_KEY = /^include(?:\[\d{0,4}\])?$/;

function parseInclude(query: Query): readonly Include[] {
  const values = Object.entries(query)
    .filter(([key]) => INCLUDE_KEY.test(key))
    .flatMap(([, value]) => value);
  values.forEach((value, index) => {
    const error = explain(asJsonSchema(Include), value, `include[${index}]`);
    if (error !== undefined) throw error;
  });
  // Sound: each value is one of the enumeration, or the loop above has thrown.
  return values as readonly Include[];
}

function single(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw apiError('invalid_type', { param: name, expected: 'a single value', found: 'an array' });
}

function baseName(key: string): string {
  if (INCLUDE_KEY.test(key)) return 'include';
  return METADATA_KEY.test(key) ? 'metadata' : key;
}

function refuseUnknown(query: Query, known: readonly string[]): void {
  for (const key of Object.keys(query)) {
    if (!known.includes(baseName(key))) throw unknownParameter(key, key, known, query);
  }
}
