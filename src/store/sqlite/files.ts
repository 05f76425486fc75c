import { existsSync, realpathSync } from 'node:fs';

/** Where SQLite keeps a database, its log, and the index of the log. */
export interface DatabaseFiles {
  readonly database: string;
  readonly log: string;
  readonly logIndex: string;
}

/** The files of a database; the latter two are there while somebody has it open, or after a crash. */
export function databaseFiles(path: string): DatabaseFiles {
  // SQLite keeps them beside the file itself, wherever a link to it stands.
  const place = existsSync(path) ? realpathSync(path) : path;
  return { database: path, log: `${place}-wal`, logIndex: `${place}-shm` };
}
