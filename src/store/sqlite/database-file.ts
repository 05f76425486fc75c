import { statSync } from 'node:fs';
import { StoreUnavailableError } from '../port.ts';
import { databaseFiles } from './files.ts';

interface Place {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
  /** Whether it may be: a log begins empty, and is emptied again. */
  readonly mayBeEmpty: boolean;
}

/** The file that is open is not, or no longer, the one that the next start will find. */
export class FileGoneError extends StoreUnavailableError {
  constructor(what: string) {
    super(`the database file is gone: ${what}`);
  }
}

/**
 * Where the files of an open database stand. Linux lets them be deleted, moved and replaced while SQLite has them
 * open, and SQLite goes on writing to what nobody will find again.
 */
export class DatabaseFile {
  readonly #places: readonly Place[];

  private constructor(places: readonly Place[]) {
    this.#places = places;
  }

  /** Notes where the file and its log are, as soon as both are open. A database in memory has no place. */
  static of(path: string): DatabaseFile {
    if (path === ':memory:') return new DatabaseFile([]);
    const { log } = databaseFiles(path);
    // Where the file system cannot carry a log beside the file, SQLite makes none.
    const hasLog = stat(log) !== undefined;
    return new DatabaseFile([placeOf(path, false), ...(hasLog ? [placeOf(log, true)] : [])]);
  }

  /** Throws when what stands in a place is no longer what was opened: some microseconds, for each commit. */
  assertInPlace(): void {
    for (const { path, device, inode, mayBeEmpty } of this.#places) {
      const found = stat(path);
      if (found === undefined) throw new FileGoneError(`there is no ${path} any more`);
      if (found.ino !== inode || found.dev !== device) {
        throw new FileGoneError(`${path} is another file than the one that is open`);
      }
      if (found.size === 0n && !mayBeEmpty) {
        throw new StoreUnavailableError(`the database is malformed: ${path} has been emptied`);
      }
    }
  }
}

function placeOf(path: string, mayBeEmpty: boolean): Place {
  const found = stat(path);
  if (found === undefined) throw new FileGoneError(`there is no ${path}`);
  return { path, device: found.dev, inode: found.ino, mayBeEmpty };
}

function stat(path: string) {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw new StoreUnavailableError(`the system does not say whether ${path} is there`, {
      cause: error,
    });
  }
}
