/**
 * Words of a text as search compares them, the same in every database. Words of scripts that are written without
 * spaces are not known, so that each of their characters is a word, and what is searched for is a sequence of them.
 */

/** A word, and where it stands in its text: code units from `start` up to `end`. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longest word in code units; the rest of a longer one is left out. An index entry of PostgreSQL has a limit. */
const LONGEST_WORD = 128;

const RUNS = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const ASCII = /^[\0-\x7f]*$/;
/** Scripts without spaces between words, and Korean, which has them but ties particles to its words. */
const DENSE = String.raw`[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`;
/** Dense characters, or what stands between them. */
const PIECES = new RegExp(String.raw`(${DENSE}+[\u3099\u309a]*)+|(?:(?!${DENSE})[^])+`, 'gu');
/** The usual dense characters, each of which is its own normal form. */
const PLAIN = /^[\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff\uac00-\ud7a3]+$/u;
/** Characters that may be written as several: Kana with a mark, and Korean syllables. */
const CLUSTERS = /[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?|[^][\u3099\u309a\uff9e\uff9f]?/gu;
/** Marks that readers of these scripts leave out. */
const OMITTED_MARKS = /(?<=[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}])\p{M}+/gu;
const LETTERS = /[\p{L}\p{N}\p{M}]/gu;

/** Returns the words of a text, in their order. */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    if (ASCII.test(run)) words.push(word(run.toLowerCase(), index, run.length));
    else addWords(run, index, words);
  }
  return words;
}

/** Returns whether a word is a character of a script without spaces. */
export function isCharacter(text: string): boolean {
  return IS_DENSE.test(text);
}

const IS_DENSE = new RegExp(`^${DENSE}`, 'u');

function addWords(run: string, offset: number, words: Word[]): void {
  for (const { 0: piece, index } of run.matchAll(PIECES)) {
    const start = offset + index;
    if (IS_DENSE.test(piece)) {
      addCharacters(piece, start, words);
      continue;
    }
    // Some letters stand for several, with signs between them.
    for (const [text] of fold(piece).matchAll(RUNS)) words.push(word(text, start, piece.length));
  }
}

function addCharacters(piece: string, offset: number, words: Word[]): void {
  if (PLAIN.test(piece)) {
    for (let index = 0; index < piece.length; index += 1) {
      words.push(word(piece.charAt(index), offset + index, 1));
    }
    return;
  }
  for (const { 0: cluster, index } of piece.matchAll(CLUSTERS)) {
    for (const [text] of cluster.normalize('NFKC').matchAll(LETTERS)) {
      words.push(word(text, offset + index, cluster.length));
    }
  }
}

function fold(text: string): string {
  const lower = text.normalize('NFKD').toLowerCase();
  return lower.replaceAll(OMITTED_MARKS, '').replaceAll('ς', 'σ');
}

function word(text: string, start: number, length: number): Word {
  const cut = text.length > LONGEST_WORD ? text.slice(0, LONGEST_WORD).toWellFormed() : text;
  return { text: cut, start, end: start + length };
}
