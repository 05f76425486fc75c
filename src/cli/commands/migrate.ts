import type { DatabaseOptions } from '../../options/database.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { loadConfig } from '../../config/load.ts';
import { databaseStatus, migrateDatabase, pendingSql } from '../../store/open.ts';
import type { Command, CommandContext } from '../command.ts';
import { openingError } from '../database/errors.ts';
import { takeOptions } from '../options.ts';

export const migrate: Command = {
  usage: 'colloquy migrate status|up|--sql',
  summary:
    "Show the database's schema, or bring it up to date; or print with --sql what that would run. `serve` does so by itself.",
  takesSettings: true,
  run: async (context) => {
    const { texts, rest: words } = takeOptions(context.arguments, [], ['sql']);
    const isPrinting = texts.has('sql');
    const isUnsaid = isPrinting && words[0]?.startsWith('--') !== false;
    const [action, ...rest] = isUnsaid ? ['up', ...words] : words;
    const { database } = await loadConfig({ ...context, arguments: rest, otherFlags: ['--sql'] });
    try {
      if (action === 'up' && isPrinting) context.print(await pendingSql(database));
      else if (action === 'status') await status(database, context);
      else if (action === 'up') await up(database, context);
      else throw unknownAction(action);
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

function unknownAction(action: string | undefined): OperatorError {
  return new OperatorError(
    'unknown_action',
    action === undefined ? 'migrate needs an action.' : `migrate does not know '${action}'.`,
    'Write `colloquy migrate status`, `colloquy migrate up` or `colloquy migrate --sql`.',
  );
}
