import { OperatorError } from '../../base/operator-error.ts';

const NEWLINE = 0x0a;
/** Bytes; beyond any item, and near what a string can hold. */
const LONGEST_LINE = 400_000_000;

/** Cuts a stream of bytes into lines, which end with a newline and with nothing else. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pieces: Uint8Array[] = [];
  let waiting = 0;
  for await (const chunk of input) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      yield textOf([...pieces, chunk.subarray(start, end)]);
      pieces = [];
      waiting = 0;
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > LONGEST_LINE) throw endless();
  }
  if (pieces.length > 0) yield textOf(pieces);
}

function endless(): OperatorError {
  return new OperatorError(
    'unreadable_archive',
    'The input has a line without end.',
    'An archive is what `colloquy export` writes.',
  );
}

function textOf(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString('utf8');
}
