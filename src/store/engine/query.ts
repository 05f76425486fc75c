/** Queries to a database, and the rows that it returns. */

/** A list is bound as an array where the database has them, and as JSON where it has not. */
export type Value = Cell | readonly string[];
/** A value that a database returns. */
export type Cell = string | number | null;
/** The index of each column in a statement's rows. */
export type Columns = ReadonlyMap<string, number>;

/**
 * A row of a result; `cell` in `rows.ts` reads it by column. Objects keyed by column would be dictionaries, slow to
 * make and to read.
 */
export interface Row {
  readonly columns: Columns;
  readonly cells: readonly Cell[];
}

/** One statement with `$1`, `$2`, … for its parameters. */
export interface Query {
  readonly sql: string;
  readonly parameters: readonly Value[];
  /** Whether the text has values of its own, so that no other statement will be the same. */
  readonly isOnce?: true;
}
