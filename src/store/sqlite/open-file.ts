import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SqliteOptions } from '../../options/database.ts';
import { foreignTable, SELECT_TABLES } from '../engine/migrations.ts';
import { translate } from './faults.ts';
import { whileLocked } from './while-locked.ts';

/** Time that SQLite itself waits for another process's lock. Short, since the wait blocks the event loop. */
export const BLOCKING_WAIT_MS = 20;
/**
 * Pages of 4 kB in the log before a commit folds it into the file. With SQLite's own thousand, one commit in ten waits
 * for that; with these it is one in two hundred, which waits some 40 ms.
 */
const PAGES_BEFORE_FOLDING = 16_000;

/** Opens or creates a database. Rejects as the driver does. */
export async function openFile({
  path,
  synchronous,
}: Omit<SqliteOptions, 'kind'>): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined;
  keepToOwner(path);
  try {
    database = new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS });
    await setUp(database, synchronous);
    return database;
  } catch (error) {
    database?.close();
    throw translate(error, path);
  }
}

/** Makes a new file readable by its owner alone, and with it the log that SQLite creates. */
function keepToOwner(path: string): void {
  if (path === ':memory:') return;
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch {
    // It is there already, or SQLite will say why it cannot be.
  }
}

/** Leaves another program's database as it is; the check of the schema follows, and refuses it. */
async function setUp(
  database: DatabaseSync,
  synchronous: SqliteOptions['synchronous'],
): Promise<void> {
  if (await whileLocked(() => isForeign(database))) return;
  await whileLocked(() => {
    database.exec('PRAGMA journal_mode = WAL');
  });
  database.exec(`
    PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'};
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
    PRAGMA wal_autocheckpoint = ${PAGES_BEFORE_FOLDING};
  `);
  // A file that cannot be written is better refused now than at the first write. Without a change in it, SQLite would
  // begin a transaction on such a file, too.
  await whileLocked(() => {
    database.exec('BEGIN IMMEDIATE');
  });
  database.exec('PRAGMA user_version = 0; ROLLBACK');
}

function isForeign(database: DatabaseSync): boolean {
  const tables = database.prepare(SELECT_TABLES.sqlite).all();
  return foreignTable(tables.map(({ name }) => String(name))) !== undefined;
}
