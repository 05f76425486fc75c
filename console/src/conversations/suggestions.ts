import { cutToken, keyToken, OWN_WORDS, QUOTED, tokensOf, unquoted, valueToken } from './query.ts';
import { seen, seenKeys } from './seen.ts';

const MOST = 8;
/** Characters of a value after which its filter is suggested. */
const LEAST_OF_VALUE = 3;
/** A filter at the end, whose value has no quotation marks and may have spaces. */
const LOOSE = new RegExp(String.raw`(?:${QUOTED}|[^\s":]+):[^":]+$`, 's');

export interface Suggestion {
  /** What the last word of the bar becomes. */
  readonly token: string;
  readonly meaning: string;
}

/** Returns what the last word of the bar may become: keys, and values that this session has seen. */
export function suggestionsFor(text: string): readonly Suggestion[] {
  const last = lastWord(text);
  const cut = cutToken(last);
  if (cut !== undefined) {
    return valuesLike(last)
      .slice(0, MOST)
      .map((value) => ({ token: `${cut.written}:${valueToken(value)}`, meaning: '' }));
  }
  return last === '' || last.startsWith('"') || last.startsWith('-') ? [] : keysLike(last);
}

/** Returns the values that were seen and go on as a filter that is being typed. */
function valuesLike(filter: string): readonly string[] {
  const cut = cutToken(filter);
  if (cut === undefined) return [];
  const begun = unquoted(cut.given);
  const values = cut.written === 'has' ? seenKeys() : [...(seen.value.get(cut.key) ?? [])];
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
  const own = [...OWN_WORDS].map(([word, { meaning }]) => [word, `${word}:`, meaning] as const);
  const all = [...own, ...keys, ...filtersWith(begun)];
  return all
    .filter(([name]) => name.toLowerCase().startsWith(begun.toLowerCase()))
    .slice(0, MOST)
    .map(([, token, meaning]) => ({ token, meaning }));
}

/** Returns filters for the values that were seen, so that typing a value suggests its filter. */
function filtersWith(
  begun: string,
): readonly (readonly [value: string, token: string, meaning: string])[] {
  if (begun.length < LEAST_OF_VALUE) return [];
  return [...seen.value].flatMap(([key, values]) => {
    const name = key === 'owner' ? key : keyToken(key);
    return [...values].map((value) => [value, `${name}:${valueToken(value)}`, 'filter'] as const);
  });
}

/** The word at the end. A value may have spaces when it is quoted, or when a value that was seen begins so. */
function lastWord(text: string): string {
  const loose = LOOSE.exec(text)?.[0] ?? '';
  if (valuesLike(loose).length > 0) return loose;
  const last = tokensOf(text).at(-1) ?? '';
  return text.endsWith(last) ? last : '';
}
