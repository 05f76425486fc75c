/** Cells of rows by column. A cell that the store cannot have written means that the database is damaged. */

import type { Attributes } from '../../base/row-filter.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import type { Cell, Row } from './query.ts';

export function cell({ columns, cells }: Row, column: string): Cell {
  const index = columns.get(column);
  if (index === undefined) throw new Error(`there is no column ${column}`);
  return cells[index] ?? null;
}

export function text(row: Row, column: string): string {
  const value = cell(row, column);
  if (typeof value !== 'string') throw damage(`column ${column} is not text`);
  return value;
}

export function integer(row: Row, column: string): number {
  const value = cell(row, column);
  if (typeof value !== 'number') throw damage(`column ${column} is not an integer`);
  return value;
}

/** The access attributes of a row. */
export function attributes(row: Row): Attributes {
  const json = text(row, 'attributes');
  try {
    // Sound: only the store writes the column, and writes nothing else into it.
    return JSON.parse(json) as Attributes;
  } catch {
    throw damage('column attributes is not JSON');
  }
}

/** The error for a cell that no store has written: the pages of the database have changed. */
function damage(what: string): StoreUnavailableError {
  return new StoreUnavailableError('damaged', `the database is malformed: ${what}`);
}

export function integerOrNull(row: Row, column: string): number | null {
  return cell(row, column) === null ? null : integer(row, column);
}

export function textOrNull(row: Row, column: string): string | null {
  return cell(row, column) === null ? null : text(row, column);
}
