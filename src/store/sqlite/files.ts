/** Where SQLite keeps a database, its log, and the index of the log. */
export interface DatabaseFiles {
  readonly database: string;
  readonly log: string;
  readonly logIndex: string;
}

/** The files of a database; the latter two are there while somebody has it open, or after a crash. */
export function databaseFiles(path: string): DatabaseFiles {
  return { database: path, log: `${path}-wal`, logIndex: `${path}-shm` };
}
