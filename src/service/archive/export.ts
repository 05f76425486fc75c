import type { Archive, ArchiveQuery } from '../../store/archive/port.ts';
import { firstLine, lastLine, noCounts, toLine, type Counts } from './format.ts';

export interface ExportOptions extends ArchiveQuery {
  /** The counts of what the archive has already, when the export continues after a conversation. */
  readonly counts?: Counts;
  /** Called after each batch. */
  readonly onProgress?: (counts: Readonly<Counts>) => void;
}

/** Writes a store as an archive. `write` resolves when it can take more. Returns the counts of its records. */
export async function exportArchive(
  archive: Archive,
  write: (text: string) => Promise<void>,
  { counts = noCounts(), onProgress, ...query }: ExportOptions,
): Promise<Counts> {
  if (query.after === undefined) {
    await write(`${firstLine(query.tenant, query.owner !== undefined)}\n`);
  }
  await archive.read(query, async (records) => {
    for (const { table } of records) counts[table] += 1;
    await write(records.map((record) => `${toLine(record)}\n`).join(''));
    onProgress?.(counts);
  });
  await write(`${lastLine(counts)}\n`);
  return counts;
}
