/** What a search asks for: the user's text as terms. Its text never becomes the query of a database. */

import { isCharacter, wordsOf } from '../../base/words.ts';
import { apiError } from '../errors/registry.ts';

/** Words that must follow one another. */
export interface SearchTerm {
  readonly words: readonly string[];
  /** Whether the last word need only begin so. */
  readonly isPrefix: boolean;
}

/** Terms that an item must all have, and terms that it must not have. */
export interface SearchTerms {
  readonly wanted: readonly SearchTerm[];
  readonly unwanted: readonly SearchTerm[];
}

const MOST_WORDS = 32;
/** Characters of a script without spaces that count as a word: about as many as its words have. */
const CHARACTERS_OF_WORD = 2;
const SHORTEST_PREFIX = 3;
/** A minus sign, then a phrase in quotation marks, which may lack its last one, or text without spaces. */
const PARTS = /(-?)(?:"([^"]*)(?:"|$)|([^\s"]+))/gu;
/** A word that need only begin so. */
const BEGINNING = /[\p{L}\p{N}\p{M}]\*$/u;
const QUOTATION_MARKS = /[“”„‟«»「」]/gu;

/** Parses the text of a query. Throws an `ApiError` for one that asks for nothing or for too much. */
export function parseTerms(query: string): SearchTerms {
  const wanted: SearchTerm[] = [];
  const unwanted: SearchTerm[] = [];
  let count = 0;
  for (const [, minus, phrase, text = ''] of query
    .replaceAll(QUOTATION_MARKS, '"')
    .matchAll(PARTS)) {
    const term = termOf(phrase ?? text, phrase === undefined);
    count += countOf(term);
    if (term.words.length > 0) (minus === '-' ? unwanted : wanted).push(term);
  }
  if (count > MOST_WORDS)
    throw apiError('too_many_search_words', { limit: MOST_WORDS, found: count });
  if (wanted.length === 0) throw apiError('no_search_words');
  return { wanted, unwanted };
}

function termOf(text: string, mayBePrefix: boolean): SearchTerm {
  const words = wordsOf(text).map((word) => word.text);
  const last = words.at(-1) ?? '';
  // The characters after one of a script without spaces are words of their own: each is a beginning.
  const isPrefix = mayBePrefix && BEGINNING.test(text) && !isCharacter(last);
  if (isPrefix && Array.from(last).length < SHORTEST_PREFIX) {
    throw apiError('short_search_prefix', { value: `${last}*`, limit: SHORTEST_PREFIX });
  }
  return { words, isPrefix };
}

function countOf({ words }: SearchTerm): number {
  const characters = words.filter(isCharacter).length;
  return words.length - characters + Math.ceil(characters / CHARACTERS_OF_WORD);
}

/** Returns terms as an answer repeats them. */
export function termTexts({ wanted }: SearchTerms): readonly string[] {
  return wanted.map(({ words, isPrefix }) => `${words.join(' ')}${isPrefix ? '*' : ''}`);
}
