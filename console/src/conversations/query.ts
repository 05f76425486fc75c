/** The text of the search bar: filters such as `user_id:user-17`, an id, and words to search for. */

import { secondOfDay } from '../text/clock.ts';
import { decoded } from '../text/decoded.ts';

export interface Filter {
  /** The filter as it stands in the bar. */
  readonly text: string;
  /** The filter in words. */
  readonly label: string;
  /** Parameters of the list of conversations. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** The pair of a filter by metadata. */
  readonly pair?: readonly [key: string, value: string];
  readonly owner?: string;
}

export interface Query {
  readonly filters: readonly Filter[];
  /** Words to search items for. */
  readonly words: string;
  /** Set when the text is nothing but an id. */
  readonly id: string | undefined;
  /** What was not understood, as sentences. */
  readonly problems: readonly string[];
}

/** A name or a value in quotation marks, in which a backslash takes the next character as it is. */
export const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const TOKEN = new RegExp(
  String.raw`(?:${QUOTED}|[^\s":-][^\s":]*):(?:${QUOTED}?|\S*)|-?"[^"]*"?|\S+`,
  'gs',
);
const FILTER = new RegExp(String.raw`^(?:(${QUOTED})|([^\s":]+)):(.*)$`, 's');

interface OwnWord {
  readonly meaning: string;
  /** Makes the filter of a token with a value, or the sentence that says why it is none. */
  readonly filter: (text: string, value: string) => Filter | string;
}

/** Words before a colon that mean something else than a key of the metadata. */
export const OWN_WORDS: ReadonlyMap<string, OwnWord> = new Map<string, OwnWord>([
  [
    'owner',
    {
      meaning: 'of an owner',
      filter: (text, value) => ({
        text,
        label: `owner is ${value}`,
        parameters: [['owner', value]],
        owner: value,
      }),
    },
  ],
  [
    'has',
    {
      meaning: 'with a key in their metadata',
      filter: (text, value) => ({
        text,
        label: `has ${value}`,
        parameters: [['metadata_key[]', value]],
      }),
    },
  ],
  [
    'created',
    {
      meaning: 'made on these days, 2026-11-01..2026-11-30',
      filter: (text, value) =>
        timeFilter(text, value, 'created', ['created_after', 'created_before']),
    },
  ],
  [
    'active',
    {
      meaning: 'with an item stored on these days',
      filter: (text, value) =>
        timeFilter(text, value, 'active', ['last_item_after', 'last_item_before']),
    },
  ],
]);
const LINK = /^(?:https?:[^#]*)?#\/conversations\/([^?/]+)(?:\?item=([^&]+))?/;
const ID = /^[a-z]{2,8}_[A-Za-z0-9_-]{12,}$/;

/** Parses the text of the bar. Every text has a meaning; `problems` tells what could not be taken as a filter. */
export function parseQuery(text: string): Query {
  const tokens = tokensOf(text);
  const [only] = tokens;
  const id = tokens.length === 1 ? idIn(only ?? '') : undefined;
  if (id !== undefined) return { filters: [], words: '', id, problems: [] };
  const filters: Filter[] = [];
  const words: string[] = [];
  const problems: string[] = [];
  for (const token of tokens) {
    const filter = filterOf(token);
    if (filter === undefined) words.push(token);
    else if (typeof filter === 'string') problems.push(filter);
    else filters.push(filter);
  }
  return { filters, words: words.join(' '), id: undefined, problems };
}

/** Returns the id in a text that is an id, or a link to an item or a conversation. */
function idIn(text: string): string | undefined {
  const linked = LINK.exec(text);
  const id = linked === null ? text : decoded(linked[2] ?? linked[1] ?? '');
  return ID.test(id) ? id : undefined;
}

/** A token that may be a filter, cut at the colon behind its key. */
interface CutToken {
  /** The key as it stands. */
  readonly written: string;
  readonly key: string;
  readonly given: string;
}

/** Cuts a token at the colon behind its key. `undefined` for a word. */
export function cutToken(token: string): CutToken | undefined {
  const [, quotedKey, bareKey = '', given = ''] = FILTER.exec(token) ?? [];
  if (quotedKey !== undefined) return { written: quotedKey, key: unquoted(quotedKey), given };
  if (bareKey === '' || bareKey.startsWith('-')) return undefined;
  return { written: bareKey, key: bareKey, given };
}

/** Returns a token's filter, the sentence that says why it is none, or `undefined` for a word. */
function filterOf(token: string): Filter | string | undefined {
  const cut = cutToken(token);
  // An address is words.
  if (cut === undefined || cut.given.startsWith('//')) return undefined;
  const { written, key, given } = cut;
  if (given === '' || given === '"') return `“${token}” has nothing after the colon.`;
  const value = unquoted(given);
  const own = OWN_WORDS.get(written);
  if (own !== undefined) return own.filter(token, value);
  return {
    text: token,
    label: `${key} is ${value}`,
    parameters: [[`metadata[${key}]`, value]],
    pair: [key, value],
  };
}

/** Makes a filter of a day, or of `from..to` with either side left out. Both days are part of it. */
function timeFilter(
  text: string,
  value: string,
  verb: string,
  [after, before]: readonly [string, string],
): Filter | string {
  const [from = '', to = from] = value.split('..', 2);
  const [start, end] = [secondOfDay(from), secondOfDay(to, 1)];
  const isUnknown = (from !== '' && start === undefined) || (to !== '' && end === undefined);
  if (isUnknown || value === '..')
    return `“${text}” is not a day: write ${verb}:2026-11-01 or ${verb}:2026-11-01..2026-11-30.`;
  return {
    text,
    label: [verb, from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' '),
    parameters: [
      ...(start === undefined ? [] : [[after, String(start - 1)] as const]),
      ...(end === undefined ? [] : [[before, String(end)] as const]),
    ],
  };
}

/** Returns the bar's text with one filter more. */
export function withFilter(text: string, key: string, value: string): string {
  const token = `${keyToken(key)}:${valueToken(value)}`;
  return tokensOf(text).includes(token) ? text : `${text} ${token}`.trim();
}

/** Returns the bar's text without a filter. */
export function withoutFilter(text: string, filter: Filter): string {
  return tokensOf(text)
    .filter((token) => token !== filter.text)
    .join(' ');
}

/** Returns a key of the metadata as the bar has it. */
export function keyToken(key: string): string {
  // What begins as a link of the console may be one.
  const isBare = /^(?!#|https?$)[^\s":-][^\s":]*$/.test(key) && !OWN_WORDS.has(key);
  return isBare ? key : quoted(key);
}

/** Returns a value as the bar has it. */
export function valueToken(value: string): string {
  return /^[^\s"]+$/.test(value) && !value.startsWith('//') ? value : quoted(value);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** Returns what a value says: its quotation marks are taken off, of which the last one may be missing. */
export function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.replaceAll(/^"|"$/g, '').replaceAll(/\\(.)/gs, '$1');
}

export function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}
