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
