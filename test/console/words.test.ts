import { expect, test } from 'vitest';
import {
  firstsOf,
  folded,
  hasAnyOf,
  hasTerms,
  rangesOf,
  termsOf,
} from '../../console/src/text/words.ts';
import { shownFor } from '../../console/src/text/lengths.ts';
import { textsOf } from '../../console/src/transcript/item-texts.ts';

function found(text: string, query: string): readonly string[] {
  return rangesOf(text, termsOf(query)).map(([start, end]) => text.slice(start, end));
}

test('a query has words and phrases, without those that are left out', () => {
  expect(termsOf('Helm "roll  back" -dev -"not this" deploy*')).toEqual([
    'helm',
    'roll back',
    'deploy',
  ]);
  expect(termsOf('"not closed')).toEqual(['not closed']);
  expect(termsOf('  ')).toEqual([]);
});

test('words are found whatever their case and marks, and ranges are those of the text as it is', () => {
  expect(found('Ein Café, ein CAFÉ und ein cafe\u0301.', 'cafe')).toEqual([
    'Café',
    'CAFÉ',
    'cafe\u0301',
  ]);
  expect(found('🙂🙂 ﬁnd 天気', 'find 天')).toEqual(['ﬁnd', '天']);
  expect(hasTerms(folded('my\n parcel'), termsOf('"my parcel"'))).toBe(true);
  expect(hasTerms('my parcel', [])).toBe(false);
});

test('texts of an item are those that people read', () => {
  const item = {
    id: 'msg_secret',
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'hello' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
    ],
  };
  expect(textsOf(item)).toBe('hello');
  expect(
    textsOf({ object: 'conversation.item.stub', id: 'msg_1', type: 'message', bytes: 9 }),
  ).toBe('');
});

test('the branch that opens for a word is the first one that people read', () => {
  const item = {
    type: 'message',
    encrypted_content: 'a parcel',
    summary: [],
    content: [{ type: 'output_text', text: 'My\nparcel, and a message' }],
  };
  expect(firstsOf(item, termsOf('message parcel'))).toEqual([3, 3]);
  expect(firstsOf(item, termsOf('"my parcel"'))).toEqual([3]);
  expect(hasAnyOf(item.content, termsOf('"my parcel"'))).toBe(true);
  expect(hasAnyOf(item.content, termsOf('output_text'))).toBe(false);
});

test('a word that is only in names, numbers or unread fields of a tree opens the first branch that has it', () => {
  const tree = { list: ['none'], order: 4711, lines: [{ id: 'sku-9' }] };
  expect(firstsOf(tree, termsOf('4711 sku-9 order'))).toEqual([1, 2, 1]);
});

test('the beginning of a text grows to the words in it, also where folding changes its length', () => {
  const shown = (text: string, query: string) =>
    shownFor(text, folded(text), termsOf(query), 20_000);
  expect(shown(`${'ab '.repeat(10_000)}okapi`, 'okapi ab')).toBe(80_000);
  expect(shown(`${'ab '.repeat(10_000)}okapi`, 'zebra')).toBe(20_000);
  // White space is folded to less, a ligature to more.
  expect(shown(`${'a    '.repeat(6000)}okapi`, 'okapi')).toBe(80_000);
  expect(shown(`${'ﬃ '.repeat(9000)}okapi${' '.repeat(9000)}`, 'okapi')).toBe(20_000);
  // The word is beyond the characters that a hit opens.
  expect(shown(`${'ab '.repeat(120_000)}okapi`, 'okapi')).toBe(20_000);
});
