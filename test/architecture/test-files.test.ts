import { expect, test } from 'vitest';
import { readText } from '../support/repository.ts';
import { sourceFiles } from './files.ts';

const MOST_LINES = 400;

/** First words of a fragment that continues another title, or its `describe`. */
const FRAGMENT =
  /^(?:nor|but|that|of|for|not|and|or|with|without|which|where|when|also|only|is|are|has|have|does)\b/i;

/** The beginning of a call whose first argument is a title, as the formatter writes it. */
const TITLED_CALL =
  /^( *)(test\b.*?|[\])]+(?: as const\))?)\(\s*(['"`])((?:\\.|(?!\3)[^\\])*)\3,/gm;

const FILES = [...sourceFiles('test'), ...sourceFiles('src')].filter(
  (path) => path.startsWith('test/') || path.endsWith('.test.ts'),
);

/** Returns the first word of the statement whose last line is at an index of a text. */
function statementAt(text: string, index: number, indent: string): string {
  const lines = text.slice(0, index).split('\n').toReversed();
  const first = lines.find(
    (line) => line.startsWith(indent) && /\w/.test(line.charAt(indent.length)),
  );
  return /\w+/.exec(first ?? '')?.[0] ?? '';
}

/** Returns the titles of the tests in a file. The titles of `describe` are not among them. */
function titlesOf(path: string): readonly string[] {
  const text = readText(path);
  return [...text.matchAll(TITLED_CALL)]
    .filter(
      ({ index, 1: indent = '', 2: head = '' }) =>
        head.startsWith('test') || statementAt(text, index, indent) === 'test',
    )
    .map(({ 4: title = '' }) => title);
}

test('every file of the tests has at most 400 lines', () => {
  const long = FILES.filter((path) => readText(path).split('\n').length > MOST_LINES);
  expect(long, 'split these files by subject').toEqual([]);
});

test('every title of a test is a sentence of its own', () => {
  const titles = FILES.flatMap((path) => titlesOf(path).map((title) => `${path}: ${title}`));
  expect(titles.length, 'TITLED_CALL must match the calls of test').toBeGreaterThan(500);
  const fragments = titles.filter((line) => FRAGMENT.test(line.slice(line.indexOf(': ') + 2)));
  expect(fragments, 'begin these titles with their subject, as in "a page of …"').toEqual([]);
});
