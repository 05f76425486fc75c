import { isUtf8 } from 'node:buffer';
import { apiError } from '../base/errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Parses a request body. `undefined` when it is empty.
 * Throws `invalid_json` (also for bytes that are not UTF-8, which would be altered), `nesting_too_deep`
 * and `number_out_of_range` (JSON.parse would turn the number into Infinity, which JSON cannot say).
 */
export function parseJson(body: Uint8Array, deepestNesting: number): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw apiError('invalid_json');
  // Before parsing, since a few megabytes of brackets would cost gigabytes of nested arrays.
  if (exceedsDepth(body, deepestNesting)) {
    throw apiError('nesting_too_deep', { limit: deepestNesting });
  }
  const value = parse(body);
  if (!isFinite(value)) throw apiError('number_out_of_range');
  return value;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  } catch (error) {
    throw apiError('invalid_json', undefined, error);
  }
}

function exceedsDepth(body: Uint8Array, deepest: number): boolean {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = endOfString(body, at);
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
    }
  }
  return false;
}

/** The index of the quote that closes the string opened at `start`; the end of the body if none does. */
function endOfString(body: Uint8Array, start: number): number {
  let end = start;
  do {
    end = body.indexOf(QUOTE, end + 1);
    if (end === -1) return body.length;
  } while (isEscaped(body, end));
  return end;
}

function isEscaped(body: Uint8Array, at: number): boolean {
  let first = at;
  while (body[first - 1] === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

/** Whether every number inside is finite. Recursion is bounded by the depth that was checked before. */
function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isFinite);
  if (isJsonObject(value)) {
    for (const key in value) if (!isFinite(value[key])) return false;
  }
  return true;
}
