/** Words that a reader looks for, in texts. */

/** Returns the words and phrases of a query that must be found, as they are compared. */
export function termsOf(query: string): readonly string[] {
  return [...query.matchAll(/-?"([^"]*)"?|\S+/g)]
    .filter(([all]) => !/^-./.test(all))
    .map(([all, phrase]) => folded(phrase ?? all.replace(/\*$/, '')))
    .filter((term) => term !== '');
}

/** Fields that nobody reads: names of things, sealed content, and bytes of files. */
const UNREAD = new Set([
  'id',
  'type',
  'role',
  'status',
  'call_id',
  'approval_request_id',
  'encrypted_content',
  'image_url',
  'file_data',
  'data',
  'result',
]);

/** Returns the texts of a JSON value that a reader may look for, each on a line. */
export function textsIn(value: unknown): string {
  const texts: string[] = [];
  const collect = (from: unknown): void => {
    if (typeof from === 'string') texts.push(from);
    else if (typeof from === 'object' && from !== null) {
      for (const [name, each] of Object.entries(from)) {
        if (Array.isArray(from) || !UNREAD.has(name)) collect(each);
      }
    }
  };
  collect(value);
  return texts.join('\n');
}

/** Checks for a JSON value that has one of the terms in its texts. */
export function hasAnyOf(value: unknown, terms: readonly string[]): boolean {
  const text = folded(textsIn(value));
  return terms.some((term) => text.includes(term));
}

/** Returns of each term the first entry of an object or a list that has it: in its texts or, where none has, as JSON. */
export function firstsOf(value: object, terms: readonly string[]): readonly number[] {
  if (terms.length === 0) return [];
  const entries = Object.entries(value);
  const texts = entries.map((entry) => folded(textsIn(Object.fromEntries([entry]))));
  return terms.map((term) => {
    const first = texts.findIndex((text) => text.includes(term));
    // Names, numbers and unread fields are searched last.
    return first !== -1 ? first : entries.findIndex((entry) => inJson(entry).includes(term));
  });
}

function inJson(value: unknown): string {
  return folded(JSON.stringify(value));
}

/** Checks for a folded text that has all terms, anywhere in it. */
export function hasTerms(whole: string, terms: readonly string[]): boolean {
  return terms.length > 0 && terms.every((term) => whole.includes(term));
}

/** Returns the ranges of all terms in a text, as offsets of UTF-16. */
export function rangesOf(
  text: string,
  terms: readonly string[],
): readonly (readonly [start: number, end: number])[] {
  const { whole, offsets } = foldedWithOffsets(text);
  return terms.flatMap((term) => {
    const ranges: [number, number][] = [];
    for (let at = whole.indexOf(term); at !== -1; at = whole.indexOf(term, at + term.length)) {
      ranges.push([offsets[at] ?? 0, offsets[at + term.length] ?? text.length]);
    }
    return ranges;
  });
}

/** Returns a text without case, marks of letters, and differences of white space. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Folds a text character by character, with the place in it of each folded one. White space stays as it is, but for its kind. */
function foldedWithOffsets(text: string): {
  readonly whole: string;
  readonly offsets: readonly number[];
} {
  const offsets: number[] = [];
  let whole = '';
  let at = 0;
  for (const character of text) {
    const fold = /\s/.test(character)
      ? ' '
      : character
          .normalize('NFKD')
          .replaceAll(/\p{Mn}/gu, '')
          .toLowerCase();
    whole += fold;
    for (let each = 0; each < fold.length; each += 1) offsets.push(at);
    at += character.length;
  }
  return { whole, offsets };
}
