/** Rules for ids and types of posted items, as the documentation has them. */

import { isJsonObject } from '../src/base/json-object.ts';
import { ITEM_SAMPLES } from '../test/support/item-samples.ts';

/** Rules of the server that is tested. */
export interface Rules {
  /** Whether the server refuses what OpenAI's service refuses. */
  readonly isStrict: boolean;
}

/** Item in a request; a reference has no value. */
export interface Posted {
  /** Id under which the item is stored; `undefined` when the server makes one. */
  readonly id: string | undefined;
  readonly value: unknown;
  /** Whether the id or the type must be refused. The other fields are not judged. */
  readonly isRefused: boolean;
}

const SAMPLES = new Map(ITEM_SAMPLES.map((sample) => [sample.type, sample]));
const STRICT_ID = /^[\w-]{1,64}$/;
const ANY_ID = /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,1024}$/u;
const MAX_ID_BYTES = 1_536;
const TYPE = /^[\w.:/-]{1,64}$/;

/** Types that differ from a known one by one or two letters, and the instruction that is never stored. */
export const REFUSED_TYPES = [
  'compaction_trigger',
  'Message',
  'mesage',
  'messages',
  'function_cal',
  'reasonings',
  'item_references',
];

/** Returns whether the server stores items of the type as they were posted. */
export function isUnknownType(type: unknown): type is string {
  return typeof type === 'string' && !SAMPLES.has(type);
}

/** Returns how the server must read an item of a request. */
export function postedItem(value: unknown, { isStrict }: Rules): Posted {
  if (!isJsonObject(value)) return { id: undefined, value, isRefused: true };
  const { id, type } = value;
  const isAlone = Object.keys(value).every((name) => name === 'id' || name === 'type');
  if (type === 'item_reference' || ((type ?? null) === null && isAlone && 'id' in value)) {
    const known = typeof id === 'string' ? id : undefined;
    return { id: known, value: undefined, isRefused: known === undefined };
  }
  const given = isStrict || (id !== '' && id !== '__fake_id__') ? (id ?? undefined) : undefined;
  const isRefused = isStrict
    ? isRefusedStrictly(given, type ?? 'message')
    : isUnusable(given, type);
  return { id: typeof given === 'string' ? given : undefined, value, isRefused };
}

function isRefusedStrictly(id: unknown, type: unknown): boolean {
  const sample = typeof type === 'string' ? SAMPLES.get(type) : undefined;
  if (sample === undefined) return true;
  if (id === undefined) return sample.idRequired;
  if (typeof id !== 'string' || !STRICT_ID.test(id)) return true;
  return sample.prefixEnforced && !id.startsWith(sample.prefix);
}

function isUnusable(id: unknown, type: unknown): boolean {
  const isUsableId =
    id === undefined ||
    (typeof id === 'string' &&
      ANY_ID.test(id) &&
      id !== '.' &&
      id !== '..' &&
      Buffer.byteLength(id) <= MAX_ID_BYTES);
  return !isUsableId || (isUnknownType(type) && (!TYPE.test(type) || REFUSED_TYPES.includes(type)));
}
