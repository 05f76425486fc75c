import { once } from 'node:events';
import { closest } from 'fastest-levenshtein';
import { OperatorError } from '../base/errors/operator-error.ts';
import { withoutCredentials } from '../base/without-credentials.ts';
import { packageVersion } from '../config/version.ts';
import type { Command, CommandContext } from './command.ts';
import { adopt } from './commands/adopt.ts';
import { backup } from './commands/backup.ts';
import { doctor } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { commandHelp, generalHelp } from './help.ts';
import { importCommand } from './commands/import.ts';
import { keys } from './commands/keys.ts';
import { migrate } from './commands/migrate.ts';
import { policy } from './commands/policy.ts';
import { serve } from './commands/serve.ts';
import { stats } from './commands/stats.ts';

const version: Command = {
  usage: 'colloquy version',
  summary: 'Print the version.',
  takesSettings: false,
  run: async ({ print }) => print(packageVersion()),
};

const help: Command = {
  usage: 'colloquy help [COMMAND]',
  summary: 'Explain a command.',
  takesSettings: false,
  run: async ({ arguments: [name], print }) =>
    print(name === undefined ? generalHelp(COMMANDS) : commandHelp(find(name))),
};

const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  keys,
  policy,
  adopt,
  export: exportCommand,
  import: importCommand,
  backup,
  migrate,
  doctor,
  stats,
  version,
  help,
};
const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

/** Runs the command that the first argument names and returns the exit code. Failures print code, title and fix. */
export async function run(context: CommandContext): Promise<number> {
  try {
    const [name = 'help', ...rest] = context.arguments;
    const command = find(ALIASES[name] ?? name);
    if (rest.includes('--help') || rest.includes('-h')) context.print(commandHelp(command));
    else await finishedOrDropped(command, { ...context, arguments: rest });
    return 0;
  } catch (error) {
    context.printError(failureText(error));
    return 1;
  }
}

/** Nothing that a command does is left half done in a database, so it can be dropped at any moment. */
async function finishedOrDropped(command: Command, context: CommandContext): Promise<void> {
  const running = command.run(context);
  if (command.drains === true) return running;
  const dropped = once(context.stop, 'abort').then(() => {
    throw new OperatorError(
      'interrupted',
      'The command was interrupted.',
      'Run it again. What an import has stored is passed over, and `export --continue` completes a file.',
    );
  });
  await Promise.race([running, dropped]);
}

function find(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  throw new OperatorError(
    'unknown_command',
    `There is no command '${withoutCredentials(name)}'.`,
    `The nearest is ${closest(name, Object.keys(COMMANDS))}; \`colloquy help\` lists all.`,
  );
}

function failureText(error: unknown): string {
  if (error instanceof OperatorError) {
    return `colloquy: ${error.code}: ${error.message}\n  fix: ${error.fix}`;
  }
  return `colloquy: internal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  fix: This is a fault of the program; please report it with the lines above.`;
}
