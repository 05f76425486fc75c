/**
 * The text of an archive: a JSON value a line. The first line names the format, the last counts the records, and
 * the rows of a conversation follow it.
 */

import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { ArchiveRecord } from '../../store/archive/port.ts';
import {
  ARCHIVED_TABLES,
  type ArchivedTable,
  type ArchivedTables,
  type Table,
} from '../../store/tables.ts';
import { readField } from './fields.ts';

const VERSION = 1;
const TABLES: readonly ArchivedTable[] = Object.values(ARCHIVED_TABLES);

/** Returns the first line, which names the tenant of an archive of one tenant, and says whether that is a part of it. */
export function firstLine(tenant: string | undefined, isSelection = false): string {
  const selection = isSelection ? { selection: true } : {};
  return JSON.stringify({ colloquy_archive: VERSION, tenant, ...selection });
}

/** The number of records by table. */
export type Counts = Record<keyof ArchivedTables, number>;

export function noCounts(): Counts {
  // Sound: one entry for each table.
  return Object.fromEntries(TABLES.map(({ name }) => [name, 0])) as Counts;
}

export function lastLine(counts: Counts): string {
  return JSON.stringify({ end: counts });
}

const JSON_KINDS: ReadonlySet<string> = new Set(['json', 'list', 'attributes']);

/** Returns the line of a record. Stored JSON goes into it byte for byte. */
export function toLine({ table: name, row }: ArchiveRecord): string {
  const { columns, record }: ArchivedTable = ARCHIVED_TABLES[name];
  const cells: Readonly<Record<string, unknown>> = row;
  const fields = Object.entries(columns).map(([column, { kind }]) => {
    const isJson = JSON_KINDS.has(kind);
    const value = isJson ? String(cells[column]) : JSON.stringify(cells[column]);
    return `"${fieldName(column, kind)}":${value}`;
  });
  return `{"${record.key}":{${fields.join(',')}}}`;
}

/** Returns the name of a column in an archive, where times carry the unit. */
function fieldName(column: string, kind: Table['columns'][string]['kind']): string {
  return kind === 'time' ? `${column}_ms` : column;
}

export type Line =
  | { readonly kind: 'first'; readonly tenant: string | undefined; readonly isSelection: boolean }
  | { readonly kind: 'record'; readonly record: ArchiveRecord }
  | { readonly kind: 'last'; readonly counts: Counts };

/** Parses a line. Throws an `OperatorError` with `number`, the line's own. */
export function parseLine(text: string, number: number): Line {
  const line = parseObject(text, number);
  if (Object.hasOwn(line, 'colloquy_archive')) return parseFirst(line, number);
  if (Object.hasOwn(line, 'end')) {
    return { kind: 'last', counts: parseCounts(objectIn(line, 'end', number), number) };
  }
  const table = TABLES.find(({ record }) => Object.hasOwn(line, record.key));
  if (table === undefined) {
    const [last, ...others] = TABLES.map(({ record }) => record.key);
    throw unreadable(number, `it is not an ${others.toReversed().join(', ')} or ${last}`);
  }
  const fields = objectIn(line, table.record.key, number);
  const row = Object.entries(table.columns).map(([column, { kind, isNullable, earlier }]) => {
    const field = fieldName(column, kind);
    const value = Object.hasOwn(fields, field) ? fields[field] : earlier?.(fields);
    if (value === null && isNullable) return [column, null];
    const read = readField(value, kind);
    if ('expected' in read) throw unreadable(number, `${field} is not ${read.expected}`);
    return [column, read.stored];
  });
  // Sound: each column of the table has been read by its kind.
  const record = { table: table.name, row: Object.fromEntries(row) } as ArchiveRecord;
  return { kind: 'record', record };
}

function parseFirst(line: JsonObject, number: number): Line {
  if (line['colloquy_archive'] !== VERSION) {
    throw unreadable(number, 'it is of a newer version of the format');
  }
  const isSelection = line['selection'] === true;
  if (!Object.hasOwn(line, 'tenant')) return { kind: 'first', tenant: undefined, isSelection };
  const read = readField(line['tenant'], 'text');
  if ('expected' in read) throw unreadable(number, `tenant is not ${read.expected}`);
  return { kind: 'first', tenant: String(read.stored), isSelection };
}

/** A table that an older program did not know has no count. */
function parseCounts(end: JsonObject, number: number): Counts {
  const counts = noCounts();
  for (const table of TABLES) {
    if (!Object.hasOwn(end, table.name)) continue;
    const read = readField(end[table.name], 'integer');
    if ('expected' in read) throw unreadable(number, `${table.name} is not ${read.expected}`);
    // Sound: the names of the tables are the keys of the counts.
    counts[table.name as keyof Counts] = Number(read.stored);
  }
  return counts;
}

function objectIn(line: JsonObject, name: string, number: number): JsonObject {
  const value = line[name];
  if (isJsonObject(value)) return value;
  throw unreadable(number, 'it is not an object');
}

function parseObject(text: string, number: number): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(number, 'it is not JSON', error);
  }
  if (isJsonObject(value)) return value;
  throw unreadable(number, 'it is not an object');
}

export function unreadable(number: number, problem: string, cause?: unknown): OperatorError {
  return new OperatorError(
    'unreadable_archive',
    `Line ${number} of the archive cannot be read: ${problem}.`,
    number === 1
      ? 'An archive is what `colloquy export` writes; after npm that is `npm run --silent colloquy -- export`.'
      : 'Complete the file with `colloquy export --continue FILE`, or export anew. An import keeps what precedes that line, and goes on from there.',
    cause,
  );
}
