import { isJsonObject } from '../../base/json-object.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { Given } from '../settings/given.ts';
import { isSetting, namedEntries } from '../settings/names.ts';
import type { Records, Section, Setting, Table } from '../settings/entry.ts';
import { shortSource, type Source } from './source.ts';
import { unknownSetting } from './unknown-setting.ts';

export type Path = readonly (string | number)[];

/** Conventions of one document of nested settings: a config file, or the object that a program gives. */
export interface Conventions {
  keyOf(entry: { readonly name: string }): string;
  /** Returns the place of a value, such as `line 14 of colloquy.yaml`; `''` when its path suffices. */
  locate(path: Path): string;
}

/** A map of settings. */
export class MapSource implements Source {
  readonly origin: string;
  readonly #conventions: Conventions;
  readonly #path: Path;
  readonly #values: Readonly<Record<string, unknown>>;

  /** Throws an `OperatorError` unless `value` is a map that has none but the table's keys, each with a value. */
  constructor(value: unknown, table: Table, conventions: Conventions, path: Path = []) {
    this.#conventions = conventions;
    this.#path = path;
    this.origin = this.#originOf([]);
    const known = namedEntries(table)
      .filter((entry) => !(isSetting(entry) && entry.only === 'flag'))
      .map((entry) => conventions.keyOf(entry));
    if (!isJsonObject(value)) {
      throw this.#invalid([], 'it is not a map', `Write a map with some of: ${known.join(', ')}.`);
    }
    this.#values = value;
    for (const key of Object.keys(value)) this.#assertUsable(key, known);
  }

  find(setting: Setting): Given | undefined {
    const key = this.#conventions.keyOf(setting);
    const value = this.#values[key];
    if (value === undefined) return undefined;
    const isSecret = setting.isSecret ?? false;
    return new Given({ value, name: key, origin: this.#originOf([key]), isSecret });
  }

  enter(section: Section): Source | undefined {
    const key = this.#conventions.keyOf(section);
    const value = this.#values[key];
    if (value === undefined) return undefined;
    const short = isJsonObject(value)
      ? undefined
      : shortSource(section, { value, name: key, origin: this.#originOf([key]) });
    return short ?? this.#inner(value, section.entries, [key]);
  }

  list(records: Records): readonly Source[] | undefined {
    const key = this.#conventions.keyOf(records);
    const value = this.#values[key];
    if (value === undefined) return undefined;
    const { keyedBy } = records;
    if (keyedBy !== undefined && isJsonObject(value)) {
      return Object.entries(value).map(([name, entry]) => {
        const place = [key, name];
        return this.#inner(
          this.#keyed(entry, { [this.#conventions.keyOf({ name: keyedBy })]: name }, place),
          records.entries,
          place,
        );
      });
    }
    if (!Array.isArray(value)) {
      throw this.#invalid([key], 'it is not a list', 'Begin each entry with "- ".');
    }
    return value.map((entry: unknown, index) => this.#inner(entry, records.entries, [key, index]));
  }

  /** Returns a record of a map with its key as one of its fields. */
  #keyed(entry: unknown, key: Readonly<Record<string, string>>, place: Path): unknown {
    if (!isJsonObject(entry)) return entry;
    const repeated = Object.keys(key).find((name) => Object.hasOwn(entry, name));
    if (repeated !== undefined) {
      throw this.#invalid(
        [...place, repeated],
        `in a map, the key is the ${repeated}`,
        `Leave ${repeated} out, or write a list.`,
      );
    }
    return { ...key, ...entry };
  }

  #inner(value: unknown, table: Table, place: Path): MapSource {
    return new MapSource(value, table, this.#conventions, [...this.#path, ...place]);
  }

  #assertUsable(key: string, known: readonly string[]): void {
    if (!known.includes(key)) {
      throw this.#unknown(key, known);
    }
    // A condition that was commented out under its key must not become no condition at all.
    if (this.#values[key] === null) {
      throw this.#invalid([key], `${key} has no value`, `Give ${key} a value, or leave it out.`);
    }
  }

  #unknown(key: string, known: readonly string[]): OperatorError {
    const path = [...this.#path, key];
    const location = this.#conventions.locate(path);
    const name = shownPath(path);
    return unknownSetting({
      name: key,
      shown: location === '' ? name : `${name} (${location})`,
      known,
      all: `there are ${known.join(', ')}`,
    });
  }

  #originOf(place: Path): string {
    const path = [...this.#path, ...place];
    return [shownPath(path), this.#conventions.locate(path)]
      .filter((text) => text !== '')
      .join(', ');
  }

  #invalid(place: Path, problem: string, fix: string): OperatorError {
    return new OperatorError('invalid_setting', `${this.#originOf(place)}: ${problem}.`, fix);
  }
}

/**
 * Returns a path for messages. A map in place of a key has its whole text as key, and a secret in it must not be
 * repeated.
 */
function shownPath(path: Path): string {
  return path.map((key) => (/^[\w-]+$/.test(String(key)) ? key : '?')).join('.');
}
