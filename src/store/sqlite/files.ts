import { existsSync, realpathSync } from 'node:fs';

/** The paths of a database, its log, and the index of the log. */
export interface DatabaseFiles {
  readonly database: string;
  readonly log: string;
  readonly logIndex: string;
}

/** The files of a database; the last two exist while a process has it open, or after a crash. */
export function databaseFiles(path: string): DatabaseFiles {
  // SQLite keeps them next to the file itself, wherever a link to it is.
  const place = existsSync(path) ? realpathSync(path) : path;
  return { database: path, log: `${place}-wal`, logIndex: `${place}-shm` };
}
