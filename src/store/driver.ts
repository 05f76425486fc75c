/** What a database driver offers to the statements: it binds, batches, retries and translates errors; it knows no table. */

export type Value = string | number | null;
/** Column name to value, in the shape the statement selects. */
export type Row = Readonly<Record<string, Value>>;

export interface ReadTransaction {
  /** Runs a statement with `$1`, `$2`, … parameters and returns all its rows. */
  all(sql: string, parameters: readonly Value[]): readonly Row[];
  /** As {@link all}, for a statement that yields at most one row. */
  get(sql: string, parameters: readonly Value[]): Row | undefined;
}

export interface WriteTransaction extends ReadTransaction {
  /** Runs a statement and returns how many rows it changed. */
  run(sql: string, parameters: readonly Value[]): number;
  /** Runs several statements without parameters: a migration. */
  script(sql: string): void;
}

export interface Driver {
  /** Runs `work` on committed data. */
  read<Result>(work: (transaction: ReadTransaction) => Result): Promise<Result>;
  /**
   * Runs `work` as a transaction and resolves with its result once that is durable. When `work` throws,
   * everything it did is undone and the promise rejects with what it threw.
   */
  write<Result>(
    work: (transaction: WriteTransaction) => Result,
    options?: {
      /** The work deletes what somebody said: no trace of it may stay in the database's files for long. */
      readonly erases: boolean;
    },
  ): Promise<Result>;
  close(): Promise<void>;
}
