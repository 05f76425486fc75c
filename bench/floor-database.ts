/** Database of the floors for SQLite: the tables, indexes, durability, cache and group commit of the product. */

import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const LARGEST_BATCH = 256;

export interface FloorDatabase {
  readonly database: DatabaseSync;
  /** Runs the work in a transaction, together with the work of other requests. Resolves when it is on disk. */
  readonly write: (work: () => void) => Promise<void>;
}

/** Opens a database. A new one gets the product's tables. */
export function openFloorDatabase(file: string): FloorDatabase {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
    PRAGMA wal_autocheckpoint = 16000;
  `);
  const isNew = database.prepare('SELECT name FROM sqlite_schema LIMIT 1').get() === undefined;
  if (isNew) migrate(database);
  return { database, write: groupCommit(database) };
}

function migrate(database: DatabaseSync): void {
  const migrations = new URL('../migrations/sqlite/', import.meta.url);
  for (const file of readdirSync(migrations).toSorted()) {
    database.exec(readFileSync(new URL(file, migrations), 'utf8'));
  }
}

interface Write {
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function groupCommit(database: DatabaseSync): FloorDatabase['write'] {
  const queue: Write[] = [];
  let isDraining = false;

  /** Waits, like the product, until a pass of the event loop brings no more writes. */
  const gather = (waiting: number): void => {
    if (queue.length > waiting && queue.length < LARGEST_BATCH) setImmediate(gather, queue.length);
    else drain();
  };

  const drain = (): void => {
    const batch = queue.splice(0, LARGEST_BATCH);
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const { work } of batch) work();
      database.exec('COMMIT');
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      for (const { reject } of batch) reject(error);
    }
    if (queue.length > 0) setImmediate(gather, queue.length);
    else isDraining = false;
  };

  return (work) =>
    new Promise((resolve, reject) => {
      queue.push({ work, resolve, reject });
      if (isDraining) return;
      isDraining = true;
      setImmediate(gather, queue.length);
    });
}
