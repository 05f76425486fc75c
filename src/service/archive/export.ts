import type { Archive, ArchiveQuery } from '../../store/store.ts';
import { firstLine, lastLine, noCounts, toLine, type Counts } from './format.ts';

export interface ExportOptions extends ArchiveQuery {
  /** Of what stands in the archive already, where it goes on behind a conversation. */
  readonly counts?: Counts;
  /** Told of every piece. */
  readonly onProgress?: (counts: Readonly<Counts>) => void;
}

/** Writes a store as an archive. `write` resolves when it can take more. Returns how many records it has. */
export async function exportArchive(
  archive: Archive,
  write: (text: string) => Promise<void>,
  { counts = noCounts(), onProgress, ...query }: ExportOptions,
): Promise<Counts> {
  if (query.after === undefined) await write(`${firstLine(query.tenant)}\n`);
  await archive.read(query, async (records) => {
    for (const { kind } of records) counts[kind] += 1;
    await write(records.map((record) => `${toLine(record)}\n`).join(''));
    onProgress?.(counts);
  });
  await write(`${lastLine(counts)}\n`);
  return counts;
}
