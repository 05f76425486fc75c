import { OperatorError } from '../../base/errors/operator-error.ts';
import { loadConfig } from '../../config/load.ts';
import { backupDatabase } from '../../store/open.ts';
import type { Command } from '../command.ts';
import { openingError } from '../database/errors.ts';

export const backup: Command = {
  usage: ['colloquy backup FILE'],
  summary:
    'Copy a SQLite database into a new file, as it is at this moment. A server may be running.',
  takesSettings: true,
  run: async (context) => {
    const [file, ...rest] = context.arguments;
    if (file === undefined || file.startsWith('--')) {
      throw new OperatorError(
        'missing_file',
        'backup needs the name of a file.',
        'Write `colloquy backup FILE`, and the settings after the file.',
      );
    }
    const { database } = await loadConfig({ ...context, arguments: rest });
    await backupDatabase(database, file).catch((error: unknown) => {
      throw openingError(error, database);
    });
    context.print(`${file} has everything that was there when the copy began.`);
  },
};
