/** What goes to a database, and what comes back. */

/** A list is bound as an array where the database has them, and as JSON where it has not. */
export type Value = Cell | readonly string[];
/** What a database gives back. */
export type Cell = string | number | null;
/** Where each column of a statement's rows stands. */
export type Columns = ReadonlyMap<string, number>;

/**
 * What a statement selects; `cell` in `rows.ts` reads it by column. Objects with the columns for keys would be
 * dictionaries, slow to make and to read.
 */
export interface Row {
  readonly columns: Columns;
  readonly cells: readonly Cell[];
}

/** One statement with `$1`, `$2`, … for its parameters. */
export interface Query {
  readonly sql: string;
  readonly parameters: readonly Value[];
}
