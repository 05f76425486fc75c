import { keyToken, valueToken } from './query.ts';
import { seen, seenKeys } from './seen.ts';

const MOST = 8;

/** What the bar knows beside keys of metadata. */
const OWN: readonly (readonly [token: string, meaning: string])[] = [
  ['owner:', 'of an owner'],
  ['has:', 'with a key in their metadata'],
  ['created:', 'made on these days, 2026-11-01..2026-11-30'],
  ['active:', 'with an item stored on these days'],
];

export interface Suggestion {
  /** What the last word of the bar becomes. */
  readonly token: string;
  readonly meaning: string;
}

/** Returns what the last word of the bar may become: keys, and values that this session has seen. */
export function suggestionsFor(text: string): readonly Suggestion[] {
  const last = lastWord(text);
  if (last === '' || last.startsWith('"') || last.startsWith('-')) return [];
  const colon = last.indexOf(':');
  if (colon === -1) return keysLike(last);
  return valuesLike(last)
    .slice(0, MOST)
    .map((value) => ({ token: `${last.slice(0, colon)}:${valueToken(value)}`, meaning: '' }));
}

/** Returns the values that were seen and go on as a filter that is being typed. */
function valuesLike(filter: string): readonly string[] {
  const colon = filter.indexOf(':');
  const key = filter.slice(0, colon);
  const begun = filter.slice(colon + 1).replaceAll('"', '');
  const values = key === 'has' ? seenKeys() : [...(seen.value.get(key) ?? [])];
  return values
    .filter((value) => value.toLowerCase().startsWith(begun.toLowerCase()) && value !== begun)
    .toSorted();
}

/** Puts a suggestion in the place of the last word. */
export function completed(text: string, { token }: Suggestion): string {
  const before = text.slice(0, text.length - lastWord(text).length);
  return `${before}${token}${token.endsWith(':') ? '' : ' '}`;
}

function keysLike(begun: string): readonly Suggestion[] {
  const keys = seenKeys().map((key) => [key, `${keyToken(key)}:`, 'metadata'] as const);
  const all = [...OWN.map(([token, meaning]) => [token, token, meaning] as const), ...keys];
  return all
    .filter(([name]) => name.toLowerCase().startsWith(begun.toLowerCase()))
    .slice(0, MOST)
    .map(([, token, meaning]) => ({ token, meaning }));
}

/** The word at the end. A value may have spaces when it is quoted, or when a value that was seen begins so. */
function lastWord(text: string): string {
  const loose = /[^\s":]+:[^":]+$/.exec(text)?.[0] ?? '';
  if (valuesLike(loose).length > 0) return loose;
  return /(?:[^\s":]+:"[^"]*|\S*)$/.exec(text)?.[0] ?? '';
}
