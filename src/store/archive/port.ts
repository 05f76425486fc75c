/** Everything that a store keeps, as rows, for moving it to another store. */

import type { ArchiveSelection } from './selection.ts';
import type { ArchivedTables, RowOf } from '../tables.ts';

/** A row of an archived table. Texts of JSON are as they are served. */
export type ArchiveRecord = {
  readonly [Name in keyof ArchivedTables]: {
    readonly table: Name;
    readonly row: RowOf<ArchivedTables[Name]>;
  };
}[keyof ArchivedTables];

/** The place of a conversation in the order of an archive. */
export interface ArchivePlace {
  readonly tenant: string;
  readonly id: string;
}

export interface ArchiveQuery {
  /** `undefined` for all tenants. */
  readonly tenant: string | undefined;
  /** The conversation after which to begin, without the tables of no conversation; `undefined` for everything. */
  readonly after: ArchivePlace | undefined;
  /** The owner of the conversations; `undefined` for all owners. With a tenant, and without `after`, alone. */
  readonly owner?: string | undefined;
}

export interface Archive {
  /**
   * Passes everything of one moment to `take`, however long that takes: the rows of no conversation, then
   * conversations by tenant and id, each followed by what belongs to it. Waits until `take` has resolved.
   */
  read(
    query: ArchiveQuery,
    take: (records: readonly ArchiveRecord[]) => Promise<void>,
  ): Promise<void>;
  /**
   * Yields the conversations of a selection as {@link read} does, without the rows of no conversation, and without
   * keeping a view of one moment, for readers that may be slow: each conversation is as it was when it was read.
   */
  select(selection: ArchiveSelection): AsyncGenerator<readonly ArchiveRecord[]>;
  /**
   * Adds the records that are not stored yet, all or nothing, and returns how many were added. Rejects with an
   * `ArchiveConflictError` when a record differs from what is stored under its key.
   */
  write(records: readonly ArchiveRecord[]): Promise<number>;
}

/** A record differs from what is stored under its key; `message` names it. */
export class ArchiveConflictError extends Error {
  override readonly name = 'ArchiveConflictError';
}
