import { Given } from '../settings/given.ts';
import type { Records, Section, Setting } from '../settings/entry.ts';

/** A place where settings of one table may be given: the flags, the variables, a map of a file or of a program. */
export interface Source {
  /** The place of the table, for messages. */
  readonly origin: string;
  find(setting: Setting): Given | undefined;
  /** Returns the place of a section's settings; `undefined` when it has none of them. */
  enter(section: Section): Source | undefined;
  /** Returns the place of each entry of a list. */
  list(records: Records): readonly Source[] | undefined;
}

/** A value with the way in which its source names it. */
export interface GivenText {
  readonly value: unknown;
  readonly name: string;
  readonly origin: string;
}

/** Values by the names of their settings. */
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

  /** What is given under the name of a section is its short entry. */
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
