import type { Command } from './command.ts';
import { adopt } from './commands/adopt.ts';
import { backup } from './commands/backup.ts';
import { doctor } from './commands/doctor.ts';
import { erase } from './commands/erase.ts';
import { exportCommand } from './commands/export.ts';
import { helpOn } from './commands/help.ts';
import { hold } from './commands/hold.ts';
import { importCommand } from './commands/import.ts';
import { keys } from './commands/keys.ts';
import { migrate } from './commands/migrate.ts';
import { policy } from './commands/policy.ts';
import { retention } from './commands/retention.ts';
import { search } from './commands/search.ts';
import { serve } from './commands/serve.ts';
import { stats } from './commands/stats.ts';
import { version } from './commands/version.ts';

/** All commands by name. The command line runs them; help and `docs/commands.md` list them in this order. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  keys,
  policy,
  adopt,
  erase,
  hold,
  retention,
  export: exportCommand,
  import: importCommand,
  backup,
  migrate,
  search,
  doctor,
  stats,
  version,
  help: helpOn(() => COMMANDS),
};
