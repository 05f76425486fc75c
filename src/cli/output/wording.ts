import type { Counts } from '../../service/archive/format.ts';
import {
  ARCHIVED_CHILD_TABLES,
  ARCHIVED_TABLES,
  TABLES_WITHOUT_CONVERSATION,
} from '../../store/tables.ts';

const NAMES_SHOWN = 5;
const NAME_LENGTH = 80;

/** Returns a count with its noun, such as `1 item` or `2,000 items`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Returns a number of bytes in a fitting unit, such as `1.5 MB`. */
export function shownBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const shown = bytes / 1000 ** power;
  return `${power === 0 || shown >= 100 ? Math.round(shown) : shown.toFixed(1)} ${units[power]}`;
}

/** Returns a Unix time in milliseconds as ISO 8601. */
export function shownTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** Returns the counts of an archive's records, such as `2 conversations, 3 items and 1 API key`. */
export function countedRecords(counts: Readonly<Counts>): string {
  const texts = [
    ARCHIVED_TABLES.conversations,
    ...ARCHIVED_CHILD_TABLES,
    ...TABLES_WITHOUT_CONVERSATION,
  ].map(
    // Sound: the names of the tables are the keys of the counts.
    ({ name, record }) => counted(counts[name as keyof Counts], record.shown),
  );
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

/** Returns a count with the first names, such as `6 models (a, b, c, d, e, …)`. */
export function countedNames(names: readonly string[], noun: string): string {
  const first = names.slice(0, NAMES_SHOWN).map((name) => elided(name));
  const more = names.length > NAMES_SHOWN ? ', …' : '';
  return `${counted(names.length, noun)} (${first.join(', ')}${more})`;
}

function elided(name: string): string {
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name;
}
