import { OperatorError } from '../../base/errors/operator-error.ts';
import { importArchive, type Imported } from '../../service/archive/import.ts';
import { linesOf } from '../../service/archive/lines.ts';
import { ArchiveConflictError } from '../../store/archive/port.ts';
import { indexAll } from '../../service/search/index-all.ts';
import type { Command } from '../command.ts';
import { withStore } from '../database/access.ts';
import { ProgressLine } from '../output/progress.ts';
import { counted, countedRecords } from '../output/wording.ts';

export const importCommand: Command = {
  usage: ['colloquy import < FILE.jsonl'],
  summary:
    'Add the data that `export` wrote, from standard input. Existing data is not changed, so an interrupted import can be run again.',
  takesSettings: true,
  run: async (context) => {
    const { input, printError } = context;
    const [file] = context.arguments;
    if (file !== undefined && !file.startsWith('--')) {
      throw new OperatorError(
        'unexpected_argument',
        'import reads standard input.',
        `Write \`colloquy import < ${file}\`, and the settings after import.`,
      );
    }
    const use = { settings: context.arguments, otherFlags: [], createsDatabase: true };
    await withStore(context, use, async (store, { search }) => {
      const progress = new ProgressLine(context);
      const imported = await importArchive(store.archive, linesOf(input), (soFar) =>
        progress.update(() => summaryOf(soFar)),
      ).catch((error: unknown) => {
        progress.clear();
        throw explained(error);
      });
      if (search) {
        await indexAll(store.search, {
          onProgress: (items) => progress.update(() => `${counted(items, 'item')} indexed`),
        });
      }
      progress.clear();
      printError(`colloquy: ${summaryOf(imported)}.`);
    });
  },
};

function summaryOf({ counts, added }: Imported): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const present =
    added === all
      ? ''
      : `, of which ${counted(all - added, 'record was', 'records were')} there already`;
  return `imported ${countedRecords(counts)}${present}`;
}

function explained(error: unknown): unknown {
  if (!(error instanceof ArchiveConflictError)) return error;
  return new OperatorError(
    'archive_conflict',
    error.message,
    'Import into a database that only has data of the same archive, or export the tenants that you need one by one.',
    error,
  );
}
