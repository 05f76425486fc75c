import { noCounts, parseLine, type Counts } from './format.ts';

export interface ResumePoint {
  /** How many bytes to keep: up to the end of the last conversation that is whole. */
  readonly bytes: number;
  readonly after: { readonly tenant: string; readonly id: string };
  readonly counts: Counts;
}

/**
 * Finds where an archive that was cut off goes on: behind the conversation before its last one, whose items may
 * not all be there. Null: it has none that is whole. `'whole'`: nothing is missing. Throws an `OperatorError` for
 * what is no archive.
 */
export async function resumePoint(
  lines: AsyncIterable<string>,
): Promise<ResumePoint | 'whole' | null> {
  let point: ResumePoint | null = null;
  let previous: ResumePoint['after'] | undefined;
  const counts = noCounts();
  let bytes = 0;
  let number = 0;
  // The line behind the one that is looked at tells whether that one is whole.
  let waiting: string | undefined;
  for await (const next of lines) {
    if (waiting !== undefined) read(waiting);
    waiting = next;
  }
  if (waiting !== undefined && isEnd(waiting)) return 'whole';
  return point;

  function read(text: string): void {
    number += 1;
    const line = parseLine(text, number);
    if (line.kind === 'record') {
      const { record } = line;
      if (record.kind === 'conversation') {
        if (previous !== undefined) point = { bytes, after: previous, counts: { ...counts } };
        previous = { tenant: record.tenant, id: record.id };
      }
      counts[record.kind] += 1;
    }
    bytes += Buffer.byteLength(text) + 1;
  }
}

function isEnd(text: string): boolean {
  return text.startsWith('{"end":') && text.endsWith('}}');
}
