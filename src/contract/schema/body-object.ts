import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { apiError } from '../errors/registry.ts';
import { kindOf } from './explain.ts';

/** Returns the parsed JSON of a body as an object; an absent body is an empty one. Throws `invalid_body_type`. */
export function bodyObject(body: unknown): JsonObject {
  if (body === undefined) return {};
  if (!isJsonObject(body)) throw apiError('invalid_body_type', { found: kindOf(body) });
  return body;
}
