import type { Command } from '../command.ts';
import { findCommand } from '../find-command.ts';
import { commandHelp, generalHelp } from '../help.ts';

/** Returns the command that explains all commands. `commands` is called when it runs: the table includes it. */
export function helpOn(commands: () => Readonly<Record<string, Command>>): Command {
  return {
    usage: ['colloquy help [COMMAND]'],
    summary: 'Explain a command.',
    takesSettings: false,
    run: async ({ arguments: [name], print }) =>
      print(
        name === undefined ? generalHelp(commands()) : commandHelp(findCommand(commands(), name)),
      ),
  };
}
