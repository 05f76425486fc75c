/** How much of a long text is shown, in characters. */

import { folded } from './words.ts';

export const FIRST = 20_000;
const GROWTH = 4;
/** Characters that are shown at most without being asked for. */
const MOST_BY_ITSELF = 320_000;

/** Returns how many characters of a text to show, so that the terms in it are among them: `most`, or more. */
export function shownFor(
  text: string,
  whole: string,
  terms: readonly string[],
  most: number,
): number {
  const end = Math.max(0, ...endsIn(whole, terms));
  for (let next = most; next <= MOST_BY_ITSELF; next = grown(next)) {
    // Folding changes the length of a text.
    if (next >= text.length || folded(text.slice(0, next)).length >= end) return next;
  }
  return most;
}

/** Returns the number of characters that follows one, where more are asked for. */
export function grown(most: number): number {
  return most < FIRST ? FIRST : most * GROWTH;
}

/** Returns the offset in a folded text after the first occurrence of each term that it has. */
export function endsIn(whole: string, terms: readonly string[]): readonly number[] {
  return terms.flatMap((term) => {
    const at = whole.indexOf(term);
    return at === -1 ? [] : [at + term.length];
  });
}
