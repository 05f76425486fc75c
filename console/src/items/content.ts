import { list, textOf, type Fields } from './fields.ts';

/** Returns the text of a message's content: of a text, or of the parts of a list that are texts. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content).map(textOfPart).filter(Boolean).join('\n\n');
}

/** Returns the parts of a message's content that are no texts: images, files, sounds. */
export function othersIn(content: unknown): readonly Fields[] {
  return list(content).filter((part) => textOfPart(part) === '' && !isText(part));
}

/** Returns the content with another text, in place of its own texts. Its other parts follow. */
export function withContentText(content: unknown, text: string): unknown {
  if (text === contentText(content)) return content;
  const others = othersIn(content);
  if (others.length === 0) return text;
  return text.trim() === '' ? others : [{ type: 'input_text', text }, ...others];
}

/** Checks whether a part is a text by its type, also when it is empty. */
function isText({ type }: Fields): boolean {
  return /(^|_)text$|^refusal$/.test(textOf(type));
}

function textOfPart(part: Fields): string {
  return textOf(part['text']) || textOf(part['refusal']);
}
