import { closest } from 'fastest-levenshtein';
import { OperatorError } from '../base/errors/operator-error.ts';
import { withoutCredentials } from '../base/without-credentials.ts';
import type { Command } from './command.ts';

/** Returns the command of a name, or throws an error that suggests the nearest one. */
export function findCommand(commands: Readonly<Record<string, Command>>, name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return command;
  throw new OperatorError(
    'unknown_command',
    `There is no command '${withoutCredentials(name)}'.`,
    `The nearest is ${closest(name, Object.keys(commands))}; \`colloquy help\` lists all.`,
  );
}
