import type { Setting } from '../../src/config/settings/entry.ts';
import {
  fileEntries,
  flagSettings,
  flagUsage,
  variableOf,
  type FileEntry,
} from '../../src/config/settings/names.ts';
import { SETTINGS, SUBJECTS } from '../../src/config/settings/tables.ts';
import { code, table } from './markdown.ts';

/** Returns the reference of all settings: for each subject a table of flags, and one of what only the config file has. */
export function settingsReference(): string {
  return SUBJECTS.map(({ title, table: settings }) => {
    const flags = table(
      ['flag', 'variable', 'default', 'meaning'],
      flagSettings(settings).map(flagRow),
    );
    const rows = fileEntries(settings).map(fileRow);
    const file =
      rows.length === 0
        ? []
        : ['In the config file also:', table(['key', 'default', 'meaning'], rows)];
    return [`### ${title}`, flags, ...file].join('\n\n');
  }).join('\n\n');
}

const FIRST = [
  'port',
  'database-url',
  'auth',
  'host',
  'allow-anonymous',
  'max-items-per-request',
  'dialect',
];

/** Returns the settings that a newcomer meets first. Throws when one of them does not exist. */
export function firstSettings(): string {
  const all = flagSettings(SETTINGS);
  const rows = FIRST.map((name) => {
    const setting = all.find((candidate) => candidate.name === name);
    if (setting === undefined) throw new Error(`no setting ${name}: correct the list of the first`);
    const [flag = '', , byDefault = '', meaning = ''] = flagRow(setting);
    return [flag, byDefault, meaning];
  });
  return table(['flag', 'default', 'meaning'], rows);
}

function flagRow(setting: Setting): readonly string[] {
  const { default: byDefault = '', description } = setting;
  return [code(flagUsage(setting)), code(variableOf(setting)), code(byDefault), description];
}

function fileRow({ usage, byDefault = '', isRequired, description }: FileEntry): readonly string[] {
  return [code(usage), isRequired ? 'required' : code(byDefault), description];
}
