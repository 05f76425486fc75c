import {
  ALL_SETTINGS,
  flagOf,
  SECTIONS,
  SETTINGS,
  variableOf,
  type Setting,
} from '../../src/config/settings.ts';
import { code, table } from './markdown.ts';

/** The reference of all settings, a table a section. */
export function settingsReference(): string {
  return Object.entries(SECTIONS)
    .map(([section, title]) => {
      const rows = ALL_SETTINGS.filter((setting) => setting.section === section).map(row);
      return `### ${title}\n\n${table(['flag', 'variable', 'default', 'meaning'], rows)}`;
    })
    .join('\n\n');
}

/** The few that a newcomer meets first. */
export function firstSettings(): string {
  const { port, databaseUrl, auth, host, allowAnonymous, maxItemsPerRequest, dialect } = SETTINGS;
  const few = [port, databaseUrl, auth, host, allowAnonymous, maxItemsPerRequest, dialect];
  const rows = few
    .map(row)
    .map(([flag = '', , byDefault = '', meaning = '']) => [flag, byDefault, meaning]);
  return table(['flag', 'default', 'meaning'], rows);
}

function row(setting: Setting): readonly string[] {
  const { placeholder = '', fallback, description } = setting;
  const flag = `${flagOf(setting)} ${placeholder}`.trim();
  return [code(flag), code(variableOf(setting)), code(fallback), description];
}
