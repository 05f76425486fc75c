/** The part of an item's text that shows why it was found. */

import { wordsOf, type Word } from '../../base/words.ts';
import { searchedText } from '../../contract/search/searched-text.ts';
import type { SearchTerm } from '../../contract/search/terms.ts';

/** Code units of a snippet before the first found word, and in all. */
const BEFORE = 60;
const LONGEST = 240;
/** A cut moves by so much, to fall between words. */
const LONGEST_MOVE = 20;
const ELLIPSIS = '…';

export interface Snippet {
  readonly text: string;
  /** Start and end of each found word in the text, in code points. */
  readonly highlights: readonly (readonly [start: number, end: number])[];
}

type Range = readonly [start: number, end: number];

/** A snippet of the item's JSON around the first place of a term, and the role of a message. */
export function snippetOf(
  data: string,
  terms: readonly SearchTerm[],
): { readonly role: string | undefined; readonly snippet: Snippet } {
  const { role, texts } = searchedText(data);
  for (const text of terms.length === 0 ? [] : texts) {
    const ranges = foundRanges(text, terms);
    if (ranges.length > 0) return { role, snippet: cut(text, ranges) };
  }
  return { role, snippet: cut(texts[0] ?? '', []) };
}

/** Returns where a text has the words of the terms, in order and without overlaps. */
function foundRanges(text: string, terms: readonly SearchTerm[]): readonly Range[] {
  const words = wordsOf(text);
  const ranges = terms.flatMap((term) =>
    words.flatMap((_, index) => (isAt(words, index, term) ? [rangeAt(words, index, term)] : [])),
  );
  const merged: Range[] = [];
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last === undefined || start >= last[1]) merged.push([start, end]);
    else if (end > last[1]) merged[merged.length - 1] = [last[0], end];
  }
  return merged;
}

function isAt(
  words: readonly Word[],
  index: number,
  { words: sought, isPrefix }: SearchTerm,
): boolean {
  return sought.every((text, place) => {
    const found = words[index + place]?.text;
    if (found === undefined) return false;
    return isPrefix && place === sought.length - 1 ? found.startsWith(text) : found === text;
  });
}

function rangeAt(words: readonly Word[], index: number, { words: sought }: SearchTerm): Range {
  return [words[index]?.start ?? 0, words[index + sought.length - 1]?.end ?? 0];
}

function cut(text: string, ranges: readonly Range[]): Snippet {
  const [first] = ranges;
  const start = first === undefined ? 0 : startBefore(text, first[0]);
  const end = endAfter(
    text,
    Math.max(start + LONGEST, Math.min(first?.[1] ?? 0, start + 2 * LONGEST)),
  );
  const head = start === 0 ? '' : ELLIPSIS;
  const tail = end === text.length ? '' : ELLIPSIS;
  const shown = text
    .slice(start, end)
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]/gu, ' ');
  const place = (offset: number): number =>
    head.length + Array.from(text.slice(start, offset).toWellFormed()).length;
  return {
    text: `${head}${shown}${tail}`,
    highlights: ranges
      .filter((range) => range[1] <= end)
      .map((range) => [place(range[0]), place(range[1])] as const),
  };
}

function startBefore(text: string, found: number): number {
  const start = found - BEFORE;
  if (start <= 0) return 0;
  const space = text.slice(start, start + LONGEST_MOVE).search(/\s/);
  return afterPair(text, space === -1 ? start : start + space + 1);
}

function endAfter(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const space = text.slice(end - LONGEST_MOVE, end).lastIndexOf(' ');
  return afterPair(text, space === -1 ? end : end - LONGEST_MOVE + space);
}

/** Moves an offset that would cut a character of two code units. */
function afterPair(text: string, offset: number): number {
  const isInside = /^[\udc00-\udfff]/.test(text.slice(offset, offset + 1));
  return isInside ? offset + 1 : offset;
}
