import { closest } from 'fastest-levenshtein';
import { OperatorError } from '../../base/errors/operator-error.ts';

interface UnknownName {
  readonly name: string;
  /** The name with its place, for the message; by default the name alone. */
  readonly shown?: string;
  readonly known: readonly string[];
  /** The sentence about all names that are known. */
  readonly all: string;
}

/** Returns the error for a name that is not a setting, with the nearest of those that are. */
export function unknownSetting({ name, shown = name, known, all }: UnknownName): OperatorError {
  return new OperatorError(
    'unknown_setting',
    `Unknown setting ${shown}.`,
    `The nearest is ${closest(name, [...known])}; ${all}.`,
  );
}

export const LISTED_IN_HELP = '`colloquy help serve` lists all';

/**
 * Returns the error for a flag with the name of a key that only the config file has, such as `retention.trash_days`;
 * `undefined` when no key, or keys of several sections, could be meant.
 */
export function settingOfFile(
  name: string,
  flag: string,
  keys: readonly string[],
): OperatorError | undefined {
  const wanted = name.replaceAll('-', '_');
  const found = keys.filter((key) => {
    const parts = key.split('.');
    return wanted === parts.at(-1) || wanted === parts.join('_');
  });
  const named = found.length > 0 ? found : keys.filter((key) => wanted.startsWith(`${key}_`));
  const [key] = named;
  const section = key?.split('.')[0];
  if (key === undefined || !named.every((each) => each.split('.')[0] === section)) return undefined;
  return new OperatorError(
    'unknown_setting',
    `Unknown setting ${flag}.`,
    found.length > 0
      ? `${key} is a key of the config file, which --config names, and has no flag.`
      : `${section} is a section of the config file, which --config names; docs/configuration.md lists its keys.`,
  );
}
