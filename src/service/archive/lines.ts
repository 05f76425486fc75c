import { OperatorError } from '../../base/errors/operator-error.ts';
import { unreadable } from './format.ts';

const NEWLINE = 0x0a;
/** Bytes; beyond any item, and near what a string can hold. */
const LONGEST_LINE = 400_000_000;

/**
 * Cuts a stream of bytes into lines, which end with a newline and with nothing else. Throws an `OperatorError` for
 * bytes that are not UTF-8, which would be altered; a character that the end of the stream cuts off is left out.
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let chunks: Uint8Array[] = [];
  let waiting = 0;
  let number = 1;
  for await (const chunk of input) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      yield textOf([...chunks, chunk.subarray(start, end)], number, 'whole');
      number += 1;
      chunks = [];
      waiting = 0;
      start = end + 1;
    }
    if (start < chunk.length) chunks.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > LONGEST_LINE) throw endless();
  }
  if (chunks.length > 0) yield textOf(chunks, number, 'cut off');
}

function endless(): OperatorError {
  return new OperatorError(
    'unreadable_archive',
    'The input has a line without end.',
    'An archive is what `colloquy export` writes.',
  );
}

function textOf(chunks: readonly Uint8Array[], number: number, end: 'whole' | 'cut off'): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(Buffer.concat(chunks), { stream: end === 'cut off' });
  } catch (error) {
    throw unreadable(number, 'it is not UTF-8', error);
  }
}
