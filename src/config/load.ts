import { CONFIGURATION, type Config } from './config.ts';
import { readSettings } from './read.ts';
import type { Environment, Input } from './settings/entry.ts';
import { fileEntries, flagSettings, programKeyOf } from './settings/names.ts';
import { PROCESS } from './settings/process.ts';
import { SETTINGS } from './settings/tables.ts';
import { flagSource } from './sources/flags.ts';
import type { Source } from './sources/source.ts';
import { variableSource } from './sources/variables.ts';

/** Settings by the names for programs, as in `{ databaseUrl: 'sqlite:./app.db', port: 0 }`. */
export interface Settings extends Input<typeof SETTINGS> {}
export type SettingKey = keyof Settings;

export interface ConfigSources {
  readonly settings?: Settings;
  /** Command line arguments after the command. */
  readonly arguments?: readonly string[];
  /** Flags of the command itself, for the nearest name. They are not among the arguments any more. */
  readonly otherFlags?: readonly string[];
  readonly environment?: Environment;
}

/**
 * Reads the settings of the program, then flags, then variables, then the config file, then defaults; the first that
 * gives a setting counts. Throws an `OperatorError` for anything unknown, with the nearest setting, and for a value
 * that does not fit.
 */
export async function loadConfig({
  settings,
  arguments: args = [],
  otherFlags = [],
  environment = {},
}: ConfigSources = {}): Promise<Config> {
  const known = flagSettings(SETTINGS);
  const flags = flagSource(args, known, otherFlags, fileKeys);
  const variables = variableSource(environment, known);
  const { configFile } = PROCESS;
  const path = (flags.find(configFile) ?? variables.find(configFile))?.text();
  const program = settings === undefined ? [] : [await programSource(settings)];
  const file = path === undefined ? [] : [await fileSource(path)];
  return readSettings(CONFIGURATION, [...program, flags, variables, ...file], environment);
}

/** Returns the paths of what the config file alone has, such as `retention.trash_days`; a list stands for its entries. */
function fileKeys(): readonly string[] {
  return fileEntries(SETTINGS).map(({ usage }) => usage.replace(/: .*$/, '').replaceAll('[]', ''));
}

// Maps of settings are read by modules that most starts do without, so these are loaded when they are needed.

async function programSource(settings: Settings): Promise<Source> {
  const { MapSource } = await import('./sources/map-source.ts');
  return new MapSource(settings, SETTINGS, { keyOf: programKeyOf, locate: () => '' });
}

async function fileSource(path: string): Promise<Source> {
  const { configFileSource } = await import('./sources/config-file.ts');
  return configFileSource(path, SETTINGS);
}
