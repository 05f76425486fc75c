import { once } from 'node:events';
import { OperatorError } from '../base/errors/operator-error.ts';
import type { Command, CommandContext } from './command.ts';
import { COMMANDS } from './commands.ts';
import { findCommand } from './find-command.ts';
import { commandHelp } from './help.ts';

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
    const command = findCommand(COMMANDS, ALIASES[name] ?? name);
    if (rest.includes('--help') || rest.includes('-h')) context.print(commandHelp(command));
    else await finishedOrAbandoned(command, { ...context, arguments: rest });
    return 0;
  } catch (error) {
    context.printError(failureText(error));
    return 1;
  }
}

/** Runs a command until it ends or is abandoned. All writes are transactions, so any moment is safe for that. */
async function finishedOrAbandoned(command: Command, context: CommandContext): Promise<void> {
  const running = command.run(context);
  if (command.drains === true) return running;
  const abandoned = once(context.stop, 'abort').then(() => {
    throw new OperatorError(
      'interrupted',
      'The command was interrupted.',
      'Run it again. An import skips records that are stored, and `export --continue` completes a file.',
    );
  });
  await Promise.race([running, abandoned]);
}

function failureText(error: unknown): string {
  if (error instanceof OperatorError) {
    return `colloquy: ${error.code}: ${error.message}\n  fix: ${error.fix}`;
  }
  return `colloquy: internal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  fix: This is a fault of the program; please report it with the lines above.`;
}
