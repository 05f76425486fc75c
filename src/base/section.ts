import { closest } from 'fastest-levenshtein';
import { isJsonObject } from './json-object.ts';
import { OperatorError, type OperatorCode } from './errors/operator-error.ts';

/** Says where a path of keys and indexes stands, such as `line 14 of colloquy.yaml`. */
export type Locate = (path: readonly (string | number)[]) => string;

/** A map of a configuration file, read key by key. Every method throws an `OperatorError` that names the place and the fix. */
export class Section {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: readonly (string | number)[];
  readonly #locate: Locate;

  /** Throws unless `value` is a map that has none but the known keys. */
  constructor(
    value: unknown,
    known: readonly string[],
    locate: Locate,
    path: readonly (string | number)[] = [],
  ) {
    this.#path = path;
    this.#locate = locate;
    if (!isJsonObject(value)) {
      throw this.invalid('it is not a map', `Write a map with some of: ${known.join(', ')}.`);
    }
    this.#values = value;
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) {
        throw new OperatorError(
          'unknown_setting',
          `Unknown setting ${[...path, key].join('.')} (${locate([...path, key])}).`,
          `The nearest is ${closest(key, [...known])}; there are ${known.join(', ')}.`,
        );
      }
      // A condition that was commented out under its key must not become no condition at all.
      if (this.#values[key] === null) {
        throw this.invalid(`${key} has no value`, `Give ${key} a value, or remove its line.`);
      }
    }
  }

  has(key: string): boolean {
    return this.#value(key) !== undefined;
  }

  isEmpty(key: string): boolean {
    return this.#value(key) === '';
  }

  text(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.invalid(`${key} is not text`, `Write ${key}: TEXT.`);
  }

  /** A text that YAML has not read as a number or a truth value, which may have changed it. */
  exactText(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw this.invalid(`${key} is not text`, `Write ${key}: "TEXT", in quotes.`);
  }

  /** An {@link exactText} that must be there. */
  requiredText(key: string): string {
    const value = this.exactText(key);
    if (value !== undefined) return value;
    throw this.invalid(`${key} is missing`, `Write ${key}: "TEXT", in quotes.`);
  }

  /** A list of texts; one text alone is a list of one. */
  texts(key: string): readonly string[] | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.map((entry) => {
      if (typeof entry === 'string') return entry;
      throw this.invalid(`${key} is not a list of texts`, `Write ${key}: [TEXT, TEXT].`);
    });
  }

  integer(key: string, least: number, most: number): number | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
      return value;
    }
    throw this.invalid(
      `${key} is not a whole number from ${least} to ${most}`,
      `Write ${key}: N, a whole number from ${least} to ${most}.`,
    );
  }

  section(key: string, known: readonly string[]): Section | undefined {
    const value = this.#value(key);
    return value === undefined
      ? undefined
      : new Section(value, known, this.#locate, [...this.#path, key]);
  }

  /** A list of maps. */
  sections(key: string, known: readonly string[]): readonly Section[] | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value))
      throw this.invalid(`${key} is not a list`, 'Begin each entry with "- ".');
    return value.map(
      (entry: unknown, index) =>
        new Section(entry, known, this.#locate, [...this.#path, key, index]),
    );
  }

  /** Where the section, or one of its keys, stands. */
  origin(key?: string): string {
    const path = key === undefined ? this.#path : [...this.#path, key];
    const name = path.join('.');
    return name === '' ? this.#locate(path) : `${name}, ${this.#locate(path)}`;
  }

  invalid(problem: string, fix: string, code: OperatorCode = 'invalid_setting'): OperatorError {
    return new OperatorError(code, `${this.origin()}: ${problem}.`, fix);
  }

  #value(key: string): unknown {
    return this.#values[key];
  }
}
