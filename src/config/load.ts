import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import { messageOf } from '../base/errors/message-of.ts';
import { OperatorError } from '../base/errors/operator-error.ts';
import { Section, type Locate } from '../base/section.ts';
import { withoutCredentials } from '../base/without-credentials.ts';
import { AUTH_KEYS, readAuth } from './auth.ts';
import { toConfig, type Config } from './config.ts';
import {
  ALL_SETTINGS,
  CONFIG_FILE,
  fileKeyOf,
  flagOf,
  SETTINGS,
  VARIABLE_PREFIX,
  variableOf,
  type Given,
  type Setting,
  type SettingKey,
} from './settings.ts';

// Sound: the keys of an object literal are what its type says.
const KEYS = Object.keys(SETTINGS) as SettingKey[];

type Source = (setting: Setting) => Given | undefined;

export interface ConfigSources {
  /** Settings by the names that a program uses, as in `{ databaseUrl: 'sqlite:./app.db', port: 0 }`. */
  readonly settings?: Readonly<Partial<Record<SettingKey, string | number | boolean>>>;
  /** Command line arguments behind the command. */
  readonly arguments?: readonly string[];
  /** Flags of the command itself, for the nearest name; they are not among the arguments any more. */
  readonly otherFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the program's own settings, then flags, then environment, then the config file, then defaults; the first that has a setting wins.
 * Throws an `OperatorError` for anything unknown, naming the nearest setting, and for any value that does not fit.
 */
export async function loadConfig(sources: ConfigSources = {}): Promise<Config> {
  const { flags, environment, configFile } = fromOutside(sources);
  const file = configFile === undefined ? undefined : await readConfigFile(configFile);
  const auth = file?.section(AUTH, AUTH_KEYS);
  const layers = [flags, environment, fromFile(file, auth)];
  const own = fromProgram(sources.settings ?? {});
  const given = (key: SettingKey): Given => {
    const setting = SETTINGS[key];
    const said = own(key);
    if (said !== undefined) return said;
    for (const layer of layers) {
      const found = layer(setting);
      if (found !== undefined) return found;
    }
    return { text: setting.fallback, origin: flagOf(setting) };
  };
  // Sound: one entry for each key.
  const all = Object.fromEntries(KEYS.map((key) => [key, given(key)])) as Record<SettingKey, Given>;
  return toConfig(all, (secret) => readAuth(auth, secret));
}

function fromProgram(
  settings: NonNullable<ConfigSources['settings']>,
): (key: SettingKey) => Given | undefined {
  const known: readonly string[] = KEYS;
  for (const key of Object.keys(settings)) {
    if (!known.includes(key)) throw unknown(key, known, `there are ${known.join(', ')}`);
  }
  return (key) => lookUp(settings[key]?.toString(), key);
}

/** The config file that is named; undefined: there is none. */
export function configFileOf(sources: ConfigSources): string | undefined {
  return fromOutside(sources).configFile?.text;
}

/** What stands outside of the config file, and which file that is. */
function fromOutside(sources: ConfigSources): {
  readonly flags: Source;
  readonly environment: Source;
  readonly configFile: Given | undefined;
} {
  const flags = fromFlags(sources.arguments ?? [], sources.otherFlags ?? []);
  const environment = fromEnvironment(sources.environment ?? {});
  return { flags, environment, configFile: flags(CONFIG_FILE) ?? environment(CONFIG_FILE) };
}

function fromFlags(args: readonly string[], otherFlags: readonly string[]): Source {
  const options = Object.fromEntries(
    ALL_SETTINGS.map((setting) => [
      setting.name,
      { type: setting.placeholder === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const found = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new OperatorError(
        'unexpected_argument',
        `Unexpected argument '${withoutCredentials(token.value)}'.`,
        'Settings are given as --name VALUE, switches as --name alone, and behind npm as in npm start -- --name VALUE; `colloquy help serve` lists them.',
      );
    }
    if (token.kind !== 'option') continue;
    const setting = ALL_SETTINGS.find(({ name }) => name === token.name);
    if (setting === undefined)
      throw unknown(token.rawName, [...ALL_SETTINGS.map(flagOf), ...otherFlags]);
    const isSwitch = setting.placeholder === undefined;
    if (!isSwitch && token.value === undefined) {
      throw new OperatorError(
        'missing_value',
        `${token.rawName} needs a value.`,
        `Write ${token.rawName} ${setting.placeholder}.`,
      );
    }
    found.set(setting.name, token.value ?? 'true');
  }
  return (setting) => lookUp(found.get(setting.name), flagOf(setting));
}

function fromEnvironment(environment: NonNullable<ConfigSources['environment']>): Source {
  const known = ALL_SETTINGS.map(variableOf);
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => !isServiceLink(name, value ?? '')),
  );
  for (const name of Object.keys(given)) {
    if (name.startsWith(VARIABLE_PREFIX) && !known.includes(name)) throw unknown(name, known);
  }
  // Empty is not given: what a template left blank must not switch off what the file says.
  return (setting) => lookUp(given[variableOf(setting)] || undefined, variableOf(setting));
}

const AUTH: string = SETTINGS.auth.name;

/** The scalars of the file; `auth` is a section there, and its `schemes` are what the flag of that name gives. */
function fromFile(file: Section | undefined, auth: Section | undefined): Source {
  return (setting) => {
    if (setting.name === AUTH) {
      return lookUp(auth?.texts('schemes')?.join(','), auth?.origin('schemes') ?? AUTH);
    }
    const key = fileKeyOf(setting);
    // Empty is what such a setting is when it is not given.
    const isEmpty = file?.isEmpty(key) === true;
    const text = setting.isExact === true && !isEmpty ? file?.exactText(key) : file?.text(key);
    return lookUp(text, file?.origin(key) ?? key);
  };
}

/** Kubernetes puts variables of this form into every container beside a service that is named colloquy. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /^COLLOQUY_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/.test(name) ||
    (name === 'COLLOQUY_PORT' && /^(tcp|udp|sctp):\/\//.test(value))
  );
}

async function readConfigFile({ text: path }: Given): Promise<Section> {
  // Loaded only when there is a file to read: start-up is felt.
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(path, error);
  const locate: Locate = (place) => {
    const node: unknown = document.getIn(place, true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
    return Array.isArray(range) ? `line ${lines.linePos(Number(range[0])).line} of ${path}` : path;
  };
  return new Section(document.toJS() ?? {}, Object.values(SETTINGS).map(fileKeyOf), locate);
}

function unreadable(path: string, error: unknown): OperatorError {
  return new OperatorError(
    'unreadable_config',
    // The first line alone: what follows quotes the file, with whatever secrets it has.
    `The config file ${path} cannot be read: ${messageOf(error).split('\n', 1)[0]?.replace(/:$/, '')}`,
    'Check that the file exists and is YAML; a text with colons, such as "sqlite::memory:", needs quotes.',
    error,
  );
}

function lookUp(text: string | undefined, origin: string): Given | undefined {
  return text === undefined ? undefined : { text, origin };
}

function unknown(
  name: string,
  known: readonly string[],
  all = '`colloquy help serve` lists all',
): OperatorError {
  return new OperatorError(
    'unknown_setting',
    `Unknown setting ${name}.`,
    `The nearest is ${closest(name, [...known])}; ${all}.`,
  );
}
