import { isUtf8 } from 'node:buffer';
import { apiError } from '../errors/registry.ts';
import { isJsonObject } from '../../base/json-object.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COLON = 0x3a;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const UPPER_E = 0x45;
const LOWER_E = 0x65;

/** Limit of keys in one object: with more, engines store it in a form that takes seconds to iterate. */
const MOST_KEYS = 10_000;
/** Limit of arrays and objects in one body: each takes up to a hundred bytes once parsed, but two in the body. */
const MOST_CONTAINERS = 1_000_000;
/** Number of digits in a row above which a number may be too large even without an exponent. */
const MANY_DIGITS = 300;

/**
 * Parses a request body; returns `undefined` when it is empty.
 * Throws `nesting_too_deep`, `too_many_keys`, `too_many_containers`, and `invalid_json`, also for bytes that are
 * not UTF-8, which would be altered. Throws `number_out_of_range` for a number that JSON.parse would turn into Infinity, which JSON
 * cannot express.
 */
export function parseJson(body: Uint8Array, deepestNesting: number): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw apiError('invalid_json');
  // The scan precedes parsing: a few megabytes of brackets would become gigabytes of arrays.
  const { mayOverflow } = scan(body, deepestNesting);
  const value = parse(body);
  if (mayOverflow && !isFinite(value)) throw apiError('number_out_of_range');
  return value;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  } catch (error) {
    throw apiError('invalid_json', undefined, error);
  }
}

/** Walks the bytes outside strings. Refuses values that are too deep, wide or many, and detects numbers that may be too large. */
function scan(body: Uint8Array, deepest: number): { readonly mayOverflow: boolean } {
  const keys = new Uint32Array(deepest + 1);
  let depth = 0;
  let containers = 0;
  let digits = 0;
  let mayOverflow = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (byte >= DIGIT_0 && byte <= DIGIT_9) {
      digits += 1;
      mayOverflow ||= digits > MANY_DIGITS;
      continue;
    }
    if (byte === QUOTE) {
      at = endOfString(body, at);
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      containers += 1;
      if (containers > MOST_CONTAINERS) {
        throw apiError('too_many_containers', { limit: MOST_CONTAINERS });
      }
      depth += 1;
      if (depth > deepest) throw apiError('nesting_too_deep', { limit: deepest });
      keys[depth] = 0;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth = Math.max(0, depth - 1);
    } else if (byte === COLON) {
      const count = (keys[depth] ?? 0) + 1;
      if (count > MOST_KEYS) throw apiError('too_many_keys', { limit: MOST_KEYS });
      keys[depth] = count;
    } else if ((byte === LOWER_E || byte === UPPER_E) && digits > 0) {
      mayOverflow = true;
    }
    digits = 0;
  }
  return { mayOverflow };
}

/** Returns the index of the quote that closes the string opened at `start`; the end of the body without one. */
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

/** Returns whether every number inside is finite. The depth that was checked before bounds the recursion. */
function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isFinite);
  if (isJsonObject(value)) {
    for (const key in value) if (!isFinite(value[key])) return false;
  }
  return true;
}
