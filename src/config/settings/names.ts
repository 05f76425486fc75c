import type { Entry, Setting, Table } from './entry.ts';

export const VARIABLE_PREFIX = 'COLLOQUY_';

export function flagOf({ name }: { readonly name: string }): string {
  return `--${name}`;
}

export function variableOf({ name }: { readonly name: string }): string {
  return `${VARIABLE_PREFIX}${name.replaceAll('-', '_').toUpperCase()}`;
}

export function fileKeyOf({ name }: { readonly name: string }): string {
  return name.replaceAll('-', '_');
}

/** Returns the name for a program, in camel case. */
export function programKeyOf({ name }: { readonly name: string }): string {
  return name.replaceAll(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
}

type NamedEntry = Exclude<Entry, { readonly kind: 'group' }>;

/** Returns the entries of a table that have a name, those of its groups too. */
export function namedEntries(table: Table): readonly NamedEntry[] {
  return Object.values(table).flatMap((entry) =>
    'kind' in entry && entry.kind === 'group' ? namedEntries(entry.entries) : [entry],
  );
}

/** Returns the settings that have a flag and a variable. The flag of a section gives its short entry. */
export function flagSettings(table: Table): readonly Setting[] {
  return namedEntries(table).flatMap((entry) => {
    if (isSetting(entry)) return entry.only === 'file' ? [] : [entry];
    const short = entry.kind === 'section' ? entry.entries[entry.short ?? ''] : undefined;
    return short !== undefined && isSetting(short) ? [{ ...short, name: entry.name }] : [];
  });
}

export function isSetting(entry: Entry): entry is Setting {
  return 'parser' in entry;
}

/** Returns a flag with the name of its value, such as `--port PORT` or `--rls [SWITCH]`. */
export function flagUsage(setting: Setting): string {
  return `${flagOf(setting)} ${placeholderOf(setting)}`.trimEnd();
}

function placeholderOf({ parser, placeholder = '' }: Setting): string {
  return parser.isSwitch === undefined ? placeholder : '[SWITCH]';
}

/** An entry of the config file that no flag gives, for help and reference. */
export interface FileEntry {
  /** The key with the name of its value, such as `auth.jwt.clock_tolerance: SECONDS`. */
  readonly usage: string;
  readonly description: string;
  /** Default as text; `undefined` without one. */
  readonly byDefault: string | undefined;
  /** `true` when its section needs it. */
  readonly isRequired: boolean;
}

/** Returns the sections, and the settings that no flag gives. */
export function fileEntries(table: Table): readonly FileEntry[] {
  const withFlag = new Set(flagSettings(table).map(({ name }) => name));
  return namedEntries(table)
    .filter((entry) => !isSetting(entry) || !withFlag.has(entry.name))
    .flatMap((entry) => entriesAt(entry, ''));
}

function entriesAt(entry: NamedEntry, outer: string): readonly FileEntry[] {
  const path = `${outer}${fileKeyOf(entry)}`;
  const { description } = entry;
  if (isSetting(entry)) {
    const usage = [path, placeholderOf(entry)].filter((text) => text !== '').join(': ');
    const isRequired = entry.isRequired ?? false;
    return [{ usage, description, byDefault: entry.default, isRequired }];
  }
  const place = entry.kind === 'records' ? `${path}[]` : path;
  return [
    { usage: place, description, byDefault: undefined, isRequired: false },
    ...namedEntries(entry.entries).flatMap((inner) => entriesAt(inner, `${place}.`)),
  ];
}
