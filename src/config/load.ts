import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import { OperatorError } from '../base/operator-error.ts';
import {
  SETTINGS,
  toConfig,
  type Config,
  type Given,
  type Setting,
  type SettingKey,
} from './settings.ts';

/** The config file itself is named by a flag or a variable, never by a file. */
export const CONFIG_FILE: Setting = {
  name: 'config',
  placeholder: 'FILE',
  fallback: '',
  description: 'A YAML file with any of these settings.',
};

const VARIABLE_PREFIX = 'COLLOQUY_';

export function flagOf({ name }: Setting): string {
  return `--${name}`;
}

export function variableOf({ name }: Setting): string {
  return `${VARIABLE_PREFIX}${name.replaceAll('-', '_').toUpperCase()}`;
}

function fileKeyOf({ name }: Setting): string {
  return name.replaceAll('-', '_');
}

// Sound: the keys of an object literal are what its type says.
const KEYS = Object.keys(SETTINGS) as SettingKey[];
const NAMED_OUTSIDE_THE_FILE: readonly Setting[] = [...Object.values(SETTINGS), CONFIG_FILE];

type Source = (setting: Setting) => Given | undefined;

export interface ConfigSources {
  /** Command line arguments behind the command. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads flags, then environment, then the config file, then defaults; the first that has a setting wins.
 * Throws an `OperatorError` for anything unknown, naming the nearest setting, and for any value that does not fit.
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const flags = fromFlags(sources.arguments);
  const environment = fromEnvironment(sources.environment);
  const file = flags(CONFIG_FILE) ?? environment(CONFIG_FILE);
  const layers = [flags, environment, file === undefined ? nothing : await fromFile(file)];
  const given = (key: SettingKey): Given => {
    const setting = SETTINGS[key];
    for (const layer of layers) {
      const found = layer(setting);
      if (found !== undefined) return found;
    }
    return { text: setting.fallback, origin: flagOf(setting) };
  };
  // Sound: one entry for each key.
  const all = Object.fromEntries(KEYS.map((key) => [key, given(key)])) as Record<SettingKey, Given>;
  return toConfig(all);
}

const nothing: Source = () => undefined;

function fromFlags(args: readonly string[]): Source {
  const options = Object.fromEntries(
    NAMED_OUTSIDE_THE_FILE.map((setting) => [
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
        `Unexpected argument '${token.value}'.`,
        'Settings are given as --name VALUE; `colloquy help` lists them.',
      );
    }
    if (token.kind !== 'option') continue;
    const setting = NAMED_OUTSIDE_THE_FILE.find(({ name }) => name === token.name);
    if (setting === undefined) throw unknown(token.rawName, NAMED_OUTSIDE_THE_FILE.map(flagOf));
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

function fromEnvironment(environment: ConfigSources['environment']): Source {
  const known = NAMED_OUTSIDE_THE_FILE.map(variableOf);
  for (const name of Object.keys(environment)) {
    if (name.startsWith(VARIABLE_PREFIX) && !known.includes(name)) throw unknown(name, known);
  }
  return (setting) => lookUp(environment[variableOf(setting)], variableOf(setting));
}

async function fromFile(file: Given): Promise<Source> {
  const content = await readConfigFile(file);
  const known = Object.values(SETTINGS).map(fileKeyOf);
  for (const key of Object.keys(content)) {
    if (!known.includes(key)) throw unknown(key, known, file.text);
  }
  return (setting) => {
    const origin = `${fileKeyOf(setting)} in ${file.text}`;
    const value = content[fileKeyOf(setting)];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new OperatorError(
        'invalid_setting',
        `${origin} is a list or a map.`,
        `Give ${origin} a single value.`,
      );
    }
    return lookUp(String(value), origin);
  };
}

async function readConfigFile({ text: path }: Given): Promise<Readonly<Record<string, unknown>>> {
  // Loaded only when there is a file to read: start-up is felt.
  const { parse } = await import('yaml');
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new OperatorError(
      'unreadable_config',
      `The config file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Check that the file exists and is YAML.',
      error,
    );
  }
  if (content === null) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new OperatorError(
      'unreadable_config',
      `The config file ${path} is not a map of settings.`,
      'Write one setting a line, as in `port: 4141`.',
    );
  }
  // Sound: YAML maps with scalar keys become plain objects.
  return content as Readonly<Record<string, unknown>>;
}

function lookUp(text: string | undefined, origin: string): Given | undefined {
  return text === undefined ? undefined : { text, origin };
}

function unknown(name: string, known: readonly string[], file?: string): OperatorError {
  return new OperatorError(
    'unknown_setting',
    `Unknown setting ${name}${file === undefined ? '' : ` in ${file}`}.`,
    `The nearest is ${closest(name, [...known])}; \`colloquy help\` lists all.`,
  );
}
