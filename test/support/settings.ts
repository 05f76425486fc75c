import { writeFile } from 'node:fs/promises';
import type { Entry, Setting } from '../../src/config/settings/entry.ts';
import {
  fileKeyOf,
  flagOf,
  flagSettings,
  isSetting,
  namedEntries,
  programKeyOf,
  variableOf,
} from '../../src/config/settings/names.ts';
import { SETTINGS } from '../../src/config/settings/tables.ts';
import { loadConfig, type Config, type Settings } from '../../src/index.ts';
import { temporaryFolder } from './folder.ts';

/** Loads the configuration of a config file with this text. */
export async function loadYaml(yaml: string): Promise<Config> {
  await using folder = await temporaryFolder();
  await writeFile(folder.path('c.yaml'), yaml);
  return await loadConfig({ arguments: ['--config', folder.path('c.yaml')] });
}

/** A config file with a section for tokens, with `more` in it. */
export function jwtYaml(more: Readonly<Record<string, string>>): string {
  const entries = { issuer: '"https://issuer.example"', audience: '"colloquy"', ...more };
  const jwt = Object.entries(entries).map(([key, value]) => `${key}: ${value}`);
  return `auth: { schemes: [jwt], jwt: { ${jwt.join(', ')} } }\n`;
}

/** A config file with a section for the headers of a gateway, with `more` in it. */
export function gatewayYaml(more: string): string {
  const addresses = more.includes('addresses:') ? '' : 'addresses: [10.0.0.1], ';
  return `auth: { schemes: [headers], headers: { ${addresses}${more} } }\n`;
}

/** A setting with the names that lead to it. A number is a place in a list. */
export interface PlacedSetting {
  readonly title: string;
  readonly path: readonly (string | number)[];
  readonly setting: Setting;
  /** The setting as flag and variable have it; `undefined` when they do not. */
  readonly flag: Setting | undefined;
}

/** Returns every setting of every table that a config file may give. */
export function placedSettings(): readonly PlacedSetting[] {
  const flags = flagSettings(SETTINGS);
  return namedEntries(SETTINGS)
    .filter((entry) => !isSetting(entry) || entry.only !== 'flag')
    .flatMap((entry) => placedIn(entry, []))
    .map(({ path, setting }) => {
      // The flag of a section's name gives the section's short entry.
      const short = namedEntries(SETTINGS).find(
        (entry) =>
          'kind' in entry &&
          entry.kind === 'section' &&
          entry.short !== undefined &&
          path.join('.') === `${entry.name}.${entry.short}`,
      );
      const name = path.length === 1 ? setting.name : short?.name;
      return {
        title: path.map(String).join('.'),
        path,
        setting,
        flag: flags.find((flag) => flag.name === name),
      };
    });
}

type Placed = Pick<PlacedSetting, 'path' | 'setting'>;

function placedIn(entry: Entry, outer: PlacedSetting['path']): readonly Placed[] {
  if ('kind' in entry && entry.kind === 'group') return [];
  const path = [...outer, entry.name];
  if (isSetting(entry)) return [{ path, setting: entry }];
  const inner = entry.kind === 'records' ? [...path, 0] : path;
  return namedEntries(entry.entries).flatMap((within) => placedIn(within, inner));
}

/** A text, or a value that only the config file can give. */
type Value = string | Readonly<Record<string, number>> | null | undefined;

export type Way = 'flag' | 'variable' | 'file' | 'program';

/** Returns the ways in which a setting may be given. */
export function waysOf({ flag }: PlacedSetting): readonly Way[] {
  return flag === undefined ? ['file', 'program'] : ['flag', 'variable', 'file', 'program'];
}

/** Settings beside which each other one makes sense, from the weakest sources. */
const FILE = {
  auth: { jwt: { issuer: 'https://issuer.example', audience: 'colloquy' } },
};
const VARIABLES = {
  COLLOQUY_DATABASE_URL: 'postgres://127.0.0.1/db',
  COLLOQUY_AUTH: 'keys',
  COLLOQUY_AUTH_HEADERS_SECRET: 's',
};

/** Loads a configuration in which one setting is given in one way; without a value, in none. */
export async function loadWith(placed: PlacedSetting, way: Way, value: Value): Promise<Config> {
  await using folder = await temporaryFolder();
  const { path, flag } = placed;
  const isGiven = (by: Way): boolean => value !== undefined && way === by;
  const inFile = isGiven('file') ? merged(FILE, nested(path, value, fileKeyOf)) : FILE;
  // JSON is YAML.
  await writeFile(folder.path('c.yaml'), JSON.stringify(inFile));
  const variables = { PATH: '/bin', HOME: '/root', ...VARIABLES, ...sqliteFor(placed) };
  const args = ['--config', folder.path('c.yaml')];
  if (flag !== undefined && value !== undefined) {
    // Without the variable, which would win over the file.
    Object.assign(variables, {
      [variableOf(flag)]: isGiven('variable') ? textOf(value) : undefined,
    });
    if (isGiven('flag')) args.push(`${flagOf(flag)}=${textOf(value)}`);
  }
  const settings = isGiven('program') ? nested(path, value, programKeyOf) : {};
  // Sound: the settings are of the tables, which the type comes from.
  return await loadConfig({
    arguments: args,
    environment: variables,
    settings: settings as Settings,
  });
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw new Error('flags and variables give texts');
}

function sqliteFor({ setting }: PlacedSetting): Partial<typeof VARIABLES> {
  return setting.name.startsWith('sqlite-') ? { COLLOQUY_DATABASE_URL: 'sqlite::memory:' } : {};
}

function nested(
  [first, ...rest]: PlacedSetting['path'],
  value: unknown,
  keyOf: (entry: { readonly name: string }) => string,
): unknown {
  if (first === undefined) return value;
  const inner = nested(rest, value, keyOf);
  return typeof first === 'number' ? [inner] : { [keyOf({ name: first })]: inner };
}

function merged(left: unknown, right: unknown): unknown {
  if (!isMap(left) || !isMap(right)) return right;
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return Object.fromEntries(
    keys.map((key) => [key, right[key] === undefined ? left[key] : merged(left[key], right[key])]),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A configuration as text, without the places where its rules were written. */
export function comparable(config: Config): string {
  return JSON.stringify(config, (key, value: unknown) =>
    key === 'origin' || key === 'configFile' ? undefined : value,
  );
}
