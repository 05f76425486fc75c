import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import { databaseFiles } from './files.ts';

interface Place {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
}

/** A folder, as it was when everything in it stood in its place. */
interface SeenFolder {
  readonly inode: bigint;
  /** The change time, which no program can set; other times can be copied with a file. */
  readonly changedAt: bigint;
}

/** Coarser than the times that any file system gives to its folders: two changes of one folder may bear the same. */
const COARSEST_TIME_MS = 3_000;

/**
 * The paths of an open database's files. Linux lets them be deleted, moved and replaced while SQLite has them open, and
 * SQLite then writes to files that no path leads to.
 */
export class DatabaseFile {
  readonly #file: Place | undefined;
  /** `undefined` also where the file system cannot carry a log next to the file, and SQLite makes none. */
  readonly #log: Place | undefined;
  #seenFolder: SeenFolder | undefined;

  private constructor(file?: Place, log?: Place) {
    this.#file = file;
    this.#log = log;
  }

  /** Notes where the file and its log are, as soon as both are open. A database in memory has no place. */
  static of(path: string): DatabaseFile {
    if (path === ':memory:') return new DatabaseFile();
    const { log } = databaseFiles(path);
    const file = placeOf(path);
    if (file === undefined) throw gone(`there is no ${path}`);
    return new DatabaseFile(file, placeOf(log));
  }

  /** Throws when what stands in a place is no longer what was opened: some microseconds, for each commit. */
  assertInPlace(): void {
    if (this.#file === undefined) return;
    const { size } = assertThere(this.#file);
    if (size === 0n) {
      throw new StoreUnavailableError(
        'damaged',
        `the database is malformed: ${this.#file.path} has been emptied`,
      );
    }
    if (this.#log !== undefined) this.#assertLogInPlace(this.#log);
  }

  /**
   * Checks the log only after the time of its folder has changed, which deleting, moving or replacing the log changes.
   * Linux makes a file's next write slower once its times have been read, and every commit writes the log.
   */
  #assertLogInPlace(log: Place): void {
    const folder = stat(dirname(log.path));
    const seen = this.#seenFolder;
    if (folder !== undefined && seen?.inode === folder.ino && seen.changedAt === folder.ctimeNs) {
      return;
    }
    assertThere(log);
    const isLongUnchanged = Date.now() - Number(folder?.ctimeMs) > COARSEST_TIME_MS;
    this.#seenFolder =
      folder !== undefined && isLongUnchanged
        ? { inode: folder.ino, changedAt: folder.ctimeNs }
        : undefined;
  }
}

function placeOf(path: string): Place | undefined {
  const found = stat(path);
  return found === undefined ? undefined : { path, device: found.dev, inode: found.ino };
}

function assertThere({ path, device, inode }: Place) {
  const found = stat(path);
  if (found === undefined) throw gone(`there is no ${path} any more`);
  if (found.ino !== inode || found.dev !== device) {
    throw gone(`${path} is another file than the one that is open`);
  }
  return found;
}

/** The file that is open is not, or no longer, the one that the next start will find. */
function gone(what: string): StoreUnavailableError {
  return new StoreUnavailableError('file_gone', `the database file is gone: ${what}`);
}

function stat(path: string) {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw new StoreUnavailableError(
      'cannot_open',
      `the system does not say whether ${path} is there`,
      { cause: error },
    );
  }
}
