import type { Archive, ArchiveRecord } from '../../store/archive/port.ts';
import {
  ARCHIVED_TABLES,
  type ArchivedTable,
  type ArchivedTables,
  type RowOf,
} from '../../store/tables.ts';
import { noCounts, parseLine, unreadable, type Counts } from './format.ts';

const RECORDS_PER_WRITE = 1_000;
/** Most characters of lines for one write; a single line may be longer. */
const SIZE_PER_WRITE = 4 * 1024 * 1024;

export interface Imported {
  readonly counts: Counts;
  /** The number of records that were not stored before. */
  readonly added: number;
}

/**
 * Adds an archive's records to a store. Records that are stored already are passed over, so an interrupted import
 * is completed by running it again. Rejects with an `OperatorError` for what is not an archive or ends early, and
 * with an `ArchiveConflictError`; the records before the fault stay.
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

/** Groups records so that each group fits a write. */
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
    // The records before a line that cannot be read are good.
    yield batch;
    throw error;
  }
  yield batch;
}

/** Yields the records of a whole archive after checking the place of each. Counts them. */
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
    if (hasEnded) throw unreadable(number, 'it follows the end');
    if (line.kind === 'last') {
      if (!isSame(line.counts, counts)) {
        throw unreadable(number, 'it counts other records than there are');
      }
      hasEnded = true;
    }
    if (line.kind !== 'record') continue;
    const { record } = line;
    place = placeAfter(record, place, number);
    counts[record.table] += 1;
    yield { record, length: text.length };
  }
  if (!hasEnded) throw unreadable(number + 1, 'the archive ends early');
}

/** The conversation that the next rows belong to, and the position that the next item must exceed. */
interface Place {
  readonly conversation: RowOf<ArchivedTables['conversations']>;
  readonly lastPosition: number;
}

/** Returns the place after a record. Throws for a row that does not follow its conversation. */
function placeAfter(
  record: ArchiveRecord,
  place: Place | undefined,
  number: number,
): Place | undefined {
  if (record.table === 'conversations') return { conversation: record.row, lastPosition: -1 };
  const { conversationColumn, record: names }: ArchivedTable = ARCHIVED_TABLES[record.table];
  if (conversationColumn === undefined) return place;
  const row: Readonly<Record<string, unknown>> = record.row;
  if (
    place === undefined ||
    row['tenant'] !== place.conversation.tenant ||
    row[conversationColumn] !== place.conversation.id
  ) {
    throw unreadable(number, `its ${names.shown} does not follow its conversation`);
  }
  if (record.table === 'items') return itemPlace(record.row, place, number);
  if (record.table === 'responses') assertPlace(record.row, place, number);
  return place;
}

function assertPlace(
  { first_output: first, end_position: end }: RowOf<ArchivedTables['responses']>,
  { conversation }: Place,
  number: number,
): void {
  if (first > end || end > conversation.next_position) {
    throw unreadable(number, 'its response has positions that its conversation has not given out');
  }
}

function itemPlace(
  { position }: RowOf<ArchivedTables['items']>,
  { conversation, lastPosition }: Place,
  number: number,
): Place {
  if (position <= lastPosition || position >= conversation.next_position) {
    throw unreadable(number, 'its item has a position that its conversation has not given out');
  }
  return { conversation, lastPosition: position };
}

function isSame(left: Counts, right: Counts): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
