import { isPlainText, isUsableName } from '../../access/principal.ts';
import { isJsonObject } from '../../base/json-object.ts';
import { ATTRIBUTE_NAMES } from '../../base/row-filter.ts';
import type { Table } from '../../store/tables.ts';

/** A value as a column stores it, or the description of the value that was expected. */
export type FieldResult = { readonly stored: string | number } | { readonly expected: string };

type Kind = Table['columns'][string]['kind'];

/** Checks a field of an archive by the kind of its column. */
export function readField(value: unknown, kind: Kind): FieldResult {
  return READERS[kind](value);
}

const READERS: Readonly<Record<Kind, (value: unknown) => FieldResult>> = {
  text: readText,
  name: (value) => {
    const read = readText(value);
    if ('expected' in read || isUsableName(String(read.stored))) return read;
    return { expected: 'a name of at most 256 characters' };
  },
  integer: readInteger,
  flag: (value) => (value === 0 || value === 1 ? { stored: value } : { expected: '0 or 1' }),
  time: readInteger,
  // The stored text is what `JSON.stringify` writes, so that reading and writing it changes nothing.
  json: (value) =>
    isJsonObject(value) ? { stored: JSON.stringify(value) } : { expected: 'a JSON object' },
  list: (value) =>
    Array.isArray(value) ? { stored: JSON.stringify(value) } : { expected: 'a JSON list' },
  attributes: readAttributes,
};

function readText(value: unknown): FieldResult {
  return typeof value === 'string' && isPlainText(value)
    ? { stored: value }
    : { expected: 'text without control characters' };
}

function readInteger(value: unknown): FieldResult {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? { stored: value }
    : { expected: 'a whole number' };
}

function readAttributes(value: unknown): FieldResult {
  const expected = `lists of names under ${ATTRIBUTE_NAMES.join(', ')}`;
  if (!isJsonObject(value)) return { expected };
  const areLists = Object.entries(value).every(
    ([name, list]) =>
      ATTRIBUTE_NAMES.some((known) => known === name) &&
      Array.isArray(list) &&
      list.every((entry) => typeof entry === 'string' && isUsableName(entry)),
  );
  return areLists ? { stored: JSON.stringify(value) } : { expected };
}
