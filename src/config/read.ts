import { OperatorError } from '../base/errors/operator-error.ts';
import type {
  Entry,
  Environment,
  Group,
  Records,
  Section,
  Setting,
  Table,
} from './settings/entry.ts';
import { Given } from './settings/given.ts';
import { fileKeyOf, flagOf } from './settings/names.ts';
import { Place } from './settings/place.ts';
import type { Source } from './sources/source.ts';

interface Read {
  readonly value: unknown;
  readonly place: Place;
}

/** Sources of one table; the first that gives a setting counts. */
interface Sources {
  readonly all: readonly Source[];
  readonly environment: Environment;
  /** Name of an entry that no source gives, for messages. */
  readonly nameOf: (entry: { readonly name: string }) => string;
}

/** Reads all settings of a group. Throws an `OperatorError` that names the setting and the fix. */
export function readSettings<Value>(
  { entries, finish }: Group<Table, Value>,
  all: readonly Source[],
  environment: Environment,
): Value {
  const { values, places } = readTable(entries, { all, environment, nameOf: flagOf });
  return finish(values, new Place('', true, places));
}

function readTable(table: Table, sources: Sources) {
  const read = Object.entries(table).map(
    ([key, entry]) => [key, readEntry(entry, sources)] as const,
  );
  return {
    values: Object.fromEntries(read.map(([key, { value }]) => [key, value])),
    places: new Map(read.map(([key, { place }]) => [key, place])),
  };
}

function readEntry(entry: Entry, sources: Sources): Read {
  if ('parser' in entry) return readSetting(entry, sources);
  switch (entry.kind) {
    case 'group':
      return readComposite(entry, sources, '');
    case 'section':
      return readSection(entry, sources);
    case 'records':
      return readRecords(entry, sources);
  }
}

function readSetting(setting: Setting, { all, environment, nameOf }: Sources): Read {
  const { parser, isRequired, default: byDefault } = setting;
  for (const source of all) {
    const given = source.find(setting);
    if (given === undefined) continue;
    return { value: parser.parse(given, environment), place: new Place(given.origin, true) };
  }
  const name = nameOf(setting);
  if (isRequired) throw missing(setting, name, all[0]?.origin);
  if (byDefault === undefined) return { value: undefined, place: new Place(name, false) };
  const given = new Given({ value: byDefault, name, origin: name, isSecret: false });
  return { value: parser.parse(given, environment), place: new Place(name, false) };
}

function missing({ name, parser }: Setting, fullName: string, origin = ''): OperatorError {
  return new OperatorError(
    'invalid_setting',
    `${origin === '' ? fullName : `${origin}: ${name}`} is missing.`,
    `Give ${name} ${parser.expected}.`,
  );
}

function readSection(section: Section, sources: Sources): Read {
  const name = sources.nameOf(section);
  const all = sources.all.flatMap((source) => source.enter(section) ?? []);
  if (all.length === 0 && !section.isDefaulted) {
    return { value: undefined, place: new Place(name, false) };
  }
  return readComposite(section, within(sources, all, section), all[0]?.origin ?? name);
}

function readRecords(records: Records, sources: Sources): Read {
  // No flag gives a list of records.
  const name = fileKeyOf({ name: sources.nameOf(records).replace(/^--/, '') });
  for (const source of sources.all) {
    const list = source.list(records);
    if (list === undefined) continue;
    const value = list.map(
      (entry) => readComposite(records, within(sources, [entry], records), entry.origin).value,
    );
    return { value, place: new Place(name, true) };
  }
  return { value: undefined, place: new Place(name, false) };
}

function readComposite(
  { entries, finish }: Pick<Group, 'entries' | 'finish'>,
  sources: Sources,
  origin: string,
): Read {
  const { values, places } = readTable(entries, sources);
  const place = new Place(origin, sources.all.length > 0, places);
  return { value: finish(values, place), place };
}

function within(
  sources: Sources,
  all: readonly Source[],
  inside: { readonly name: string },
): Sources {
  const outer = sources.nameOf(inside).replace(/^--/, '');
  return { ...sources, all, nameOf: (entry) => `${outer}.${fileKeyOf(entry)}` };
}
