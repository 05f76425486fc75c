import type { DatabaseOptions } from '../../options/database.ts';
import { loadConfig } from '../../config/load.ts';
import {
  databaseStatus,
  distributeDatabase,
  migrateDatabase,
  pendingSql,
} from '../../store/open.ts';
import { LEDGER, TABLES_WITHOUT_CONVERSATION } from '../../store/tables.ts';
import type { Command, CommandContext } from '../command.ts';
import { openingError } from '../database/errors.ts';
import { takeOptions, unknownAction } from '../options.ts';
import { counted } from '../output/wording.ts';

const FIX =
  'Write `colloquy migrate status`, `colloquy migrate up`, `colloquy migrate --sql` or `colloquy migrate distribute`.';

export const migrate: Command = {
  usage: [
    'colloquy migrate status',
    'colloquy migrate up',
    'colloquy migrate --sql',
    'colloquy migrate distribute',
  ],
  summary:
    'Show the schema of the database, bring it up to date, print with --sql the statements for that, or distribute the tables over the nodes of a Citus cluster. `serve` brings the schema up to date by itself.',
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
      else if (action === 'distribute') await distribute(database, context);
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

async function distribute(database: DatabaseOptions, { print }: CommandContext): Promise<void> {
  const { distributed, tables } = await distributeDatabase(database);
  for (const { table, column, shards, nodes } of tables) {
    const state = distributed.includes(table) ? 'distributed' : 'distributed already:';
    const place = `${counted(shards, 'shard')} on ${counted(nodes, 'node')}`;
    print(`${state} ${table} by ${column}, ${place}`);
  }
  const kept = TABLES_WITHOUT_CONVERSATION.map(({ name }) => name);
  print(`kept on the coordinator: ${[LEDGER, ...kept].join(', ')}`);
}

async function up(database: DatabaseOptions, { print }: CommandContext): Promise<void> {
  const applied = await migrateDatabase(database);
  for (const { version, name } of applied) print(`applied ${version} ${name}`);
  if (applied.length === 0) print('The schema is up to date.');
}
