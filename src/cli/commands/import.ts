import { OperatorError } from '../../base/errors/operator-error.ts';
import { importArchive, type Imported } from '../../service/archive/import.ts';
import { linesOf } from '../../service/archive/lines.ts';
import { ArchiveConflictError } from '../../store/archive/port.ts';
import type { Command } from '../command.ts';
import { withStore } from '../database/access.ts';
import { ProgressLine } from '../output/progress.ts';
import { counted } from '../output/wording.ts';

export const importCommand: Command = {
  usage: 'colloquy import < FILE.jsonl',
  summary:
    'Add what `export` wrote, from standard input. What is there already stays as it is, so an import that was interrupted is run again.',
  takesSettings: true,
  run: async (context) => {
    const { input, printError } = context;
    const [file] = context.arguments;
    if (file !== undefined && !file.startsWith('--')) {
      throw new OperatorError(
        'unexpected_argument',
        'import reads standard input.',
        `Write \`colloquy import < ${file}\`, with the settings behind import.`,
      );
    }
    const use = { settings: context.arguments, otherFlags: [], createsDatabase: true };
    await withStore(context, use, async (store) => {
      const progress = new ProgressLine(context);
      const imported = await importArchive(store.archive, linesOf(input), (soFar) =>
        progress.update(() => shown(soFar)),
      ).catch((error: unknown) => {
        progress.clear();
        throw explained(error);
      });
      progress.clear();
      printError(`colloquy: ${shown(imported)}.`);
    });
  },
};

function shown({ counts, added }: Imported): string {
  const { api_keys: keys, conversations, items } = counts;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const present =
    added === all
      ? ''
      : `, of which ${counted(all - added, 'record was', 'records were')} there already`;
  return `imported ${counted(conversations, 'conversation')}, ${counted(items, 'item')} and ${counted(keys, 'API key')}${present}`;
}

function explained(error: unknown): unknown {
  if (!(error instanceof ArchiveConflictError)) return error;
  return new OperatorError(
    'archive_conflict',
    error.message,
    'Import into a database that has only what the same archive brought, or export the tenants that you need one by one.',
    error,
  );
}
