/** The description of a table. */

import type { Column } from '../columns.ts';

export interface Table {
  readonly name: string;
  /** The column with the conversation's id; `undefined` for a table of no conversation. */
  readonly conversationColumn: string | undefined;
  /** The column by which a sharded database distributes a table of no conversation; left out for one that it does not. */
  readonly shardColumn?: string;
  /** Set for a table that a sharded database has whole on every node. */
  readonly isReference?: true;
  /** Columns in the order of an archive's lines. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Columns that an archive leaves out, since a store derives them from its other rows. They have defaults. */
  readonly derived?: Readonly<Record<string, Column>>;
  readonly primaryKey: readonly string[];
  /** Rights that serving takes. */
  readonly rights: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
}

/** A table of rows that an archive has. */
export interface ArchivedTable extends Table {
  /** Columns in which an archived row and a stored one must agree to be the same row. */
  readonly identity: readonly string[];
  /** The name of a row in an archive's lines and in messages. */
  readonly record: { readonly key: string; readonly shown: string };
  /** A column of texts that may be large, by which batches are bounded. */
  readonly largeColumn?: string;
}

/** A row by its columns, as it is stored. */
export type RowOf<Of extends Table> = {
  readonly [Name in keyof Of['columns']]: Of['columns'][Name] extends Column<infer Stored>
    ? Stored
    : never;
};

/** The rights to read and change rows. */
export const ALL_RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
