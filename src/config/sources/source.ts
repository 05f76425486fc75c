import { Given } from '../settings/given.ts';
import type { Records, Section, Setting } from '../settings/entry.ts';

/** A source of the settings of one table: the flags, the variables, or a map of a file or of a program. */
export interface Source {
  /** Place of the table for messages. */
  readonly origin: string;
  find(setting: Setting): Given | undefined;
  /** Returns the source of a section's settings; `undefined` when there is none. */
  enter(section: Section): Source | undefined;
  /** Returns a source for each record of a list; `undefined` without the list. */
  list(records: Records): readonly Source[] | undefined;
}

/** A value with its name in the source. */
export interface GivenText {
  readonly value: unknown;
  readonly name: string;
  readonly origin: string;
}

/** A source of values that are not nested: flags or variables. */
export class FlatSource implements Source {
  readonly origin: string;
  readonly #values: ReadonlyMap<string, GivenText>;

  constructor(values: ReadonlyMap<string, GivenText>, origin = '') {
    this.origin = origin;
    this.#values = values;
  }

  find({ name, isSecret }: Setting): Given | undefined {
    const found = this.#values.get(name);
    return found && new Given({ ...found, isSecret: isSecret === true });
  }

  /** Returns a source of the section's short entry, which the section's name gives. */
  enter(section: Section): Source | undefined {
    const found = this.#values.get(section.name);
    return found && shortSource(section, found);
  }

  list(): undefined {
    return undefined;
  }
}

/** Returns a source of a section's short entry alone; `undefined` when the section has none. */
export function shortSource({ short, entries }: Section, given: GivenText): Source | undefined {
  const entry = entries[short ?? ''];
  return entry !== undefined && 'name' in entry
    ? new FlatSource(new Map([[entry.name, given]]), given.origin)
    : undefined;
}
