/** The text of items that a search looks at. */

import { isJsonObject } from '../../base/json-object.ts';
import { unescapedJson } from './unescaped-json.ts';

/** Code units of an item that are searched. The rest of a longer item is not. */
const MOST_SEARCHED = 65_536;

/** Fields with text that people or models have written, or that tools have returned. */
const FIELDS: ReadonlySet<string> = new Set([
  'text',
  'refusal',
  'transcript',
  'name',
  'arguments',
  'input',
  'output',
  'error',
  'code',
  'logs',
  'query',
  'queries',
  'command',
  'commands',
  'stdout',
  'stderr',
  'diff',
  'content',
  'result',
]);
/** Fields of calls that may hold JSON as text, at whatever depth. */
const MAYBE_JSON: ReadonlySet<string> = new Set(['arguments', 'input', 'output']);
/** Fields whose text is not for readers, in all that they hold: sealed, encoded, or an address. */
const SKIPPED: ReadonlySet<string> = new Set([
  'annotations',
  'encrypted_content',
  'file_data',
  'image_url',
  'input_audio',
  'logprobs',
  'parameters',
  'input_schema',
]);
/** Types whose `result` is an image. */
const IMAGES: ReadonlySet<string> = new Set(['image_generation_call']);

/** A searched item: texts that follow one another, but are not one text, and the role of a message. */
export interface SearchedText {
  readonly role: string | undefined;
  readonly texts: readonly string[];
}

/** Returns the searched text of an item's JSON. */
export function searchedText(data: string): SearchedText {
  const item: unknown = JSON.parse(data);
  if (!isJsonObject(item)) return { role: undefined, texts: [] };
  const { role, type } = item;
  const texts: string[] = [];
  let left = MOST_SEARCHED;
  const add = (text: string): void => {
    if (left <= 0 || text === '') return;
    const part = text.length > left ? text.slice(0, left).toWellFormed() : text;
    left -= part.length;
    texts.push(part);
  };
  if (!IMAGES.has(String(type))) collect(item, {}, add);
  return { role: typeof role === 'string' ? role : undefined, texts };
}

interface Place {
  /** Set for the value of a field with text. */
  readonly isText?: boolean;
  /** Set for a text that may be JSON. */
  readonly maybeJson?: boolean;
}

/** Passes on the strings of a value under the fields with text. */
function collect(value: unknown, place: Place, add: (text: string) => void): void {
  if (typeof value === 'string') {
    if (place.isText === true) add(place.maybeJson === true ? unescapedJson(value) : value);
  } else if (Array.isArray(value)) {
    for (const entry of value) collect(entry, place, add);
  } else if (isJsonObject(value)) {
    for (const [field, entry] of Object.entries(value)) {
      if (SKIPPED.has(field)) continue;
      const maybeJson = place.maybeJson === true || MAYBE_JSON.has(field);
      collect(entry, { isText: FIELDS.has(field), maybeJson }, add);
    }
  }
}
