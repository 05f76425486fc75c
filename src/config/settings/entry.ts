/**
 * Entries of the tables of settings. A table is an object of entries. The configuration has a value under each key,
 * and its type is inferred from the entries. Flags, variables, keys of the config file, help and reference come from
 * the same entries.
 */

import type { Given } from './given.ts';
import type { Place } from './place.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A reader of values of one kind. */
export interface Parser<Value> {
  /** Completes "is not …" and "Give it …", such as `a whole number from 1 to 9`. */
  readonly expected: string;
  /** Texts with different values. The tests of all settings use them. */
  readonly examples: readonly string[];
  /** `true` when a flag without a value means yes. */
  readonly isSwitch?: true;
  /** The only words that it takes; `undefined` when it takes more. */
  readonly choices?: readonly string[];
  /** Throws an `OperatorError` for a value that does not fit. */
  parse(given: Given, environment: Environment): Value;
}

/** A setting of one value. Its key ends with its unit, if it has one. */
export interface Setting {
  /**
   * The name in lower case, with dashes: the flag as it is, the variable in capitals, the key of the file with
   * underscores.
   */
  readonly name: string;
  readonly parser: Parser<unknown>;
  /** Name of the value in help, such as `PORT`. */
  readonly placeholder?: string;
  /** The default as text. Without one the value may be `undefined`. */
  readonly default?: string;
  readonly isRequired?: true;
  /** `true` when no message may repeat the value. */
  readonly isSecret?: true;
  /** `flag` for flag and variable alone. `file` for config file and program alone, as for all settings in a section. */
  readonly only?: 'flag' | 'file';
  /** Text for help and for the reference, which shows it as Markdown. */
  readonly description: string;
}

export interface Table {
  readonly [key: string]: Entry;
}

export type Entry = Setting | Group | Section | Records;

type Values = Readonly<Record<string, unknown>>;

interface Composite<Entries, Value> {
  readonly entries: Entries;
  /** Makes the value of the parsed entries. Throws an `OperatorError` where they contradict each other. */
  readonly finish: (values: Values, place: Place) => Value;
}

/** Settings that are given one by one, and are one value in the configuration. */
export interface Group<Entries = Table, Value = unknown> extends Composite<Entries, Value> {
  readonly kind: 'group';
}

interface Named<Name> {
  readonly name: Name;
  readonly description: string;
}

/** A map of settings under a key of the config file. */
export interface Section<
  Name = string,
  Entries = Table,
  Value = unknown,
  Short = string | undefined,
>
  extends Composite<Entries, Value>, Named<Name> {
  readonly kind: 'section';
  /** `true` when an absent section has its defaults, `false` when it is `undefined`. */
  readonly isDefaulted: boolean;
  /** Key of the entry that the section's flag gives, or a text instead of the map. */
  readonly short: Short;
}

/** A list of maps under a key of the config file; `undefined` when absent. */
export interface Records<Name = string, Entries = Table, Value = unknown>
  extends Composite<Entries, Value>, Named<Name> {
  readonly kind: 'records';
  /** Name of the setting that is the key of each record, if a map is given in place of the list; `undefined` for none. */
  readonly keyedBy: string | undefined;
}

/** The parsed value of an entry. */
export type ValueOf<E> = E extends { readonly parser: Parser<infer Value> }
  ? E extends { readonly default: string } | { readonly isRequired: true }
    ? Value
    : Value | undefined
  : E extends Records<string, unknown, infer Value>
    ? readonly Value[] | undefined
    : E extends Composite<unknown, infer Value>
      ? Value
      : never;

/** The parsed values of a table. */
export type Parsed<Entries> = { readonly [Key in keyof Entries]: ValueOf<Entries[Key]> };

type Camel<Text> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Text;

/** The entries of a table that have a name for a program. */
type NamedEntry<E> =
  E extends Group<infer Entries>
    ? NamedEntry<Entries[keyof Entries]>
    : E extends { readonly only: 'flag' }
      ? never
      : E extends { readonly name: string }
        ? E
        : never;

type GivenList = string | readonly string[];

type InputOf<E> =
  E extends Section<string, infer Entries, unknown, infer Short>
    ? Input<Entries> | (Short extends keyof Entries ? InputOf<Entries[Short]> : never)
    : E extends Records<string, infer Entries>
      ? readonly Input<Entries>[]
      : E extends { readonly parser: Parser<readonly unknown[]> }
        ? GivenList
        : string | number | boolean;

/** The settings of a table as a program gives them: by name, in camel case. */
export type Input<Entries> = {
  readonly [E in NamedEntry<Entries[keyof Entries]> as Camel<E['name']>]?: InputOf<E>;
};

/** A type that is not inferred from the place where it is used; `NoInfer` would stay visible in the configuration. */
type Settled<Type> = [Type][Type extends unknown ? 0 : never];

interface GroupParams<Entries, Value> {
  readonly entries: Entries;
  readonly finish: (values: Parsed<Entries>, place: Place) => Value;
}

/** Makes one value of several settings. */
export function group<const Entries extends Table, Value>({
  entries,
  finish,
}: GroupParams<Entries, Value>): Group<Entries, Settled<Value>> {
  return { kind: 'group', entries, finish: finisher(finish) };
}

interface NamedParams<Name, Entries, Value> extends Named<Name> {
  readonly entries: Entries;
  readonly finish?: (values: Parsed<Entries>, place: Place) => Value;
}

/** Makes a section that is `undefined` when absent. */
export function section<
  const Name extends string,
  const Entries extends Table,
  Value = Parsed<Entries>,
>({
  finish,
  ...rest
}: NamedParams<Name, Entries, Value>): Section<
  Name,
  Entries,
  Settled<Value> | undefined,
  undefined
> {
  return {
    ...rest,
    kind: 'section',
    isDefaulted: false,
    short: undefined,
    finish: finisher(finish),
  };
}

/** Makes a section that has its defaults when absent. */
export function defaultedSection<
  const Name extends string,
  const Entries extends Table,
  const Short extends (keyof Entries & string) | undefined = undefined,
  Value = Parsed<Entries>,
>({
  finish,
  short,
  ...rest
}: NamedParams<Name, Entries, Value> & { readonly short?: Short }): Section<
  Name,
  Entries,
  Settled<Value>,
  Settled<Short> | undefined
> {
  return { ...rest, kind: 'section', isDefaulted: true, short, finish: finisher(finish) };
}

/** Makes a list of records that is `undefined` when absent. */
export function records<
  const Name extends string,
  const Entries extends Table,
  Value = Parsed<Entries>,
>({
  finish,
  keyedBy,
  ...rest
}: NamedParams<Name, Entries, Value> & { readonly keyedBy?: string }): Records<
  Name,
  Entries,
  Settled<Value>
> {
  return { ...rest, kind: 'records', keyedBy, finish: finisher(finish) };
}

function finisher<Entries, Value>(
  finish: ((values: Parsed<Entries>, place: Place) => Value) | undefined,
): (values: Values, place: Place) => Value {
  // Sound: the values are those of `Entries`, read one by one; without `finish` they are the value.
  return (finish ?? ((values) => values)) as (values: Values, place: Place) => Value;
}
