import type { Setting } from '../config/settings/entry.ts';
import {
  fileEntries,
  flagSettings,
  flagUsage,
  variableOf,
  type FileEntry,
} from '../config/settings/names.ts';
import { SUBJECTS } from '../config/settings/tables.ts';
import type { Command } from './command.ts';

/** Returns the help for all commands, a line each. */
export function generalHelp(commands: Readonly<Record<string, Command>>): string {
  const longest = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(longest)}  ${summary}`,
  );
  return [
    'Colloquy keeps conversations for applications built on language models.',
    '',
    ...lines,
    '',
    '`colloquy help COMMAND` says how to use one; `colloquy help serve` lists the settings.',
  ].join('\n');
}

/** Returns the help for one command, with the settings if it takes them. */
export function commandHelp({ usage, summary, takesSettings }: Command): string {
  if (!takesSettings) return `${usage.join('\n')}\n\n${summary}`;
  const settings = SUBJECTS.flatMap(({ title, table }) => [
    `${title}:`,
    '',
    ...flagSettings(table).map(settingHelp),
    ...fileEntries(table).map(fileEntryHelp),
    '',
  ]);
  return [
    ...usage.map((line) => `${line} [SETTING ...]`),
    '',
    summary,
    '',
    'Settings, as flag or environment variable. In the config file a setting has no dashes before it, and _ for -.',
    'SWITCH is on or off; a flag without it is on.',
    '',
    ...settings,
  ]
    .join('\n')
    .trimEnd();
}

function settingHelp(setting: Setting): string {
  const { default: byDefault = '', description } = setting;
  return entryHelp(`${flagUsage(setting)}, ${variableOf(setting)}`, description, byDefault);
}

function fileEntryHelp({ usage, description, byDefault = '', isRequired }: FileEntry): string {
  const named = isRequired ? `${usage} (config file, required)` : `${usage} (config file)`;
  return entryHelp(named, description, byDefault);
}

function entryHelp(usage: string, description: string, byDefault: string): string {
  const end = byDefault === '' ? '' : ` Default: ${byDefault}.`;
  return `  ${usage}\n      ${description}${end}`;
}
