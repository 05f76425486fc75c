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
  /** Settings that the sections and lists on the path require. */
  readonly companions: readonly Placed[];
}

interface Placed {
  readonly path: PlacedSetting['path'];
  readonly setting: Setting;
}

/** Returns every setting of every table that a config file may give. */
export function placedSettings(): readonly PlacedSetting[] {
  const flags = flagSettings(SETTINGS);
  return namedEntries(SETTINGS)
    .filter((entry) => !isSetting(entry) || entry.only !== 'flag')
    .flatMap((entry) => placedIn(entry, [], []))
    .map(({ path, setting, companions }) => {
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
        companions,
        flag: flags.find((flag) => flag.name === name),
      };
    });
}

function placedIn(
  entry: Entry,
  outer: PlacedSetting['path'],
  companions: readonly Placed[],
): readonly Omit<PlacedSetting, 'title' | 'flag'>[] {
  if ('kind' in entry && entry.kind === 'group') return [];
  const path = [...outer, entry.name];
  if (isSetting(entry)) return [{ path, setting: entry, companions }];
  const inner = entry.kind === 'records' ? [...path, 0] : path;
  const within = namedEntries(entry.entries);
  const required = within
    .filter(isSetting)
    .filter(({ isRequired }) => isRequired)
    .map((setting) => ({ path: [...inner, setting.name], setting }));
  return within.flatMap((each) => placedIn(each, inner, [...companions, ...required]));
}

/** A text, or a value that only the config file can give. */
type Value = string | Readonly<Record<string, number>> | null | undefined;

export type Way = 'flag' | 'variable' | 'file' | 'program';

/** Returns the ways in which a setting may be given. */
export function waysOf({ flag }: PlacedSetting): readonly Way[] {
  return flag === undefined ? ['file', 'program'] : ['flag', 'variable', 'file', 'program'];
}

/** Settings with which every scheme may be on, the console signs in, and PostgreSQL is the database. */
const FILE = {
  auth: { jwt: { issuer: 'https://issuer.example', audience: 'colloquy' } },
  console: { oidc_client_id: 'console' },
};
const VARIABLES = {
  COLLOQUY_DATABASE_URL: 'postgres://127.0.0.1/db',
  COLLOQUY_AUTH: 'keys, jwt',
  COLLOQUY_MODEL_URL: 'http://127.0.0.1:1/v1',
  COLLOQUY_AUTH_HEADERS_SECRET: 's',
  COLLOQUY_AUDIT_LOG: '-',
};

/** Loads a configuration in which one setting is given in one way; without a value, in none. */
export async function loadWith(placed: PlacedSetting, way: Way, value: Value): Promise<Config> {
  await using folder = await temporaryFolder();
  const { path, flag, companions } = placed;
  const isGiven = (by: Way): boolean => value !== undefined && way === by;
  const document = (keyOf: KeyOf, by: Way): unknown => {
    const required = companions.map((each) =>
      nested(each.path, each.setting.parser.examples[0], keyOf),
    );
    const all = isGiven(by) ? [...required, nested(path, value, keyOf)] : required;
    return all.reduce(merged, {});
  };
  // JSON is YAML.
  const inFile = JSON.stringify(merged(FILE, document(fileKeyOf, 'file')));
  await writeFile(folder.path('c.yaml'), inFile);
  const variables = { PATH: '/bin', HOME: '/root', ...VARIABLES, ...sqliteFor(placed) };
  const args = ['--config', folder.path('c.yaml')];
  if (flag !== undefined && value !== undefined) {
    // Without the variable, which would win over the file.
    Object.assign(variables, {
      [variableOf(flag)]: isGiven('variable') ? textOf(value) : undefined,
    });
    if (isGiven('flag')) args.push(`${flagOf(flag)}=${textOf(value)}`);
  }
  const settings = isGiven('program') ? document(programKeyOf, 'program') : {};
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

type KeyOf = (entry: { readonly name: string }) => string;

function nested([first, ...rest]: PlacedSetting['path'], value: unknown, keyOf: KeyOf): unknown {
  if (first === undefined) return value;
  const inner = nested(rest, value, keyOf);
  return typeof first === 'number' ? [inner] : { [keyOf({ name: first })]: inner };
}

/** Merges maps by key, and lists by position. */
function merged(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && Array.isArray(right)) return [merged(left[0], right[0])];
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
