import type { Row } from '../engine/query.ts';
import { cell } from '../engine/rows.ts';
import type { ArchivedTable } from '../tables.ts';
import type { ArchiveRecord } from './port.ts';

/** Returns a row, which has all columns of the table, as a record. */
export function toRecord(table: ArchivedTable, row: Row): ArchiveRecord {
  const cells = Object.keys(table.columns).map((column) => [column, cell(row, column)]);
  // Sound: the columns of the table are those of its records.
  return { table: table.name, row: Object.fromEntries(cells) } as ArchiveRecord;
}
