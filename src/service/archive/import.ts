import type { Archive, ArchivedConversation, ArchiveRecord } from '../../store/store.ts';
import { noCounts, parseLine, unreadable, type Counts } from './format.ts';

const RECORDS_PER_WRITE = 1_000;
/** Characters of lines that one write may have; a single line may be longer. */
const SIZE_PER_WRITE = 4 * 1024 * 1024;

export interface Imported {
  readonly counts: Counts;
  /** How many of the records were not there yet. */
  readonly added: number;
}

/**
 * Adds an archive's records to a store. What is there already is passed over, so an import that was interrupted
 * is done by doing it again. Rejects with an `OperatorError` for what is no archive or ends early, and with an
 * `ArchiveConflictError`; what came before that stays.
 */
export async function importArchive(
  archive: Archive,
  lines: AsyncIterable<string>,
  onProgress?: (imported: Imported) => void,
): Promise<Imported> {
  const counts = noCounts();
  let added = 0;
  for await (const batch of batches(lines, counts)) {
    added += await archive.write(batch);
    onProgress?.({ counts, added });
  }
  return { counts, added };
}

/** Records in groups that fit a write. */
async function* batches(
  lines: AsyncIterable<string>,
  counts: Counts,
): AsyncGenerator<readonly ArchiveRecord[]> {
  let batch: ArchiveRecord[] = [];
  let size = 0;
  try {
    for await (const { record, length } of records(lines, counts)) {
      batch.push(record);
      size += length;
      if (batch.length >= RECORDS_PER_WRITE || size >= SIZE_PER_WRITE) {
        yield batch;
        batch = [];
        size = 0;
      }
    }
  } catch (error) {
    // What stood in front of a line that cannot be read is good.
    yield batch;
    throw error;
  }
  yield batch;
}

/** The records of a whole archive, each where it belongs. Counts them. */
async function* records(
  lines: AsyncIterable<string>,
  counts: Counts,
): AsyncGenerator<{ readonly record: ArchiveRecord; readonly length: number }> {
  let place: Place | undefined;
  let number = 0;
  let hasEnded = false;
  for await (const text of lines) {
    number += 1;
    const line = parseLine(text, number);
    if ((number === 1) !== (line.kind === 'first')) {
      throw unreadable(number, number === 1 ? 'it does not begin an archive' : 'it begins another');
    }
    if (hasEnded) throw unreadable(number, 'it stands behind the end');
    if (line.kind === 'last') {
      if (!isSame(line.counts, counts)) {
        throw unreadable(number, 'it counts other records than there are');
      }
      hasEnded = true;
    }
    if (line.kind !== 'record') continue;
    const { record } = line;
    place = placeBehind(record, place, number);
    counts[record.kind] += 1;
    yield { record, length: text.length };
  }
  if (!hasEnded) throw unreadable(number + 1, 'the archive ends early');
}

/** What the next item belongs to, and what its position must exceed. */
interface Place {
  readonly conversation: ArchivedConversation;
  readonly lastPosition: number;
}

/** Throws for an item that does not belong where it stands. */
function placeBehind(
  record: ArchiveRecord,
  place: Place | undefined,
  number: number,
): Place | undefined {
  if (record.kind === 'conversation') return { conversation: record, lastPosition: -1 };
  if (record.kind === 'key') return place;
  const { conversation, lastPosition = -1 } = place ?? {};
  if (record.tenant !== conversation?.tenant || record.conversationId !== conversation.id) {
    throw unreadable(number, 'its item does not follow its conversation');
  }
  if (record.position <= lastPosition || record.position >= conversation.nextPosition) {
    throw unreadable(number, 'its item has a position that its conversation has not given out');
  }
  return { conversation, lastPosition: record.position };
}

function isSame(left: Counts, right: Counts): boolean {
  return (
    left.key === right.key && left.conversation === right.conversation && left.item === right.item
  );
}
