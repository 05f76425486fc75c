import type { DatabaseOptions } from '../../options/database.ts';
import { loadConfig } from '../../config/load.ts';
import { databaseStatus, migrateDatabase, pendingSql } from '../../store/open.ts';
import type { Command, CommandContext } from '../command.ts';
import { openingError } from '../database/errors.ts';
import { takeOptions, unknownAction } from '../options.ts';

const FIX = 'Write `colloquy migrate status`, `colloquy migrate up` or `colloquy migrate --sql`.';

export const migrate: Command = {
  usage: ['colloquy migrate status', 'colloquy migrate up', 'colloquy migrate --sql'],
  summary:
    'Show the schema of the database, bring it up to date, or print with --sql the statements for that. `serve` brings it up to date by itself.',
  takesSettings: true,
  run: async (context) => {
    const { texts, rest: words } = takeOptions(context.arguments, [], ['sql']);
    const isPrinting = texts.has('sql');
    const isImplied = isPrinting && words[0]?.startsWith('--') !== false;
    const [action, ...rest] = isImplied ? ['up', ...words] : words;
    const { database } = await loadConfig({ ...context, arguments: rest, otherFlags: ['--sql'] });
    try {
      if (action === 'up' && isPrinting) context.print(await pendingSql(database));
      else if (action === 'status') await status(database, context);
      else if (action === 'up') await up(database, context);
      else throw unknownAction('migrate', action, FIX);
    } catch (error) {
      throw openingError(error, database);
    }
  },
};

async function status(database: DatabaseOptions, { print }: CommandContext): Promise<void> {
  const { applied, pending } = await databaseStatus(database);
  for (const { version, name } of applied) print(`applied ${version} ${name}`);
  for (const { version, name } of pending) print(`pending ${version} ${name}`);
}

async function up(database: DatabaseOptions, { print }: CommandContext): Promise<void> {
  const applied = await migrateDatabase(database);
  for (const { version, name } of applied) print(`applied ${version} ${name}`);
  if (applied.length === 0) print('The schema is up to date.');
}
