import { list, textOf, type Fields } from '../items/fields.ts';

/** Returns the text of a message's content: of a text, or of the parts of a list that are texts. */
export function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content).map(textOfPart).filter(Boolean).join('\n\n');
}

/** Returns the parts of a message's content that are no texts: images, files, sounds. */
export function othersIn(content: unknown): readonly Fields[] {
  return list(content).filter((part) => textOfPart(part) === '');
}

/** Returns the content with another text, in place of its own texts. Its other parts are kept. */
export function withText(content: unknown, text: string): unknown {
  if (text === textIn(content)) return content;
  const others = othersIn(content);
  if (others.length === 0) return text;
  if (text.trim() === '') return others;
  const at = list(content).findIndex((part) => textOfPart(part) !== '');
  return others.toSpliced(Math.max(at, 0), 0, { type: 'input_text', text });
}

function textOfPart(part: Fields): string {
  return textOf(part['text']);
}
