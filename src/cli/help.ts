import { ALL_SETTINGS, flagOf, SECTIONS, variableOf, type Setting } from '../config/settings.ts';
import type { Command } from './command.ts';

/** All commands, a line each. */
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

/** One command, with the settings if it takes them. */
export function commandHelp({ usage, summary, takesSettings }: Command): string {
  if (!takesSettings) return `${usage.join('\n')}\n\n${summary}`;
  const settings = Object.entries(SECTIONS).flatMap(([section, title]) => [
    `${title}:`,
    '',
    ...ALL_SETTINGS.filter((setting) => setting.section === section).map(settingHelp),
    '',
  ]);
  return [
    ...usage.map((line) => `${line} [SETTING ...]`),
    '',
    summary,
    '',
    'Settings, as flag or environment variable; without its dashes, and with _ for -, also in the config file:',
    '',
    ...settings,
  ]
    .join('\n')
    .trimEnd();
}

function settingHelp(setting: Setting): string {
  const { placeholder, fallback, description } = setting;
  const byDefault = fallback === '' ? '' : ` Default: ${fallback}.`;
  const flag = placeholder === undefined ? flagOf(setting) : `${flagOf(setting)} ${placeholder}`;
  return `  ${flag}, ${variableOf(setting)}\n      ${description}${byDefault}`;
}
